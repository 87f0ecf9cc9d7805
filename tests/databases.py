"""Databases for tests: each test has one to itself, and what a test left clean is emptied for another.

Making and dropping one takes a hundred milliseconds, emptying one five. Emptied is what has the template's catalogue
still; where a test changed that, or wrote much, its database is dropped.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import sql

from pipeline.store.migrations import migrate
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from pipeline.workflows.engine import migrate_engine

TEMPLATE: Final = "earmark_template"
_MOST_BYTES: Final = 40_000_000
_EMPTY: Final = """
do $$ declare t record; found boolean; begin
  set local session_replication_role = replica;
  for t in select schemaname s, tablename n from pg_tables where schemaname in ('earmark', 'dbos') loop
    if t.n not in ('alembic_version', 'dbos_migrations') then
      execute format('select exists (select 1 from %I.%I)', t.s, t.n) into found;
      if found then execute format('delete from %I.%I', t.s, t.n); end if;
    end if;
  end loop;
  perform setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
    from pg_sequences where last_value is not null;
end $$
"""
_CATALOGUE: Final = """
with ours as (select oid from pg_namespace where nspname not in ('pg_catalog', 'information_schema', 'pg_toast')),
  seen as (
    select 'c' || oid || ' ' || xmin as x from pg_class where relnamespace in (select oid from ours)
    union all select 'a' || attrelid || ' ' || attnum || ' ' || xmin from pg_attribute where attrelid > 16383
    union all select 'p' || oid || ' ' || xmin from pg_policy
    union all select 't' || oid || ' ' || xmin from pg_trigger
    union all select 'f' || oid || ' ' || xmin from pg_proc where pronamespace in (select oid from ours)
    union all select 'n' || oid || ' ' || xmin from pg_namespace
    union all select 'g' || oid || ' ' || xmin from pg_default_acl
    union all select 'b' || datacl::text from pg_database where datname = current_database() and datacl is not null
    union all select 'd' || setdatabase || ' ' || setrole || ' ' || xmin from pg_db_role_setting
    union all select 'v' || version_num || ' ' || xmin from earmark.alembic_version
    union all select 'e' || version || ' ' || xmin from dbos.dbos_migrations
  )
select md5(string_agg(x, ',' order by x)), pg_database_size(current_database()) from seen
"""
_LET_GO: Final = """
select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
"""


def copy_database(server: EmbeddedPostgres, database: str) -> str:
    """Copy a database with all that is in it, and give the copy's name; whoever is connected is sent away."""
    name = f"copy_{uuid.uuid4().hex}"
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        away = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s"
        connection.execute(away, [database])
        _create(connection, name, database)
    return name


def drop_database(server: EmbeddedPostgres, name: str) -> None:
    """Drop a database, whoever is connected."""
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _create(connection: psycopg.Connection[Any], name: str, template: str) -> None:
    made = sql.SQL("create database {} template {} strategy file_copy")
    connection.execute(made.format(sql.Identifier(name), sql.Identifier(template)))


class Databases:
    """The databases of one server."""

    def __init__(self, server: EmbeddedPostgres, *, app_role: str) -> None:
        """Prepare the template: everything that a release brings, and nothing in it."""
        self._server = server
        self._clean: list[tuple[str, psycopg.Connection[Any]]] = []
        server.create_database(TEMPLATE)
        migrate(server.url(TEMPLATE), app_role=app_role)
        migrate_engine(server.url(TEMPLATE), app_role=app_role)
        with psycopg.connect(server.dsn(TEMPLATE), autocommit=True) as owner:
            owner.execute("vacuum freeze")
            self._catalogue = _look(owner)[0]

    def close(self) -> None:
        """Let go of the server."""
        for _, owner in self._clean:
            owner.close()

    @contextmanager
    def one(self) -> Iterator[str]:
        """Give the name of a database in which nothing is; it is nobody else's until the end."""
        name, owner = self._clean.pop() if self._clean else self._make()
        yield name
        if self._is_emptied(owner):
            self._clean.append((name, owner))
        else:
            owner.close()
            drop_database(self._server, name)

    def _make(self) -> tuple[str, psycopg.Connection[Any]]:
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(self._server.dsn("postgres"), autocommit=True) as connection:
            _create(connection, name, TEMPLATE)
        return name, psycopg.connect(self._server.dsn(name), autocommit=True)

    def _is_emptied(self, owner: psycopg.Connection[Any]) -> bool:
        try:
            until = time.monotonic() + 5
            while owner.execute(_LET_GO).fetchall():
                if time.monotonic() > until:
                    return False
            catalogue, size = _look(owner)
            if catalogue != self._catalogue or size > _MOST_BYTES:
                return False
            owner.execute(_EMPTY)
        except psycopg.Error:  # the test ended our connection too
            return False
        return True


def _look(owner: psycopg.Connection[Any]) -> tuple[str, int]:
    """Give a digest of all that is defined, and how large the database is."""
    found = owner.execute(_CATALOGUE).fetchone()
    assert found is not None
    return found[0], found[1]
