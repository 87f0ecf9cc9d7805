from __future__ import annotations

from pipeline.store.tables import metadata
from pipeline.store.tables_registry import child_signals, processor_evidence


def test_every_table_stands_in_the_one_schema_and_has_a_tenant():
    for table in (processor_evidence, child_signals):
        assert table.metadata is metadata
        assert not table.c.tenant.nullable
