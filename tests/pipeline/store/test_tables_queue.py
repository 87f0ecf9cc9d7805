from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.store.tables_queue import review_moves, saved_searches, word_index, word_searches
from tests.conftest import make_tenant

TABLES = (review_moves, saved_searches, word_index, word_searches)


def test_every_table_shows_another_tenant_nothing(database, tenant, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        tx.connection.execute(
            text(
                "insert into earmark.word_index (id, tenant, recording_id, artifact_id, terms, at) "
                "values ('w', 'acme', 'r', 'a', '{1}', now())"
            )
        )
    with database.transaction(other.id) as tx:
        assert [len(tx.connection.execute(table.select()).all()) for table in TABLES] == [0] * len(TABLES)


def test_a_move_is_never_taken_back(database, tenant):
    with database.transaction(tenant.id) as tx, pytest.raises(ProgrammingError):
        tx.connection.execute(text("delete from earmark.review_moves"))
