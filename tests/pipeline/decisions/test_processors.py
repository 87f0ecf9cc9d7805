from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.decisions.processors import register
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.policies.loader import load_bundle
from pipeline.store.processors import list_evidence
from tests.builders import ON_FILE

GOOD = replace(ON_FILE[0], contract="DPA-7", evidence_on=date(2026, 11, 1), expires_on=date(2027, 11, 1))
"""The clock of tests stands at 2026-11-21."""


def registered(database, tenant, entry, policy="nejix"):
    with database.transaction(tenant.id) as tx:
        register(tx, entry, bundle=load_bundle(policy), actor="user:1")
        return {e.name: e for e in list_evidence(tx)}[entry.name]


def test_what_was_looked_at_is_put_on_file(database, tenant):
    assert registered(database, tenant, GOOD) == GOOD


@pytest.mark.clause("nejix", "3", "Key sub-processors include")
def test_no_evidence_puts_a_company_on_the_list_that_the_policy_does_not_name(database, tenant):
    entry = replace(GOOD, name="deepgram")
    with pytest.raises(NotFound, match="lists no company"):
        registered(database, tenant, entry)
    assert registered(database, tenant, entry, "connekz") == entry


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"contract": " "}, "names the contract"),
        ({"training_off_by": ""}, "how training is off"),
        ({"regions": ()}, "regions"),
        ({"regions": ("*",)}, "regions"),
        ({"regions": ("us", "everywhere!")}, "regions"),
        ({"keeps_days": -1}, "no days or more"),
        ({"evidence_on": date(2026, 11, 22)}, "still to come"),
        ({"expires_on": date(2026, 11, 1)}, "expires after"),
        ({"expires_on": date(2029, 11, 2)}, "within 1096 days"),
    ],
)
@pytest.mark.clause("nejix", "3", "Cloud providers, e.g., AWS / GCP]")
def test_evidence_that_shows_nothing_is_refused_and_nothing_changes(database, tenant, change, told):
    with pytest.raises(InvalidInput, match=told):
        registered(database, tenant, replace(GOOD, **change))
    with database.transaction(tenant.id) as tx:
        assert list_evidence(tx) == tuple(sorted(ON_FILE, key=lambda entry: entry.name))
