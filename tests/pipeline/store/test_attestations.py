from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.model.errors import NotFound
from pipeline.model.ids import TenantId, new_id
from pipeline.store.attestations import Attestation, add_attestation, find_newest_attestation, list_attestations

STATEMENT = "eyJ0.Jane Roe.sig"


def an_attestation(at) -> Attestation:
    return Attestation(
        id=new_id("att"),
        wording_id="inform_callers:1",
        wording_sha256="a" * 64,
        statement=STATEMENT,
        kid="kid",
        actor="cli",
        at=at,
    )


def test_the_newest_declaration_is_found_and_every_one_is_kept(database, tenant, keys, clock):
    with database.transaction(tenant.id) as tx:
        assert find_newest_attestation(tx, keys=keys) is None
        first = an_attestation(clock.now())
        add_attestation(tx, first, keys=keys)
        clock.move(days=1)
        second = an_attestation(clock.now())
        add_attestation(tx, second, keys=keys)
        assert find_newest_attestation(tx, keys=keys) == second
        assert list_attestations(tx, keys=keys) == (second, first)
    with database.transaction(TenantId("other")) as tx:
        assert find_newest_attestation(tx, keys=keys) is None


def test_who_declared_stands_only_sealed_and_ends_with_the_tenants_key(database, tenant, keys, clock):
    with database.transaction(tenant.id) as tx:
        made = an_attestation(clock.now())
        add_attestation(tx, made, keys=keys)
        row = tx.connection.execute(text("select a::text, a.sealed from earmark.attestations a")).one()
        assert "Jane" not in row[0]
        assert b"Jane" not in bytes(row[1])
        assert "Jane" not in repr(made)
    keys.destroy_tenant_key(tenant.id)
    with pytest.raises(NotFound), database.transaction(tenant.id) as tx:
        find_newest_attestation(tx, keys=keys)


@pytest.mark.parametrize("change", ["update earmark.attestations set actor = 'x'", "delete from earmark.attestations"])
def test_the_app_can_neither_change_nor_remove_a_declaration(database, tenant, keys, clock, change):
    with database.transaction(tenant.id) as tx:
        add_attestation(tx, an_attestation(clock.now()), keys=keys)
    with pytest.raises(ProgrammingError), database.transaction(tenant.id) as tx:
        tx.connection.execute(text(change))
