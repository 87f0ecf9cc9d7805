from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.errors import VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.store.numbers import mark_armed
from pipeline.store.tenant_cache import TenantCache
from pipeline.store.tenants import change_tenant, get_tenant
from tests.fakes import KeeperIsAway


def find(database, cache, name="acme"):
    with database.transaction(TenantId(name)) as tx:
        return cache.find(tx)


def test_a_tenant_that_did_not_change_is_not_opened_again(database, keys, tenant):
    cache = TenantCache(keys=keys)
    first = find(database, cache)
    assert first == tenant
    assert find(database, cache) is first is cache.recall(tenant.id)


def test_any_change_is_seen_by_the_next_transaction(database, keys, tenant):
    cache = TenantCache(keys=keys)
    find(database, cache)
    with database.transaction(tenant.id) as tx:
        settings = replace(tenant.settings, is_recording_on=False)
        change_tenant(tx, replace(tenant, settings=settings), keys=keys, actor="test", changed=[])
    assert not find(database, cache).settings.is_recording_on
    with database.transaction(tenant.id) as tx:
        mark_armed(tx, "+12125550199", keys=keys)
    assert len(find(database, cache).armed) == len(tenant.armed) + 1


def test_the_version_of_what_was_read_is_the_one_in_the_row(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        assert tx.version == get_tenant(tx, keys=keys).version > 0
    with database.transaction(TenantId("nobody")) as tx:
        assert tx.version is None


def test_a_tenant_that_is_not_there_is_never_recalled(database, keys, tenant):
    cache = TenantCache(keys=keys)
    assert find(database, cache, "nobody") is None
    assert cache.recall(TenantId("nobody")) is None


def test_what_was_read_is_forgotten_after_a_while(database, keys, tenant, monkeypatch):
    cache = TenantCache(keys=keys)
    find(database, cache)
    monkeypatch.setattr("pipeline.store.tenant_cache.time.monotonic", lambda: float("inf"))
    assert cache.recall(tenant.id) is None


def test_secrets_that_cannot_be_opened_are_not_taken_from_an_older_reading(database, keys, tenant):
    cache = TenantCache(keys=KeeperIsAway())
    with pytest.raises(VendorUnavailable):
        find(database, cache)
