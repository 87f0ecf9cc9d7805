from __future__ import annotations

from sqlalchemy import text

from pipeline.store.all_tables import ALL_TABLES


def test_every_table_of_the_database_is_known_and_under_a_forced_row_policy(database):
    with database.engine.connect() as connection:
        rows = connection.execute(
            text(
                "select c.relname, c.relrowsecurity and c.relforcerowsecurity as is_forced from pg_class c "
                "where c.relkind = 'r' and c.relnamespace = 'earmark'::regnamespace"
            )
        ).all()
    made = {row.relname: row.is_forced for row in rows if row.relname != "alembic_version"}
    assert set(made) == {table.name for table in ALL_TABLES}
    assert all(made.values())
