from __future__ import annotations

from sqlalchemy import LargeBinary

from pipeline.store.tables_bulk import bulk_evidence, bulk_items, bulk_jobs


def test_every_table_has_a_tenant_and_says_where_files_lie_only_sealed():
    for table in (bulk_jobs, bulk_items, bulk_evidence):
        assert not table.c.tenant.nullable
        assert isinstance(table.c.sealed.type, LargeBinary)
