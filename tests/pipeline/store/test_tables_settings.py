from __future__ import annotations

from pipeline.store import tables_settings
from pipeline.store.tables import metadata


def test_every_table_stands_in_the_one_schema_and_has_a_tenant():
    made = [table for table in metadata.tables.values() if getattr(tables_settings, table.name, None) is table]
    assert made
    for table in made:
        assert not table.c.tenant.nullable
