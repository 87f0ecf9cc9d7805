from __future__ import annotations

import psycopg
from psycopg import sql

CHANGES = (
    "grant select on earmark.calls to public",
    "grant select (id) on earmark.calls to public",
    "alter table earmark.calls disable row level security",
    "alter default privileges in schema earmark grant all on tables to public",
    "revoke connect on database {} from public",
    "alter database {} set app.tenant = 'acme'",
)


def done(postgres, name: str, statement: str) -> None:
    with psycopg.connect(postgres.dsn(name), autocommit=True) as owner:
        owner.execute(sql.SQL(statement).format(sql.Identifier(name)))


def test_a_database_whose_rights_or_settings_a_test_changed_is_given_to_no_other(databases, postgres):
    for change in CHANGES:
        with databases.one() as name:
            done(postgres, name, change)
        with psycopg.connect(postgres.dsn("postgres")) as owner:
            found = owner.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        assert found is None, change


def test_one_that_was_only_written_to_is_empty_for_the_next(databases, postgres):
    with databases.one() as name:
        done(postgres, name, "insert into earmark.matters values ('acme', 'm-1', null, '{{}}', 'test', now())")
    with databases.one() as again, psycopg.connect(postgres.dsn(again)) as owner:
        assert again == name
        assert owner.execute("select count(*) from earmark.matters").fetchone() == (0,)
