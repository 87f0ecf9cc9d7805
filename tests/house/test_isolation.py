"""Nothing but a row policy decides whose rows are seen, and nothing the app may do lifts one."""

from __future__ import annotations

import ast
from typing import Final

import pytest
from sqlalchemy import text

from pipeline.store.all_tables import ALL_TABLES
from tests.conftest import APP_ROLE
from tests.house.tree import parse, sources

OPENS_CONNECTIONS: Final = {
    "pipeline/store/session.py": "the tenant's own transaction",
    "pipeline/store/system_session.py": "the few acts that belong to no tenant, by a role of their own",
    "pipeline/store/condition.py": "looks at the catalogue, never at rows",
    "pipeline/store/migrations/__init__.py": "waits its turn as the owner, and reads nothing",
    "pipeline/store/migrations/env.py": "runs as the owner, when a release is installed",
    "pipeline/vendors/embedded_postgres.py": "makes the embedded server's databases",
    "pipeline/workflows/backlog.py": "counts what waits, in the engine's schema",
    "pipeline/workflows/engine_schema.py": "runs as the owner, when a release is installed",
    "pipeline/workflows/supervisor.py": "holds a worker's name, in the engine's schema",
}
SEES_ROWS_OF: Final = "tenant = current_setting('app.tenant'::text, true)"


def opened_in(source: ast.AST) -> bool:
    """Say whether something here makes an engine, or takes a connection from one."""
    for node in ast.walk(source):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called.rpartition(".")[2] in ("create_engine", "raw_connection"):
            return True
        if called == "psycopg.connect" or called.endswith(("engine.connect", "engine.begin")):
            return True
    return False


def lifts_the_policy(source: ast.AST) -> bool:
    """Say whether something here asks for another role or for every tenant's rows, as was possible once."""
    words = [n.value.lower() for n in ast.walk(source) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return any("app.scope" in w or "set role" in w or "session authorization" in w for w in words)


def test_connections_are_opened_in_the_listed_files_alone() -> None:
    found = {str(path) for path in sources() if opened_in(parse(path))}
    assert found == set(OPENS_CONNECTIONS)


def names(source: ast.AST) -> set[str]:
    """Give every attribute that is asked for here."""
    return {node.attr for node in ast.walk(source) if isinstance(node, ast.Attribute)}


def test_nothing_asks_to_be_somebody_else() -> None:
    assert [path for path in sources() if lifts_the_policy(parse(path)) and "versions" not in path.parts] == []


def test_every_tenants_rows_are_asked_for_in_one_file_and_looked_after_in_another() -> None:
    found = {str(path) for path in sources() if "system_engine" in names(parse(path))}
    assert found == {"pipeline/store/system_session.py", "pipeline/store/condition.py"}


def test_the_engines_rows_are_asked_for_in_two_files_and_looked_after_in_another() -> None:
    found = {str(path) for path in sources() if "queue_engine" in names(parse(path))}
    workflows = {"pipeline/workflows/queue.py", "pipeline/workflows/backlog.py"}
    assert found == {"pipeline/store/condition.py", *workflows}


@pytest.mark.parametrize(
    "line",
    ["database.engine.connect()", "self.engine.begin()", "psycopg.connect(dsn)", "sqlalchemy.create_engine(url)"],
)
def test_a_way_around_the_session_is_noticed(line: str) -> None:
    assert opened_in(ast.parse(line))


def test_a_statement_that_lifts_the_policy_is_noticed() -> None:
    assert lifts_the_policy(ast.parse("""tx.connection.execute(text("SET ROLE owner"))"""))


def test_each_table_has_one_policy_and_it_names_the_tenant_for_reading_and_writing(database) -> None:
    found = policies_for(database, APP_ROLE)
    assert sorted(r.tablename for r in found) == sorted(t.name for t in ALL_TABLES)
    wanted = ("ALL", "PERMISSIVE", f"({SEES_ROWS_OF})", f"({SEES_ROWS_OF})")
    assert {(r.cmd, r.permissive, r.qual, r.with_check) for r in found} == {wanted}


def test_the_systems_role_has_policies_to_read_by_and_none_else(database) -> None:
    found = policies_for(database, f"{APP_ROLE}_system")
    assert {(r.cmd, r.permissive, r.qual, r.with_check) for r in found} == {("SELECT", "PERMISSIVE", "true", None)}
    assert len(found) < len(ALL_TABLES) / 4


def policies_for(database, role: str) -> list:
    query = (
        "select tablename, cmd, permissive, qual, with_check from pg_policies "
        "where schemaname = 'earmark' and roles && array[:role, 'public']::name[]"
    )
    with database.engine.connect() as connection:
        return connection.execute(text(query), {"role": role}).all()


@pytest.mark.parametrize("who", ["engine", "system_engine", "queue_engine"])
def test_nobody_has_a_role_but_their_own_or_can_take_another(database, who) -> None:
    with getattr(database, who).connect() as connection:
        roles = (
            connection.execute(text("select rolname from pg_roles where pg_has_role(oid, 'member')")).scalars().all()
        )
        mine = connection.execute(text("select * from pg_roles where rolname = current_user")).mappings().one()
        others = connection.execute(text("select rolname from pg_roles where rolname <> current_user")).scalars().all()
    assert roles == [mine["rolname"]]
    assert not any(mine[power] for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb"))
    others = [other for other in others if other.startswith(APP_ROLE) or not other.startswith("pg_")]
    assert len(others) >= 2
    for other in others:
        refused = pytest.raises(Exception, match="permission denied to set role")
        with getattr(database, who).connect() as connection, refused:
            connection.execute(text(f'set role "{other}"'))


def test_nothing_in_the_schema_runs_with_its_owners_powers_or_can_be_added_to_it(database) -> None:
    runs_as_owner = "select count(*) from pg_proc where pronamespace = 'earmark'::regnamespace and prosecdef"
    views = "select count(*) from pg_class where relnamespace = 'earmark'::regnamespace and relkind in ('v', 'm')"
    with database.engine.connect() as connection:
        assert connection.execute(text(runs_as_owner)).scalar() == 0
        assert connection.execute(text(views)).scalar() == 0
        assert not connection.execute(text("select has_schema_privilege('earmark', 'create')")).scalar()
