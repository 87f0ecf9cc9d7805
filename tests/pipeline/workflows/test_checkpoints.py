from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from dbos import DBOS
from sqlalchemy import text

from pipeline.model.errors import IntegrityError
from pipeline.steps.checkpoint_log import checkpoint_log
from pipeline.store.checkpoints import list_checkpoints
from pipeline.workflows import checkpoints as module
from pipeline.workflows import engine
from pipeline.workflows.checkpoints import enqueue_checkpoints, sign_log
from pipeline.workflows.pace import Pace
from pipeline.workflows.queue import DurableQueue
from tests.conftest import APP_ROLE, make_tenant
from tests.pipeline.steps.test_checkpoint_log import happen


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
        query = "select workflow_uuid from dbos.workflow_status where name = 'checkpoint_log' order by created_at"
        return list(connection.execute(text(query)).scalars())


def test_every_log_is_signed_once_a_day_where_something_happened(vault, queue, database, keys, tenant, clock):
    make_tenant(database, keys, "other")
    assert [enqueue_checkpoints(vault, queue, clock) for _ in range(2)] == [2, 2]
    hour = f"{clock.now():%Y%m%dT%H}"
    assert sorted(named(database)) == [f"checkpoint_log:acme:0:{hour}", f"checkpoint_log:other:0:{hour}"]
    for name in ("acme", "other"):
        checkpoint_log(vault, name)
    assert enqueue_checkpoints(vault, queue, clock) == 0
    happen(vault, tenant)
    clock.move(hours=23)
    assert enqueue_checkpoints(vault, queue, clock) == 0
    clock.move(hours=1)
    assert enqueue_checkpoints(vault, queue, clock) == 1


def test_a_log_that_grew_is_signed_before_the_day_is_over(vault, queue, tenant, clock, monkeypatch):
    monkeypatch.setattr(module, "EVERY_EVENTS", 5)
    checkpoint_log(vault, tenant.id)
    happen(vault, tenant, 3)
    assert enqueue_checkpoints(vault, queue, clock) == 0
    happen(vault, tenant, 3)
    assert enqueue_checkpoints(vault, queue, clock) == 1


def test_one_that_failed_is_enqueued_again_within_the_hour(vault, queue, database, tenant, clock):
    enqueue_checkpoints(vault, queue, clock)
    clock.move(hours=1)
    enqueue_checkpoints(vault, queue, clock)
    assert len(named(database)) == 2


def test_a_log_that_is_broken_is_told_loudly_and_ends_the_work(capfd):
    def broken():
        raise IntegrityError("the audit log is broken at event 3")

    assert sign_log(broken, "acme") == {"is_signed": False, "failed": "IntegrityError"}
    shown = capfd.readouterr()
    assert "audit.not_signed" in shown.out + shown.err


def test_the_worker_signs(line, queue, app_url, database, clock):
    enqueue_checkpoints(line.context.vault, queue, clock)
    engine.launch(line.context, database_url=app_url, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        handle = DBOS.retrieve_workflow(named(database)[0])
        while handle.get_status().status in ("PENDING", "ENQUEUED"):
            time.sleep(0.05)
        assert handle.get_result()["is_signed"]
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()  # one writes to this test's own standard error
    with line.tx() as tx:
        assert len(list_checkpoints(tx)) == 1
