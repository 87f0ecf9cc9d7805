from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.model.errors import InvalidInput, StoreUnreachable
from pipeline.store.all_tables import ALL_TABLES
from pipeline.store.session import Database
from pipeline.store.system_session import find_tenant_by_api_key, list_tenants, system_transaction
from pipeline.store.tenants import change_tenant
from tests.conftest import make_tenant
from tests.roles import beside

READS = import_module("pipeline.store.migrations.versions.0019_system_role").READS


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


@pytest.mark.parametrize("setting", ["app.scope", "app.tenant", "app.system", "role.system"])
def test_no_setting_shows_the_app_the_rows_of_every_tenant(database, keys, setting):
    for name in ("alpha", "beta"):
        make_tenant(database, keys, name)
    with database.engine.begin() as connection:
        for value in ("system", "%", "alpha,beta", ""):
            connection.execute(text("select set_config(:s, :v, false)"), {"s": setting, "v": value})
            assert connection.execute(text("select count(*) from earmark.tenants")).scalar() == 0


def test_the_system_reads_what_its_acts_ask_for_and_nothing_else(database, tenant):
    readable = {
        (row.table_name, row.column_name)
        for row in on_system(
            database, "select * from information_schema.column_privileges where grantee = current_user"
        )
        if row.privilege_type == "SELECT"
    }
    asked = {(table, column) for table, columns in READS.items() for column in columns.split(", ")}
    assert readable == asked
    for table, columns in READS.items():
        on_system(database, f"select {columns} from earmark.{table}")
        with pytest.raises(ProgrammingError, match="permission denied"):
            on_system(database, f"select * from earmark.{table}")
    for table in {table.name for table in ALL_TABLES} - set(READS):
        with pytest.raises(ProgrammingError, match="permission denied"):
            on_system(database, f"select count(*) from earmark.{table}")


def test_the_system_changes_nothing(database, tenant):
    for table in ALL_TABLES:
        for change in ("update {} set tenant = 'x'", "delete from {}", "insert into {} default values", "truncate {}"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                on_system(database, change.format(f"earmark.{table.name}"))
    assert list_tenants(database) == (tenant.id,)


def test_where_the_systems_address_was_not_given_nobody_is_named(postgres, database_name, clock):
    app_url = postgres.url(database_name, user="earmark_app")
    alone = Database(app_url, clock=clock)
    with pytest.raises(InvalidInput, match="EARMARK_DATABASE__SYSTEM_URL"):
        list_tenants(alone)
    alone.close()


def on_system(database, statement: str) -> list:
    with system_transaction(database) as connection:
        answer = connection.execute(text(statement))
        return answer.all() if answer.returns_rows else []


def test_a_database_that_cannot_be_reached_is_not_one_without_tenants(clock, tmp_path):
    gone = Database(beside(f"postgresql+psycopg://earmark_app@/x?host={tmp_path}"), clock=clock)
    with pytest.raises(StoreUnreachable):
        list_tenants(gone)
    with pytest.raises(StoreUnreachable):
        find_tenant_by_api_key(gone, "1" * 64)
