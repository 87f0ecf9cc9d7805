from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from pipeline.model.errors import StoreUnreachable
from pipeline.store.session import Database
from pipeline.store.system_session import find_tenant_by_api_key, list_tenants, system_transaction
from pipeline.store.tenants import change_tenant
from tests.conftest import make_tenant


def test_every_tenant_is_named_in_order(database, keys):
    for name in ("beta", "alpha"):
        make_tenant(database, keys, name)
    assert list_tenants(database) == ("alpha", "beta")


def test_an_api_key_finds_its_active_tenant_and_no_other(database, keys):
    first, second = make_tenant(database, keys, "first"), make_tenant(database, keys, "second")
    for owner, key, is_active in ((first, "1" * 64, True), (second, "2" * 64, False)):
        with database.transaction(owner.id) as tx:
            change_tenant(
                tx, replace(owner, api_key_sha256=key, is_active=is_active), keys=keys, actor="test", changed=[]
            )
    assert find_tenant_by_api_key(database, "1" * 64) == "first"
    assert find_tenant_by_api_key(database, "2" * 64) is None
    assert find_tenant_by_api_key(database, "3" * 64) is None


def test_seeing_every_tenant_does_not_stay_on_a_pooled_connection(postgres, database_name, clock, tenant):
    single = Database(postgres.url(database_name, user="earmark_app"), clock=clock, pool_size=1)
    with system_transaction(single) as connection:
        assert connection.execute(text("select count(*) from earmark.tenants")).scalar() == 1
    with single.engine.connect() as connection:
        assert connection.execute(text("select count(*) from earmark.tenants")).scalar() == 0
    single.close()


def test_what_fails_is_rolled_back(database, tenant):
    with pytest.raises(RuntimeError), system_transaction(database) as connection:
        connection.execute(text("update earmark.tenants set status = 'closed'"))
        raise RuntimeError
    with database.transaction(tenant.id) as tx:
        assert tx.connection.execute(text("select status from earmark.tenants")).scalar() == "active"


def test_a_database_that_cannot_be_reached_is_not_one_without_tenants(clock, tmp_path):
    gone = Database(f"postgresql+psycopg://earmark_app@/x?host={tmp_path}", clock=clock)
    with pytest.raises(StoreUnreachable):
        list_tenants(gone)
    with pytest.raises(StoreUnreachable):
        find_tenant_by_api_key(gone, "1" * 64)
