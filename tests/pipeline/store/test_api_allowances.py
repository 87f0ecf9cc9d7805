from __future__ import annotations

from datetime import timedelta

from pipeline.model.allowance import Allowance
from pipeline.store.api_allowances import spend_one
from tests.conftest import make_tenant

FEW = Allowance(requests=2, every=timedelta(seconds=10))


def spend(database, tenant, key="key_1"):
    with database.transaction(tenant.id) as tx:
        return spend_one(tx, key, FEW)


def test_a_bucket_empties_refuses_and_fills_and_each_key_and_tenant_has_its_own(database, keys, tenant, clock):
    assert [spend(database, tenant).remaining for _ in range(2)] == [1, 0]
    refused = spend(database, tenant)
    assert (refused.is_refused, refused.retry_s) == (True, 10)
    assert spend(database, tenant).retry_s == 10  # asking too often costs nothing more
    assert spend(database, tenant, "key_2").remaining == 1
    assert spend(database, make_tenant(database, keys, "other")).remaining == 1
    clock.move(seconds=9.9)
    assert spend(database, tenant).is_refused
    clock.move(seconds=0.1)
    assert not spend(database, tenant).is_refused
