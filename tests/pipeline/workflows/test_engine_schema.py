from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.store.all_tables import ALL_TABLES
from pipeline.store.session import Database
from pipeline.workflows.engine_schema import migrate_engine
from pipeline.workflows.queue import DurableQueue
from tests.conftest import APP_ROLE, MovableClock
from tests.roles import beside


@pytest.fixture(scope="module")
def both(postgres, databases) -> Iterator[tuple[Database, str]]:
    """A database with the engine's tables and a step's output in them; and the address of its owner."""
    with databases.one() as name:
        database = Database(beside(postgres.url(name, user=APP_ROLE)), clock=MovableClock())
        queue = DurableQueue(database, version="1")
        with database.transaction("acme") as tx:
            queue.enqueue_recording(tx, "acme", "rec_1")
        on_queue(
            database, "insert into dbos.operation_outputs (workflow_uuid, function_id, output) "
            "values ('recording:acme:rec_1', 1, '{}')",
        )  # fmt: skip
        yield database, postgres.url(name)
        queue.close()
        database.close()


def on_queue(database: Database, statement: str) -> list:
    with database.queue_engine.begin() as connection:
        answer = connection.execute(text(statement))
        return answer.all() if answer.returns_rows else []


def as_app(database: Database, statement: str, *, tenant: str = "acme", **given: object) -> list:
    with database.transaction(tenant) as tx:
        answer = tx.connection.execute(text(statement), given)
        return answer.all() if answer.returns_rows else []


ENQUEUE = (
    "select dbos.earmark_enqueue('process_recording', 'recordings', cast(:name as text), "
    "cast(cast(:arguments as text) as json[]), '1', cast(:partition as text), null, 0)"
)
MINE = {"name": "recording:acme:rec_2", "arguments": r'{"\"acme\"","\"rec_2\""}', "partition": "acme"}


def test_the_engines_role_reads_nothing_of_the_apps(both):
    database, _ = both
    assert on_queue(database, "select count(*) from dbos.operation_outputs") == [(1,)]
    for table in ALL_TABLES:
        with pytest.raises(ProgrammingError, match="permission denied for schema earmark"):
            on_queue(database, f"select 1 from earmark.{table.name}")


def test_the_apps_role_reads_and_changes_nothing_that_the_engine_keeps(both):
    database, _ = both
    tables = [row.tablename for row in on_queue(database, "select tablename from pg_tables where schemaname = 'dbos'")]
    assert {"workflow_status", "operation_outputs", "workflow_input", "workflow_output"} <= set(tables)
    for table in tables:
        for act in ("select * from", "delete from", "truncate", "insert into"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                as_app(database, f"{act} dbos.{table}" + (" default values" if act == "insert into" else ""))
    for change in ("operation_outputs set output = '{}'", "workflow_status set status = 'SUCCESS'"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_app(database, f"update dbos.{change}")
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_app(database, "select dbos.enqueue_workflow('process_recording', 'recordings')")


@pytest.mark.parametrize(
    ("tenant", "forged"),
    [
        ("", {}),
        ("other", {}),
        ("acme", {"name": "recording:other:rec_2"}),
        ("acme", {"name": "recording"}),
        ("acme", {"arguments": r'{"\"other\"","\"rec_2\""}'}),
        ("acme", {"arguments": r'[0:1]={"\"other\"","\"acme\""}'}),
        ("acme", {"arguments": r'{{"\"acme\"","\"rec_2\""}}'}),
        ("acme", {"arguments": "{}"}),
        ("acme", {"arguments": r'{"{\"portable_json\":\"acme\"}"}'}),
        ("acme", {"partition": "other"}),
    ],
)
def test_work_is_started_for_the_tenant_of_the_transaction_alone(both, tenant, forged):
    database, _ = both
    before = on_queue(database, "select workflow_uuid, updated_at from dbos.workflow_status order by 1")
    with pytest.raises(ProgrammingError, match="work is started for the tenant of the transaction"):
        as_app(database, ENQUEUE, tenant=tenant, **{**MINE, **forged})
    assert on_queue(database, "select workflow_uuid, updated_at from dbos.workflow_status order by 1") == before


def test_what_is_ones_own_is_started(both):
    database, _ = both
    assert as_app(database, ENQUEUE, **MINE) == [("recording:acme:rec_2",)]


def test_what_the_release_before_was_granted_goes_only_when_none_of_it_runs(both, postgres):
    database, owner_url = both
    as_owner = Database(owner_url, clock=MovableClock())
    with as_owner.engine.begin() as owner:
        owner.execute(text(f"grant all on all tables in schema dbos to {APP_ROLE}"))
        owner.execute(text(f"alter default privileges in schema dbos grant all on tables to {APP_ROLE}"))
    as_owner.close()
    migrate_engine(owner_url, app_role=APP_ROLE)
    assert len(as_app(database, "select 1 from dbos.workflow_status")) >= 1
    migrate_engine(owner_url, app_role=APP_ROLE, contract=True)
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_app(database, "select 1 from dbos.workflow_status")
    assert as_app(database, ENQUEUE, **MINE) == [("recording:acme:rec_2",)]
