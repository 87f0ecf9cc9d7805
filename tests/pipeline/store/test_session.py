from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from pipeline.model.errors import StoreUnreachable
from pipeline.model.ids import TenantId
from pipeline.store.all_tables import ALL_TABLES
from pipeline.store.session import Database, reachable
from tests.conftest import make_tenant


def test_every_table_has_a_tenant_and_a_forced_row_policy(database):
    with database.engine.connect() as connection:
        rows = connection.execute(
            text(
                "select relname, relrowsecurity, relforcerowsecurity from pg_class c join pg_namespace n on "
                "n.oid = relnamespace where nspname = 'earmark' and relkind = 'r' and relname <> 'alembic_version'"
            )
        ).all()
    assert {r.relname for r in rows} == {t.name for t in ALL_TABLES}
    assert all(r.relrowsecurity and r.relforcerowsecurity for r in rows)
    assert all("tenant" in t.c for t in ALL_TABLES)


def test_tables_as_queries_see_them_are_the_tables_of_the_migrations(database):
    with database.engine.connect() as connection:
        found = connection.execute(
            text(
                "select table_name, column_name, is_nullable from information_schema.columns "
                "where table_schema = 'earmark' and table_name <> 'alembic_version'"
            )
        ).all()
    made = {(r.table_name, r.column_name, r.is_nullable == "YES") for r in found}
    known = {(t.name, c.name, bool(c.nullable)) for t in ALL_TABLES for c in t.columns}
    assert made == known


@pytest.mark.clause("nejix", "5", "encryption in transit (TLS) and at rest")
def test_a_tenant_sees_and_writes_only_its_own_rows(database, keys):
    first, second = make_tenant(database, keys, "first"), make_tenant(database, keys, "second")
    with database.transaction(first.id) as tx:
        assert tx.connection.execute(text("select tenant from earmark.tenants")).scalars().all() == ["first"]
        changed = tx.connection.execute(text("update earmark.tenants set status = 'closed' where tenant = 'second'"))
        assert changed.rowcount == 0
    with pytest.raises(ProgrammingError, match="row-level security"), database.transaction(first.id) as tx:
        tx.connection.execute(
            text("insert into earmark.tombstones values ('t', :t, 'recording', 'r', 'x', now())"), {"t": second.id}
        )


def test_a_transaction_without_a_tenant_sees_nothing(database, tenant):
    with database.engine.connect() as connection:
        assert connection.execute(text("select count(*) from earmark.tenants")).scalar() == 0


def test_a_tenant_does_not_stay_on_a_pooled_connection(postgres, database_name, clock, tenant):
    single = Database(postgres.url(database_name, user="earmark_app"), clock=clock, pool_size=1)
    with single.transaction(tenant.id) as tx:
        assert tx.connection.execute(text("select count(*) from earmark.tenants")).scalar() == 1
    with single.engine.connect() as connection:
        assert connection.execute(text("select count(*) from earmark.tenants")).scalar() == 0
    single.close()


def test_a_database_that_cannot_be_reached_is_unreachable_and_not_empty(clock, tmp_path):
    gone = Database(f"postgresql+psycopg://earmark_app@/x?host={tmp_path}", clock=clock)
    assert not gone.is_reachable()
    with pytest.raises(StoreUnreachable), gone.transaction(TenantId("acme")):
        pass


def test_a_connection_lost_in_the_middle_is_unreachable_and_nothing_of_it_stays(
    database, tenant, postgres, database_name
):
    with pytest.raises(StoreUnreachable) as caught, database.transaction(tenant.id) as tx:
        tx.connection.execute(text("update earmark.tenants set status = 'closed'"))
        own = tx.connection.execute(text("select pg_backend_pid()")).scalar_one()
        with psycopg.connect(postgres.dsn(database_name)) as owner:
            owner.execute("select pg_terminate_backend(%s)", (own,))
        tx.connection.execute(text("select 1"))
    assert caught.value.retryable
    with database.transaction(tenant.id) as tx:
        assert tx.connection.execute(text("select status from earmark.tenants")).scalar() == "active"


def test_a_connection_lost_before_the_commit_is_unreachable(database, tenant, postgres, database_name):
    with pytest.raises(StoreUnreachable), database.transaction(tenant.id) as tx:
        tx.connection.execute(text("update earmark.tenants set status = 'closed'"))
        own = tx.connection.execute(text("select pg_backend_pid()")).scalar_one()
        with psycopg.connect(postgres.dsn(database_name)) as owner:
            owner.execute("select pg_terminate_backend(%s)", (own,))
    with database.transaction(tenant.id) as tx:
        assert tx.connection.execute(text("select status from earmark.tenants")).scalar() == "active"


def test_no_free_connection_is_unreachable(database, tenant):
    with pytest.raises(StoreUnreachable, match="no connection is free"), reachable():
        raise PoolExhausted


def test_a_mistake_in_a_statement_is_not_taken_for_an_outage(database, tenant):
    with pytest.raises(ProgrammingError), database.transaction(tenant.id) as tx:
        tx.connection.execute(text("select nothing from nowhere"))


def test_an_error_rolls_everything_back(database, tenant):
    with pytest.raises(RuntimeError), database.transaction(tenant.id) as tx:
        tx.connection.execute(text("update earmark.tenants set status = 'closed'"))
        raise RuntimeError
    with database.transaction(tenant.id) as tx:
        assert tx.connection.execute(text("select status from earmark.tenants")).scalar() == "active"


def test_whoever_is_entered_in_a_common_transaction_is_told_with_their_own_version(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        tx.connection.execute(text("update earmark.tenants set version = 9 where tenant = 'other'"))
    with database.shared_transaction() as enter:
        found = [enter(TenantId(name)).version for name in (tenant.id, "other", "nobody", tenant.id)]
    assert found == [tenant.version, 9, None, tenant.version]
