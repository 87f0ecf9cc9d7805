from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.store.all_tables import ALL_TABLES
from pipeline.store.tables import metadata
from pipeline.store.tables_holds import audit_checkpoints, matters


def test_every_table_stands_in_the_one_schema_and_has_a_tenant():
    for table in (matters, audit_checkpoints):
        assert table.metadata is metadata
        assert table in ALL_TABLES
        assert not table.c.tenant.nullable


@pytest.mark.parametrize(
    "statement",
    [
        "update earmark.audit_checkpoints set hash = 'x'",
        "delete from earmark.audit_checkpoints",
        "truncate earmark.audit_checkpoints",
        "delete from earmark.matters",
        "delete from earmark.holds",
    ],
)
def test_checkpoints_are_only_added_and_matters_and_holds_never_removed(database, tenant, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), database.transaction(tenant.id) as tx:
        tx.connection.execute(text(statement))
