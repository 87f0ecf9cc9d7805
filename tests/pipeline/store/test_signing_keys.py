from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from pipeline.consent.jws import verify
from pipeline.model.errors import IntegrityError, NotFound, VendorUnavailable
from pipeline.store.audit import list_events
from pipeline.store.signing_keys import get_signer, list_public_keys, rotate_key, sign
from tests.conftest import make_tenant
from tests.fakes import KeeperIsAway

TYP = "test+jws"


def pinned(tx) -> dict[str, bytes]:
    return {key.kid: key.public_key for key in list_public_keys(tx)}


def made(tx) -> list[str]:
    return [e.entry.target for e in list_events(tx) if e.entry.tag == "tenant:key:made"]


def test_the_first_signature_makes_the_key_and_audits_it_and_the_next_uses_it(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        token, kid = sign(tx, b"{}", typ=TYP, keys=keys)
        assert sign(tx, b"{}", typ=TYP, keys=keys) == (token, kid)
        assert made(tx) == [kid]
        assert verify(token, typ=TYP, pinned=pinned(tx)).payload == b"{}"


def test_two_who_ask_at_once_make_one_key(database, tenant, keys):
    kids: list[str] = []

    def ask() -> None:
        with database.transaction(tenant.id) as tx:
            kids.append(get_signer(tx, keys=keys).kid)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction(tenant.id) as tx:
        assert len(kids) == 6
        assert made(tx) == [*set(kids)]


def test_a_rotated_key_signs_nothing_more_but_still_verifies(database, tenant, keys, clock):
    with database.transaction(tenant.id) as tx:
        before, old = sign(tx, b"{}", typ=TYP, keys=keys)
    clock.move(days=1)
    with database.transaction(tenant.id) as tx:
        new = rotate_key(tx, keys=keys, actor="cli", reason="yearly").kid
        assert sign(tx, b"{}", typ=TYP, keys=keys)[1] == new != old
        assert verify(before, typ=TYP, pinned=pinned(tx)).kid == old
        assert [(k.kid, k.retired_at is None) for k in list_public_keys(tx)] == [(old, False), (new, True)]


def test_one_tenants_key_is_neither_seen_nor_used_by_another(database, tenant, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        token, _ = sign(tx, b"{}", typ=TYP, keys=keys)
    with database.transaction(other.id) as tx:
        get_signer(tx, keys=keys)
        assert len(pinned(tx)) == 1
        with pytest.raises(IntegrityError):
            verify(token, typ=TYP, pinned=pinned(tx))


@pytest.mark.parametrize("is_made_before", [True, False])
def test_without_the_tenants_key_nothing_is_signed(database, tenant, keys, is_made_before):
    with database.transaction(tenant.id) as tx:
        if is_made_before:
            get_signer(tx, keys=keys)
        keys.destroy_tenant_key(tenant.id)
        with pytest.raises(NotFound):
            sign(tx, b"{}", typ=TYP, keys=keys)


@pytest.mark.parametrize("is_made_before", [True, False])
def test_while_the_keeper_is_away_nothing_is_signed(database, tenant, keys, is_made_before):
    with database.transaction(tenant.id) as tx:
        if is_made_before:
            get_signer(tx, keys=keys)
        with pytest.raises(VendorUnavailable):
            sign(tx, b"{}", typ=TYP, keys=KeeperIsAway())


def test_the_private_part_stands_nowhere_in_the_clear(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        signer = get_signer(tx, keys=keys)
        assert signer.private_key.hex() not in repr(signer)
        rows = tx.connection.execute(text("select t::text from earmark.signing_keys t")).scalars().all()
    assert signer.private_key.hex() not in str(rows)
