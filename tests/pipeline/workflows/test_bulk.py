from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dbos import DBOS

from pipeline.model.bulk import BulkKind, BulkState
from pipeline.model.errors import NotFound, StoreUnreachable
from pipeline.model.recording import RecordingState
from pipeline.store.audit import list_events
from pipeline.store.bulk_jobs import get_job, list_jobs, pause_job
from pipeline.store.outdated import Outdated
from pipeline.store.recordings import merge_facts
from pipeline.workflows import engine
from pipeline.workflows.bulk import BULK_STEPS, await_calls, resume, start_reprocessing, with_bulk_context, work_chunk
from pipeline.workflows.pace import Pace
from pipeline.workflows.queue import DurableQueue
from tests.builders import a_call, a_recording
from tests.bulk import Second, made_by_first
from tests.corrections import shown


@pytest.fixture
def queue(database, app_url) -> Iterator[DurableQueue]:
    opened = DurableQueue(database.engine, version="1")
    yield opened
    opened.close()


def start(line, queue):
    with line.tx() as tx:
        return start_reprocessing(tx, queue, Outdated(before="2"), actor="user:ada")


def work_off(line, app_url: str, *workflows: str) -> list[dict]:
    engine.launch(line.context, database_url=app_url, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        handles = [DBOS.retrieve_workflow(workflow) for workflow in workflows]
        while any(h.get_status().status in ("PENDING", "ENQUEUED") for h in handles):
            time.sleep(0.05)
        return [dict(h.get_result()) for h in handles]
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()  # one writes to this test's own standard error


def ran(receipts: dict) -> tuple[list[tuple], dict]:
    """Run a chunk of two recordings with steps that give these receipts."""
    told: list[tuple] = []
    listed = {"kind": "reprocess", "items": [[1, "rec_1"], [2, "rec_2"]]}
    given = {"list_bulk": listed, "await_calls": {"is_running": True, "is_busy": False}, **receipts}

    def run(name, *more):
        told.append((name, *more))
        receipt = given.get(name, {})
        receipt = receipt.pop(0) if isinstance(receipt, list) else receipt
        if isinstance(receipt, Exception):
            raise receipt
        return receipt

    return told, work_chunk(run, "bulk_1", 1)


def noted(told) -> list[tuple]:
    return [(ordinal, outcome) for name, *more in told if name == "note_bulk" for _, ordinal, outcome, _ in [more]]


def test_an_item_that_fails_keeps_no_other_from_being_done():
    told, done = ran({"redact_anew": [NotFound("rec_1"), {"outcome": "same"}]})
    assert noted(told) == [(1, "failed"), (2, "same")]
    assert done == {"done": 2, "is_stopped": False}


def test_a_version_is_decided_before_it_comes_into_force_and_then_found_by_its_words():
    version = {"outcome": "new_version", "number": 2}
    told, _ = ran({"redact_anew": [version, {"outcome": "held"}], "publish_anew": {"outcome": "new_version"}})
    names = [name for name, *_ in told if name in BULK_STEPS]
    assert names == ["redact_anew", "decide", "publish_anew", "index_words", "assess_risk", "redact_anew"]
    assert noted(told) == [(1, "new_version"), (2, "held")]


def test_what_was_left_at_the_last_moment_is_not_told_as_made():
    version = {"outcome": "new_version", "number": 2}
    told, _ = ran({"redact_anew": version, "publish_anew": {"outcome": "correcting"}})
    assert noted(told) == [(1, "correcting"), (2, "correcting")]


def test_a_paused_job_begins_no_item():
    seen = [{"is_running": True, "is_busy": False}, {"is_running": False, "is_busy": False}]
    told, done = ran({"await_calls": seen, "redact_anew": {"outcome": "same"}})
    assert (noted(told), done) == ([(1, "same")], {"done": 1, "is_stopped": True})


def test_calls_are_waited_for_and_not_for_ever():
    busy, free = {"is_running": True, "is_busy": True}, {"is_running": True, "is_busy": False}
    told, _ = ran({"await_calls": [busy, busy, free, *[busy] * 30], "redact_anew": {"outcome": "same"}})
    names = [name for name, *_ in told]
    assert names[:6] == ["list_bulk", "await_calls", "await_calls", "await_calls", "redact_anew", "note_bulk"]
    assert names.count("await_calls") == 33
    assert len(noted(told)) == 2


def test_a_store_that_is_away_is_no_items_fault():
    with pytest.raises(StoreUnreachable):
        ran({"note_bulk": StoreUnreachable("store"), "redact_anew": {"outcome": "same"}})


def test_every_step_is_run_under_its_own_name(line):
    assert {with_bulk_context(name, line.context).__name__ for name in BULK_STEPS} == set(BULK_STEPS)


def test_a_look_ends_when_nothing_waits_or_its_time_is_over(line, queue):
    with line.tx() as tx:
        made = a_recording(tx, a_call(tx, line.context.vault.keys), state=RecordingState.PUBLISHED)
        merge_facts(tx, made.id, {"detector": "1"})
    job = start(line, queue)
    assert await_calls(line.context, line.owner.id, job.id) == {"is_running": True, "is_busy": False}
    with line.tx() as tx:
        queue.enqueue_recording(tx, line.owner.id, "rec_x")
        pause_job(tx, job.id, actor="user:ada")
    assert await_calls(line.context, line.owner.id, job.id, look_s=0.1) == {"is_running": False, "is_busy": True}


def test_recordings_of_calls_are_worked_on_first_and_then_the_job_to_its_end(line, app_url, queue):
    """Both queues are full before the worker starts; a paused job is resumed in a new round."""
    older = [made_by_first(line)]
    live = [line.record() for _ in range(2)]
    job = start(line, queue)
    with line.tx() as tx:
        pause_job(tx, job.id, actor="user:ada")
        resume(tx, queue, job.id, actor="user:ada")
        queue.enqueue_recordings(tx, line.owner.id, [recording.id for recording in live])
    newer = line.with_parts(detector=Second())
    rounds = [f"bulk:{line.owner.id}:{job.id}:1:{number}" for number in (1, 2)]
    told = work_off(newer, app_url, *rounds, *(f"recording:{line.owner.id}:{one.id}" for one in live))
    assert sum(receipt["done"] for receipt in told[:2]) == 1
    assert all("thanks" not in shown(line, recording) for recording in older)
    with line.tx() as tx:
        found = get_job(tx, job.id)
        events = [(e.entry.tag, e.entry.target) for e in list_events(tx)]
    assert (found.state, found.outcomes) == (BulkState.FINISHED, {"new_version": 1})
    captured = [n for n, (tag, _) in enumerate(events) if tag == "recording:artifact:captured"][-2:]
    published = [n for n, (tag, _) in enumerate(events) if tag == "recording:redaction:published"][-2:]
    made = [n for n, (tag, _) in enumerate(events) if tag == "redaction:version:made"]
    assert max(captured[:-1]) < min(made)
    assert published[0] < min(made)  # the last one may still be worked on: nothing waits any more
    assert len(made) == 1


@pytest.mark.skipif(not os.environ.get("BULK_KILLS"), reason="make chaos-bulk")
def test_a_job_goes_on_where_a_killed_worker_left_it(line, app_url, queue, tmp_path):
    recordings = [made_by_first(line) for _ in range(3)]
    job = start(line, queue)
    arguments = [app_url, str(tmp_path), f"bulk:{line.owner.id}:{job.id}:1:1"]
    module = [sys.executable, "-W", "ignore", "-m", "tests.pipeline.workflows.killed_in_bulk"]
    run = subprocess.run(
        [*module, *arguments], capture_output=True, text=True, cwd=Path(__file__).parents[3], check=False, timeout=120
    )
    assert run.returncode == 0, run.stderr[-2000:]
    lines = run.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("killed", "SUCCESS")
    with line.tx() as tx:
        (found,) = list_jobs(tx, BulkKind.REPROCESS)
    assert (found.state, found.outcomes) == (BulkState.FINISHED, {"new_version": 3})
    assert [line.tags(one.id).count("redaction:version:made") for one in recordings] == [1, 1, 1]
