from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.store import tables_review
from pipeline.store.all_tables import ALL_TABLES
from pipeline.store.tables import metadata


def test_its_tables_are_among_all_tables_and_each_has_a_tenant():
    made = [table for table in metadata.tables.values() if getattr(tables_review, table.name, None) is table]
    assert len(made) == 5
    assert set(made) <= set(ALL_TABLES)
    assert not any(table.c.tenant.nullable for table in made)


@pytest.mark.parametrize("column", ["actor", "kind", "recording_id", "code", "channel", "at"])
def test_who_decided_what_cannot_be_changed_afterwards(database, tenant, column):
    with pytest.raises(Exception, match="permission denied"), database.transaction(tenant.id) as tx:
        tx.connection.execute(text(f"update earmark.redaction_changes set {column} = {column}"))


@pytest.mark.parametrize("table", ["redaction_changes", "redaction_versions", "review_outcomes", "reveals"])
def test_nothing_of_it_can_be_removed(database, tenant, table):
    with pytest.raises(Exception, match="permission denied"), database.transaction(tenant.id) as tx:
        tx.connection.execute(text(f"delete from earmark.{table}"))
