from __future__ import annotations

from pipeline.store.tables import metadata
from pipeline.store.tables_telephony import (
    attestations,
    numbers,
    reconciliations,
    recorder_events,
    signing_keys,
    wordings,
)


def test_every_table_stands_in_the_one_schema_and_has_a_tenant():
    for table in (numbers, attestations, wordings, signing_keys, recorder_events, reconciliations):
        assert table.metadata is metadata
        assert not table.c.tenant.nullable
