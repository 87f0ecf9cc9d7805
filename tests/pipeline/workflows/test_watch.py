from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.telemetry.metrics import REGISTRY
from pipeline.workflows.queue import DurableQueue
from pipeline.workflows.watch import standing_look
from tests.conftest import MovableClock


def test_a_look_sets_the_figures_that_are_read(postgres, database_name, database, tenant):
    queue = DurableQueue(database.engine, version="7")
    with database.transaction(tenant.id) as tx:
        queue.enqueue_recordings(tx, tenant.id, ["rec_1"])
    queue.close()
    clock = MovableClock(datetime.now(UTC) + timedelta(minutes=10))
    assert standing_look(database, clock)() == 0

    def told(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(f"earmark_{name}", labels) or 0.0

    assert told("queue_depth", queue="recordings", state="waiting") == 1
    assert 590 < told("queue_oldest_seconds", queue="recordings") < 700
    assert told("checkpoint_oldest_seconds") > 0
    assert told("purge_artifacts", clock="overdue") == 0
    assert told("standing_read_timestamp_seconds") == clock.now().timestamp()
