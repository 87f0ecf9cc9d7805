from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.model.errors import Conflict
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings
from pipeline.policies.loader import load_bundle, read_bundle
from pipeline.policies.publishable import begin_next, is_published, refusals_of
from tests.pipeline.policies.variants import shelf_of, variant

TODAY = date(2027, 1, 1)
SHELF = shelf_of(load_bundle("nejix"))


def tenant(**more) -> Tenant:
    secrets = TenantSecrets(contact_email="legal@acme.example")
    whole = Tenant(
        id=TenantId("acme"), display_name="Acme", policy_id="nejix", account_sid=None, settings=TenantSettings(),
        secrets=secrets,
    )  # fmt: skip
    return replace(whole, **more)


def told(bundle, owner=None) -> list[str]:
    return [str(one) for one in refusals_of(owner or tenant(), SHELF, bundle, today=TODAY)]


def test_every_reason_is_given_at_once():
    wrong = variant("connekz", version="2027-01", effective=TODAY + timedelta(days=13))
    found = told(wrong, tenant(secrets=TenantSecrets()))
    assert [one.split(":")[0].split(" 2027")[0] for one in found] == [
        "acme is under nejix, not connekz", f"replaces must name the newest version, {SHELF.newest.bundle.version}",
        "effective", "nobody could be told",
    ]  # fmt: skip
    assert told(variant("nejix", effective=TODAY + timedelta(days=14), notice_days=14)) == []


def test_the_very_same_version_is_no_news_and_another_of_its_name_is_refused():
    assert is_published(SHELF, load_bundle("nejix"))
    assert told(load_bundle("nejix")) == []
    other = variant("nejix", {"training/cool_off_days": 99}, version=load_bundle("nejix").version)
    with pytest.raises(Conflict):
        is_published(SHELF, other)
    assert any("never changed" in one for one in told(other))


@pytest.mark.parametrize("policy", ["nejix", "connekz"])
def test_what_one_begins_with_is_whole_changes_nothing_and_may_be_published(policy):
    shelf = shelf_of(load_bundle(policy))
    begun = read_bundle(begin_next(shelf, today=TODAY), name="policy")
    assert (begun.version, begun.replaces) == ("2027-01-01.1", shelf.newest.bundle.version)
    assert list(refusals_of(tenant(policy_id=policy), shelf, begun, today=TODAY)) == []
    again = begin_next(shelf_of(load_bundle(policy), begun), today=TODAY)
    assert "version: 2027-01-01.2\n" in again
