from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from dbos import DBOS

from pipeline.decisions.children import note_child
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound, StoreUnreachable, VendorUnavailable
from pipeline.model.recording import RecordingState as S
from pipeline.model.subject import RequestKind, RequestState
from pipeline.store.decisions import find_decision
from pipeline.store.subject_requests import get_request, list_acts
from pipeline.workflows import engine
from pipeline.workflows.pace import Pace
from pipeline.workflows.queue import DurableQueue
from pipeline.workflows.serializer import StepFailed
from tests.pipeline.steps.asking import asked
from tests.pipeline.workflows.house_of_fakes import WordDetector

CANARY = "canaryname"


def work_off(line, app_url: str, recording) -> dict:
    """Enqueue a recording and let a worker of this process take it to its end."""
    queue = DurableQueue(line.context.vault.database.engine, version="1")
    with line.tx() as tx:
        queue.enqueue_recording(tx, line.owner.id, recording.id)
    queue.close()
    engine.launch(line.context, database_url=app_url, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        handle = DBOS.retrieve_workflow(f"recording:{line.owner.id}:{recording.id}")
        while handle.get_status().status in ("PENDING", "ENQUEUED"):
            time.sleep(0.05)
        return dict(handle.get_result())
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()  # one writes to this test's own standard error


def everything_in(postgres, database_name: str, schema: str) -> str:
    """Every value of every table of a schema."""
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        tables = owner.execute("select tablename from pg_tables where schemaname = %s", (schema,)).fetchall()
        rows = [owner.execute(f'select t::text from {schema}."{name}" t').fetchall() for (name,) in tables]
    return str(rows)


def test_a_recording_is_taken_to_its_end_and_no_word_of_it_stands_in_a_table(line, app_url, postgres, database_name):
    recording = line.record()
    assert work_off(line, app_url, recording) == {"state": "published", "entities": 2}
    assert line.state(recording) is S.PUBLISHED
    for schema in ("dbos", "earmark"):
        held = everything_in(postgres, database_name, schema)
        assert recording.id in held
        assert not [w for w in (CANARY, "5551234", "2125550100", "my name is") if w in held]


class Careless(WordDetector):
    """Fails with the words it was reading in its message."""

    def detect(self, conversation, *, profile):
        raise KeyError(f"{CANARY} in {conversation.turns}")


def test_what_nobody_foresaw_ends_in_a_named_failure_and_its_message_stands_nowhere(
    line, app_url, postgres, database_name, capfd
):
    line = replace(line, context=replace(line.context, detector=Careless()))
    recording = line.record()
    assert work_off(line, app_url, recording) == {"state": "failed", "reason": "StepFailed"}
    assert (line.state(recording), line.now(recording).reason) == (S.FAILED, "StepFailed")
    for schema in ("dbos", "earmark"):
        assert CANARY not in everything_in(postgres, database_name, schema)
    shown = capfd.readouterr()
    assert CANARY not in shown.out + shown.err


@pytest.mark.parametrize(
    ("error", "is_worth_it"),
    [
        (VendorUnavailable("v", "o"), True),
        (StoreUnreachable("put"), True),
        (NotFound(), False),
        (StepFailed(), False),
        (ValueError(), False),
    ],
)
def test_only_what_another_attempt_can_mend_is_tried_again(error, is_worth_it):
    assert engine._is_worth_another_attempt(error) is is_worth_it


@pytest.mark.clause("nejix", "9", "we will promptly delete it")
def test_a_recording_that_is_noted_as_a_childs_is_judged_again_and_due(line, app_url):
    recording = line.through(line.record(), "settle_consent", "capture", "decide")
    queue = DurableQueue(line.context.vault.database.engine, version="1")
    with line.tx() as tx:
        note_child(tx, recording.id, age=9, actor="user:1")
        queue.enqueue_judging(tx, line.owner.id, recording.id, cause="child-noted:1")
    queue.close()
    engine.launch(line.context, database_url=app_url, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        handle = DBOS.retrieve_workflow(f"judge:{line.owner.id}:{recording.id}:child-noted:1")
        while handle.get_status().status in ("PENDING", "ENQUEUED"):
            time.sleep(0.05)
        assert handle.get_result()["decided"] > 0
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()  # one writes to this test's own standard error
    with line.tx() as tx:
        decided = find_decision(tx, line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL).id)
    assert decided.record["visibility"] == "quarantined"
    assert decided.retain_until is not None
    assert decided.retain_until <= (line.context.clock.now() + timedelta(hours=72)).date()


def test_a_request_is_answered_by_a_worker_and_one_that_cannot_be_is_told_so(line, app_url):
    access, correction = asked(line, RequestKind.ACCESS), asked(line, RequestKind.CORRECTION)
    queue = DurableQueue(line.context.vault.database.engine, version="1")
    with line.tx() as tx:
        for request in (access, correction):
            queue.enqueue_answer(tx, line.owner.id, request.id, cause="why_1")
    queue.close()
    engine.launch(line.context, database_url=app_url, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        for request in (access, correction):
            handle = DBOS.retrieve_workflow(f"answer_request:{line.owner.id}:{request.id}:why_1")
            while handle.get_status().status in ("PENDING", "ENQUEUED"):
                time.sleep(0.05)
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()
    with line.tx() as tx:
        assert get_request(tx, access.id).state is RequestState.ANSWERED
        told = list_acts(tx, correction.id)[-1]
    assert (told.act, told.facts) == ("answer_failed", {"error": "InvalidInput"})
