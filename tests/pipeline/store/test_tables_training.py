from __future__ import annotations

from pipeline.store.all_tables import ALL_TABLES
from pipeline.store.tables import metadata
from pipeline.store.tables_training import dataset_rows, datasets, recalls, training_features


def test_every_table_stands_in_the_one_schema_has_a_tenant_and_is_one_of_the_apps():
    for table in (datasets, dataset_rows, recalls, training_features):
        assert table.metadata is metadata
        assert not table.c.tenant.nullable
        assert table in ALL_TABLES
