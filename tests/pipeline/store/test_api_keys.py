from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.decisions.api_keys import make_key, rotate_key
from pipeline.model.api_key import Scope, read_key
from pipeline.model.errors import NotFound
from pipeline.store.api_keys import is_same_person, list_keys, lock_key
from pipeline.store.system_session import find_holder
from pipeline.store.tenants import reduce_tenant
from tests.conftest import make_tenant


@pytest.fixture
def made(database, tenant):
    with database.transaction(tenant.id) as tx:
        return make_key(tx, "crm", [Scope.CALLS_READ], lasts=timedelta(days=9), actor="user:ada")


def last_used(database, tenant):
    with database.transaction(tenant.id) as tx:
        return list_keys(tx)[0].last_used_at


def test_use_is_noted_at_most_once_a_minute(database, tenant, made, clock):
    id, digest = read_key(made.text)
    first = clock.now()
    find_holder(database, id, digest, now=clock.now())
    clock.move(seconds=59)
    find_holder(database, id, digest, now=clock.now())
    assert last_used(database, tenant) == first
    clock.move(seconds=1)
    find_holder(database, id, digest, now=clock.now())
    assert last_used(database, tenant) == clock.now()


def test_another_secret_or_a_closed_tenant_opens_nothing(database, tenant, made, clock):
    id, digest = read_key(made.text)
    assert find_holder(database, id, "0" * 64, now=clock.now()) is None
    assert find_holder(database, "key_none", digest, now=clock.now()) is None
    assert last_used(database, tenant) is None
    with database.transaction(tenant.id) as tx:
        reduce_tenant(tx)
    assert find_holder(database, id, digest, now=clock.now()) is None


def test_another_tenant_sees_no_key(database, keys, tenant, made):
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        assert list_keys(tx) == ()
        with pytest.raises(NotFound):
            lock_key(tx, made.id)


def test_behind_a_key_stands_whoever_made_it_or_one_that_it_replaces(database, tenant, made):
    with database.transaction(tenant.id) as tx:
        renewed = rotate_key(tx, made.id, overlap=timedelta(0), actor="user:bob")
        others = make_key(tx, "erp", [Scope.CALLS_READ], lasts=timedelta(days=9), actor="user:cy")
        key = f"key:{renewed.id}"
        same = [name for name in ("user:ada", "user:bob", "user:cy", key) if is_same_person(tx, key, name)]
        assert same == ["user:ada", "user:bob", key]
        assert is_same_person(tx, "user:ada", f"key:{made.id}")
        assert not is_same_person(tx, key, f"key:{others.id}")
        assert not is_same_person(tx, "", "user:ada")
