from __future__ import annotations

from datetime import date

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId
from pipeline.store import ledger
from pipeline.store.vault_names import tenant_prefix

ACME = TenantId("acme")


def test_a_line_once_written_stays_as_it_was(vault):
    key = ledger.line_key(ACME, "purge_1", "done", on=date(2026, 11, 21))
    assert ledger.write_line(vault.objects, key, "first") == "first"
    assert ledger.write_line(vault.objects, key, "second") == "first"
    assert ledger.read_line(vault.objects, key) == "first"
    assert ledger.read_line(vault.objects, key + "x") is None
    assert list(ledger.list_lines(vault.objects, ACME)) == [key]
    assert ledger.list_ledger_tenants(vault.objects) == (ACME,)


def test_no_line_lies_where_a_tenants_objects_do():
    assert not ledger.ledger_prefix(ACME).startswith(tenant_prefix(ACME))
    with pytest.raises(InvalidInput):
        ledger.ledger_prefix(TenantId("../acme"))


def test_a_line_is_noted_once(database, tenant):
    with database.transaction(tenant.id) as tx:
        for key in ("a", "a", "b"):
            ledger.note_line(tx, key)
        assert ledger.list_noted(tx) == {"a", "b"}
