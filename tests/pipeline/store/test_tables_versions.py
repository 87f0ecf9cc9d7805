from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.store import tables_versions
from pipeline.store.tables import metadata

TABLES = (
    tables_versions.policy_versions,
    tables_versions.policy_notices,
    tables_versions.law_versions,
    tables_versions.redecisions,
    tables_versions.redecision_chunks,
    tables_versions.redecision_receipts,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("statement", ["update {} set tenant = 'other'", "delete from {}"])
def test_the_app_can_neither_change_nor_remove_a_row(database, tenant, table, statement):
    assert table.metadata is metadata
    with pytest.raises(ProgrammingError) as refused, database.transaction(tenant.id) as tx:
        tx.connection.execute(text(statement.format(table.fullname)))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
