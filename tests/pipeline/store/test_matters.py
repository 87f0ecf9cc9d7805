from __future__ import annotations

from sqlalchemy import text

from pipeline.store.matters import add_matter, find_matter, list_matters, mark_closed, note_matter
from tests.conftest import make_tenant


def test_a_matters_title_is_sealed_and_read_back_with_the_keys_alone(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        assert add_matter(tx, "2026-17", owners=("user:ada",), actor="user:bo", title="Doe v. Acme", keys=keys)
        found = find_matter(tx, "2026-17", keys=keys)
        assert (found.title, found.owners, found.opened_by) == ("Doe v. Acme", ("user:ada",), "user:bo")
        assert find_matter(tx, "2026-17").title is None
        row = tx.connection.execute(text("select * from earmark.matters")).one()
    assert b"Doe" not in bytes(row.sealed)
    assert "Doe" not in repr({name: value for name, value in row._mapping.items() if name != "sealed"}) + repr(found)


def test_a_matter_is_opened_once_and_named_once(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        assert note_matter(tx, "m", actor="user:bo")
        assert not note_matter(tx, "m", actor="user:cy")
        assert add_matter(tx, "m", owners=("user:ada",), actor="user:cy", title="Doe", keys=keys)
        assert not add_matter(tx, "m", owners=("user:eve",), actor="user:eve", title="Roe", keys=keys)
        (found,) = list_matters(tx, keys=keys)
    assert (found.title, found.owners, found.opened_by) == ("Doe", ("user:ada",), "user:bo")


def test_a_closed_matter_is_not_named_any_more(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        note_matter(tx, "m", actor="user:bo")
        mark_closed(tx, "m", actor="user:bo")
        assert not add_matter(tx, "m", owners=("user:ada",), actor="user:ada", title="Doe", keys=keys)
        assert find_matter(tx, "m", is_locked=True).closed_at == tx.now


def test_nobody_sees_another_tenants_matter(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        note_matter(tx, "m", actor="user:bo")
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        assert find_matter(tx, "m") is None
        assert list_matters(tx) == ()
