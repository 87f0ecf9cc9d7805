"""What stands between the app and rows that are not its tenant's: read from the database's own catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from pipeline.model.errors import InvalidInput, StoreUnreachable
from pipeline.store.all_tables import ALL_TABLES
from pipeline.store.session import Database, reachable

ONLY_ADDED_TO = (
    "attestations", "audit_events", "consent_events", "decisions", "inbox", "recorder_events", "reconciliations",
    "tombstones", "wordings",
)  # fmt: skip
"""Tables of which the app may change or remove no row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseCondition:
    """What the database says of itself and of the role the app connects as. Everything named here is a fault."""

    missing: tuple[str, ...]
    """Tables and columns the code knows and the database does not: not migrated."""
    unforced: tuple[str, ...]
    """Tables whose rows some role may see without a policy."""
    changeable: tuple[str, ...]
    """Tables that are only to be added to, and whose rows this role may change or remove."""
    powers: tuple[str, ...]
    """What lets the role pass by the row policies."""
    system: tuple[str, ...]
    """What is wrong with the role that reads across tenants."""
    engine: tuple[str, ...]
    """What is wrong with the durable engine's role; nothing is said where its address is not known."""
    uncontracted: tuple[str, ...]
    """What stands open to the app's role only because the release before needs it."""


def read_condition(database: Database) -> DatabaseCondition:
    """Look at tables, policies, grants and the role.

    Raises:
        StoreUnreachable: the database cannot be reached.
    """
    with reachable(), database.engine.connect() as connection:
        missing = _missing(connection)
        return DatabaseCondition(
            missing=missing,
            unforced=_unforced(connection),
            changeable=() if missing else _changeable(connection),
            powers=_powers(connection),
            system=() if missing else _system(database),
            engine=() if missing else _engine(database),
            uncontracted=_uncontracted(connection),
        )


def _system(database: Database) -> tuple[str, ...]:
    try:
        with reachable(), database.system_engine.connect() as connection:
            writes = text(
                "select 1 from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'earmark' "
                "and relkind = 'r' and (has_any_column_privilege(c.oid, 'insert, update') "
                "or has_table_privilege(c.oid, 'delete, truncate'))"
            )
            sees = text("select 1 from pg_policies where policyname = 'system_reads' and current_user = any(roles)")
            said = {
                "may change rows": connection.execute(writes).first(),
                "has no policy to read by": not connection.execute(sees).first(),
            }
            return _powers(connection) + tuple(fault for fault, is_so in said.items() if is_so)
    except InvalidInput:
        return ("has no address",)
    except StoreUnreachable:
        return ("cannot sign in",)


def _engine(database: Database) -> tuple[str, ...]:
    try:
        with reachable(), database.queue_engine.connect() as connection:
            sees = text("select has_schema_privilege('earmark', 'usage')")
            sees_ours = connection.execute(sees).scalar()
            return _powers(connection) + (("may look into the app's schema",) if sees_ours else ())
    except InvalidInput:
        return ()
    except StoreUnreachable:
        return ("cannot sign in",)


def _uncontracted(connection: Connection) -> tuple[str, ...]:
    rows = connection.execute(
        text(
            "select 'dbos.' || relname from pg_class c join pg_namespace n on n.oid = relnamespace "
            "where nspname = 'dbos' and relkind = 'r' and has_table_privilege(c.oid, 'select, insert, update, delete') "
            "union all select tablename from pg_policies where schemaname = 'earmark' "
            "and qual <> '(tenant = current_setting(''app.tenant''::text, true))' "
            "and roles && array[current_user, 'public']::name[] order by 1"
        )
    )
    return tuple(rows.scalars())


def _missing(connection: Connection) -> tuple[str, ...]:
    rows = connection.execute(
        text(
            "select relname, attname from pg_attribute join pg_class c on c.oid = attrelid "
            "join pg_namespace n on n.oid = relnamespace "
            "where nspname = 'earmark' and relkind = 'r' and attnum > 0 and not attisdropped"
        )
    )
    found = {(row.relname, row.attname) for row in rows}
    engine = connection.execute(
        text(
            "select 1 from pg_class c join pg_namespace n on n.oid = relnamespace "
            "where nspname = 'dbos' and relname = 'workflow_status' and has_schema_privilege(n.oid, 'usage')"
        )
    ).scalar()
    wanted = {(table.name, column.name) for table in ALL_TABLES for column in table.columns}
    return tuple(sorted(f"{table}.{column}" for table, column in wanted - found)) + (() if engine else ("dbos",))


def _unforced(connection: Connection) -> tuple[str, ...]:
    rows = connection.execute(
        text(
            "select relname from pg_class c join pg_namespace n on n.oid = relnamespace "
            "where nspname = 'earmark' and relkind = 'r' and relname <> 'alembic_version' "
            "and not (relrowsecurity and relforcerowsecurity) order by relname"
        )
    )
    return tuple(rows.scalars())


def _changeable(connection: Connection) -> tuple[str, ...]:
    asked = text("select has_table_privilege(:t, 'update') or has_table_privilege(:t, 'delete, truncate')")
    return tuple(name for name in ONLY_ADDED_TO if connection.execute(asked, {"t": f"earmark.{name}"}).scalar())


def _powers(connection: Connection) -> tuple[str, ...]:
    role = connection.execute(
        text("select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user")
    ).one()
    owned = connection.execute(
        text(
            "select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace "
            "where nspname = 'earmark' and relkind = 'r' and pg_has_role(relowner, 'usage')"
        )
    ).scalar()
    other = connection.execute(
        text("select 1 from pg_roles where pg_has_role(oid, 'member') and rolname <> current_user limit 1")
    ).first()
    said = {
        "is a superuser": role.rolsuper,
        "bypasses row policies": role.rolbypassrls,
        "may make roles": role.rolcreaterole,
        "owns tables": owned,
        "may act as another role": other,
    }
    return tuple(power for power, is_so in said.items() if is_so)
