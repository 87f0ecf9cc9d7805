from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from dbos import DBOS
from sqlalchemy import text

from pipeline.model.errors import StoreUnreachable
from pipeline.store.holds import list_unsettled
from pipeline.workflows import engine
from pipeline.workflows.pace import Pace
from pipeline.workflows.queue import DurableQueue
from pipeline.workflows.settle_holds import enqueue_unsettled, settle_whole_hold
from tests.conftest import APP_ROLE
from tests.pipeline.decisions.test_holds import hold, is_locked, kept, release


@pytest.fixture
def app_url(postgres, database_name, clock) -> str:
    clock.at = datetime.now(UTC)
    return postgres.url(database_name, user=APP_ROLE)


@pytest.fixture
def queue(app_url, database) -> Iterator[DurableQueue]:
    made = DurableQueue(database.engine, version="1")
    yield made
    made.close()


def named(database) -> list[str]:
    with database.engine.connect() as connection:
        query = "select workflow_uuid from dbos.workflow_status where name = 'settle_hold' order by 1"
        return list(connection.execute(text(query)).scalars())


def test_pages_are_settled_until_there_is_none_left():
    asked = []

    def settle(tenant, hold, after):
        asked.append((tenant, hold, after))
        return {"artifacts": 2, "decided": 1, "after": {"": "a", "a": "b", "b": None}[after]}

    assert settle_whole_hold(settle, "acme", "hold_1") == {"artifacts": 6, "decided": 3}
    assert asked == [("acme", "hold_1", after) for after in ("", "a", "b")]


def test_a_page_that_fails_for_good_is_told_and_ends_it():
    def settle(tenant, hold, after):
        raise StoreUnreachable("lock")

    assert settle_whole_hold(settle, "acme", "hold_1") == {"artifacts": 0, "decided": 0, "failed": "StoreUnreachable"}


def test_a_hold_is_enqueued_once_for_what_became_of_it_and_again_within_the_hour_where_it_is_not_settled(
    line, queue, database, clock
):
    placed = hold(line, "tenant", "acme")
    for _ in range(2):
        assert enqueue_unsettled(line.context.vault, queue, clock) == 1
    hour = f"{clock.now():%Y%m%dT%H}"
    assert named(database) == [f"settle_hold:acme:{placed.id}:placed:{hour}"]
    release(line, placed)
    enqueue_unsettled(line.context.vault, queue, clock)
    assert named(database)[1:] == [f"settle_hold:acme:{placed.id}:released:{hour}"]
    clock.move(hours=1)
    enqueue_unsettled(line.context.vault, queue, clock)
    assert len(named(database)) == 3


def test_the_worker_frees_what_was_released(line, queue, app_url, database, clock):
    recording = line.record()
    key = kept(line, recording)
    release(line, hold(line, "recording", recording.id))
    enqueue_unsettled(line.context.vault, queue, clock)
    assert is_locked(line, key)
    engine.launch(line.context, database_url=app_url, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        handle = DBOS.retrieve_workflow(named(database)[0])
        while handle.get_status().status in ("PENDING", "ENQUEUED"):
            time.sleep(0.05)
        assert handle.get_result() == {"artifacts": 1, "decided": 0}
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()  # one writes to this test's own standard error
    assert not is_locked(line, key)
    with line.tx() as tx:
        assert list_unsettled(tx) == ()
