from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.model.bulk import CHUNK, BulkJob, BulkKind, BulkState


@pytest.mark.parametrize(("items", "chunks"), [(0, 0), (1, 1), (CHUNK, 1), (CHUNK + 1, 2)])
def test_a_job_is_as_many_chunks_as_its_items_fill(items, chunks):
    job = BulkJob(
        id="bulk_1",
        kind=BulkKind.REPROCESS,
        state=BulkState.RUNNING,
        options={},
        items=items,
        round=1,
        actor="user:ada",
        at=datetime(2026, 11, 28, tzinfo=UTC),
        outcomes={"same": 2, "failed": 1},
    )
    assert (job.chunks, job.done) == (chunks, 3)
