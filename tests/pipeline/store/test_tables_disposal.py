from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.store import tables_disposal
from pipeline.store.all_tables import ALL_TABLES

ONLY_ADDED_TO = ("certificates", "ledger_lines", "justifications", "retention_runs", "endings_applied")


def test_its_tables_are_among_all_tables():
    assert {tables_disposal.purges, tables_disposal.closures} <= set(ALL_TABLES)


@pytest.mark.parametrize("name", ONLY_ADDED_TO)
@pytest.mark.parametrize("verb", ["update earmark.{} set tenant = tenant", "delete from earmark.{}"])
def test_proof_can_be_added_and_not_changed(database, tenant, name, verb):
    with pytest.raises(ProgrammingError, match="permission denied"), database.transaction(tenant.id) as tx:
        tx.connection.execute(text(verb.format(name)))
