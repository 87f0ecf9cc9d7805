from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.store.audit import list_events
from pipeline.store.processors import add_evidence, list_evidence
from pipeline.store.tenants import get_tenant
from tests.builders import ON_FILE
from tests.conftest import make_tenant

TWILIO = ON_FILE[0]


def test_the_newest_entry_of_each_company_is_in_force_and_read_with_the_tenant(database, tenant, keys):
    newer = replace(TWILIO, contract="DPA-2", expires_on=date(2027, 1, 1), keeps_days=None)
    with database.transaction(tenant.id) as tx:
        version = get_tenant(tx, keys=keys).version
        add_evidence(tx, newer, actor="user:1")
        found = list_evidence(tx)
        assert {entry.name: entry for entry in found} == {e.name: e for e in ON_FILE} | {"twilio": newer}
        owner = get_tenant(tx, keys=keys)
        assert owner.registry == found
        assert owner.version > version
        event = list(list_events(tx, target="twilio"))[-1]
        assert event.entry.facts["contract"] == "DPA-2"


def test_entries_are_only_ever_added(database, tenant):
    for statement in ("update earmark.processor_evidence set contract = 'x'", "delete from earmark.processor_evidence"):
        with pytest.raises(ProgrammingError, match="permission denied"), database.transaction(tenant.id) as tx:
            tx.connection.execute(text(statement))


def test_another_tenants_registry_is_not_seen(database, tenant, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        add_evidence(tx, replace(TWILIO, contract="ours"), actor="user:1")
    with database.transaction(other.id) as tx:
        assert "ours" not in {entry.contract for entry in list_evidence(tx)}
