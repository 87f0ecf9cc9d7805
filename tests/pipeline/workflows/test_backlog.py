from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.workflows.backlog import has_waiting, read_backlog
from pipeline.workflows.queue import DurableQueue


@pytest.fixture
def queue(database):
    made = DurableQueue(database.engine, version="7")
    yield made
    made.close()


def test_what_waits_is_counted_by_queue_with_the_age_of_its_oldest(queue, database, tenant):
    with database.transaction(tenant.id) as tx:
        queue.enqueue_recordings(tx, tenant.id, ["rec_1", "rec_2"])
        queue.enqueue_call(tx, tenant.id, "call_1", delay_s=3600)
    found = {(one.queue, one.state): one for one in read_backlog(database, now=datetime.now(UTC) + timedelta(hours=1))}
    assert {name: one.count for name, one in found.items()} == {("recordings", "waiting"): 2, ("calls", "not_due"): 1}
    assert 3590 < found["recordings", "waiting"].oldest_s < 3700
    assert found["calls", "not_due"].oldest_s < 60  # it is not late before it is due


def test_only_what_is_due_in_the_named_queues_waits(queue, database, tenant):
    with database.transaction(tenant.id) as tx:
        queue.enqueue_call(tx, tenant.id, "call_1", delay_s=3600)
        queue.enqueue_bulk(tx, tenant.id, "bulk_1", chunks=[1], round=1)
    assert not has_waiting(database, ("recordings", "calls"))
    assert has_waiting(database, ("bulk",))
    with database.transaction(tenant.id) as tx:
        queue.enqueue_recording(tx, tenant.id, "rec_1")
    assert has_waiting(database, ("recordings", "calls"))
