from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from pipeline.store.condition import DatabaseCondition, read_condition
from pipeline.store.session import Database
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from tests.conftest import APP_ROLE, MovableClock


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("alter table earmark.calls no force row level security", ("unforced", "calls")),
        ("alter table earmark.inbox disable row level security", ("unforced", "inbox")),
        (f"alter role {APP_ROLE} bypassrls", ("powers", "bypasses row policies")),
        (f"alter table earmark.holds owner to {APP_ROLE}", ("powers", "owns tables")),
    ],
)
def test_each_way_past_the_row_policies_is_seen(
    database: Database, postgres: EmbeddedPostgres, database_name: str, fault: LiteralString, seen: tuple[str, str]
) -> None:
    with psycopg.connect(postgres.dsn(database_name)) as connection:
        assert read_condition(database) == DatabaseCondition(missing=(), unforced=(), changeable=(), powers=())
        connection.execute(fault)
        connection.commit()
        try:
            assert seen[1] in getattr(read_condition(database), seen[0])
        finally:
            connection.execute(f"alter role {APP_ROLE} nobypassrls")


@pytest.mark.parametrize("verb", ["update", "delete", "truncate"])
def test_a_log_whose_rows_may_be_rewritten_is_seen(
    database: Database, postgres: EmbeddedPostgres, database_name: str, verb: LiteralString
) -> None:
    with psycopg.connect(postgres.dsn(database_name)) as connection:
        connection.execute(sql.SQL("grant {} on earmark.audit_events to {}").format(sql.SQL(verb), sql.SQL(APP_ROLE)))
    assert read_condition(database).changeable == ("audit_events",)


def test_an_app_that_connects_as_the_owner_is_seen(
    postgres: EmbeddedPostgres, database_name: str, clock: MovableClock
) -> None:
    opened = Database(postgres.url(database_name), clock=clock)
    assert {"is a superuser", "owns tables"} <= set(read_condition(opened).powers)
    opened.close()


def test_a_column_and_an_engine_that_are_missing_are_named(
    database: Database, postgres: EmbeddedPostgres, database_name: str
) -> None:
    with psycopg.connect(postgres.dsn(database_name)) as connection:
        connection.execute("alter table earmark.recordings drop column facts")
        connection.execute("drop schema dbos cascade")
    assert read_condition(database).missing == ("recordings.facts", "dbos")
