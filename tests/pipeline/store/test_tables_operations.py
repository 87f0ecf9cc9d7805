from __future__ import annotations

from pipeline.store.all_tables import ALL_TABLES
from pipeline.store.tables_operations import reasons


def test_what_people_typed_has_no_column_but_a_sealed_one():
    assert reasons in ALL_TABLES
    assert {c.name for c in reasons.columns} == {"id", "tenant", "subject", "act", "sealed", "actor", "at"}
