from __future__ import annotations

import logging
import time

import pytest
from dbos import DBOS

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Outcome
from pipeline.model.errors import NotFound, StoreUnreachable
from pipeline.store.artifacts import list_artifacts
from pipeline.workflows import engine
from pipeline.workflows.call import CALL_STEPS, process_call, with_call_context
from pipeline.workflows.pace import Pace
from pipeline.workflows.queue import DurableQueue
from tests.builders import a_call, answer
from tests.conftest import APP_ROLE


class Noting:
    """Runs nothing and notes what was asked for; a step may raise."""

    def __init__(self, receipts: int = 4, **errors: Exception) -> None:
        self.asked: list[str] = []
        self._receipts, self._errors = receipts, errors

    def __call__(self, name: str) -> dict:
        self.asked.append(name)
        if name in self._errors:
            raise self._errors[name]
        return {"receipts": self._receipts}


def test_the_receipts_of_an_ended_call_are_kept_and_then_decided():
    run = Noting()
    assert process_call(run) == {"receipts": 4}
    assert run.asked == list(CALL_STEPS)


def test_where_there_is_no_receipt_there_is_nothing_to_decide():
    run = Noting(receipts=0)
    assert process_call(run) == {"receipts": 0}
    assert run.asked == ["keep_call_receipts"]


@pytest.mark.parametrize("step", CALL_STEPS)
def test_an_error_ends_there_and_is_named(step):
    assert process_call(Noting(**{step: StoreUnreachable("put")})) == {"receipts": 0, "failed": "StoreUnreachable"}


def test_what_is_no_error_of_ours_is_not_swallowed_here():
    with pytest.raises(KeyError):
        process_call(Noting(decide_call=KeyError("canary")))


def test_each_step_is_known_by_its_name_and_runs_with_its_context(line):
    step = with_call_context("keep_call_receipts", line.context)
    assert step.__name__ == "keep_call_receipts"
    with pytest.raises(NotFound):
        step(line.owner.id, "call_none")


def test_a_worker_issues_the_receipts_of_a_call_that_was_declined(line, postgres, database_name):
    queue = DurableQueue(line.context.vault.database.engine, version="1")
    with line.tx() as tx:
        call = a_call(tx, line.context.vault.keys)
        answer(tx, call, Outcome.DECLINED)
        queue.enqueue_call(tx, line.owner.id, call, delay_s=1)
    queue.close()
    url = postgres.url(database_name, user=APP_ROLE)
    engine.launch(line.context, database_url=url, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        handle = DBOS.retrieve_workflow(f"call:{line.owner.id}:{call}")
        while handle.get_status().status in ("PENDING", "ENQUEUED", "DELAYED"):
            time.sleep(0.05)
        assert dict(handle.get_result()) == {"receipts": 4, "is_recorded": False}
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()  # one writes to this test's own standard error
    with line.tx() as tx:
        kept = list_artifacts(tx, call=call)
    assert [(a.kind, a.recording) for a in kept] == [(ArtifactKind.CONSENT_RECEIPT, None)] * 4
