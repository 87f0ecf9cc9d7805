from __future__ import annotations

from datetime import date

import pytest

from pipeline.consent import jws
from pipeline.model.errors import NotFound
from pipeline.model.ids import ArtifactId
from pipeline.store import closures as store
from pipeline.store.signing_keys import list_public_keys

DAY = date(2026, 11, 21)


def close(tx, keys):
    return store.add_closure(tx, closed_on=DAY, actor="cli", reason="left us", keys=keys)


def test_an_account_is_closed_once(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        assert store.find_closure(tx) is None
        first = close(tx, keys)
        assert store.add_closure(tx, closed_on=date(2027, 1, 1), actor="x", reason="again", keys=keys) == first
        assert store.mark_closure(tx, "vendor_gone_at")
        assert not store.mark_closure(tx, "vendor_gone_at")
        assert store.find_closure(tx).vendor_gone_at == tx.now


def test_the_reason_stands_in_no_column(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        close(tx, keys)
        row = tx.connection.exec_driver_sql("select * from earmark.closures").first()
    assert b"left us" not in bytes(row.sealed)
    assert "left us" not in str(row)


def test_statements_are_signed_after_the_tenants_key_is_gone(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        before, kid = store.sign_disposal(tx, b"x", typ="t", keys=keys)
        close(tx, keys)
        keys.create_tenant_key(store.closed_key(tenant.id))
        successor = store.make_successor(tx, keys=keys)
        assert store.make_successor(tx, keys=keys) == successor
        successor = jws.thumbprint(bytes.fromhex(successor))
        assert successor != kid
        keys.destroy_tenant_key(tenant.id)
        after, later = store.sign_disposal(tx, b"x", typ="t", keys=keys)
        assert later == successor
        pinned = {key.kid: key.public_key for key in list_public_keys(tx)}
    for token in (before, after):
        assert jws.verify(token, typ="t", pinned=pinned).payload == b"x"


def test_without_a_successor_nothing_is_signed_any_more(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        store.sign_disposal(tx, b"x", typ="t", keys=keys)
        keys.destroy_tenant_key(tenant.id)
        with pytest.raises(NotFound):
            store.sign_disposal(tx, b"x", typ="t", keys=keys)
        with pytest.raises(NotFound):
            store.make_successor(tx, keys=keys)


def test_what_is_kept_reads_back(database, tenant):
    kept = store.Kept(
        artifact=ArtifactId("art_1"),
        kept_key="kept/x",
        key_name="matter--1",
        why="hold",
        statute="matter m-1",
        owner="legal",
        expires_on=None,
        fields="whole",
        sealed_sha256="0" * 64,
    )
    with database.transaction(tenant.id) as tx:
        store.add_kept(tx, kept)
        store.add_kept(tx, kept)
        assert (store.list_kept(tx), store.find_kept(tx, kept.artifact)) == ((kept,), kept)
        assert store.find_kept(tx, ArtifactId("art_2")) is None


def test_keys_of_matters_are_told_apart_by_tenant_and_matter(tenant):
    names = {store.matter_key(t, m) for t in ("acme", "other") for m in ("m-1", "m-2")} | {store.closed_key("acme")}
    assert len(names) == 5
