from __future__ import annotations

import logging
import time

import pytest
from dbos import DBOS

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.model.review import ChangeKind, ChangeState
from pipeline.store.decisions import find_decision
from pipeline.store.redaction_changes import list_changes
from pipeline.workflows import engine
from pipeline.workflows.corrections import CORRECTION_STEPS, render_changes, with_correction_context
from pipeline.workflows.pace import Pace
from pipeline.workflows.queue import RENDER_CHANGES, RENDERINGS, DurableQueue
from tests.corrections import THANKS, change, published, shown


def ran(receipts: dict) -> tuple[list[str], dict]:
    """Run the table of contents with steps that give these receipts."""
    names: list[str] = []

    def run(name, *more):
        names.append(name)
        receipt = receipts.get(name, {})
        if isinstance(receipt, Exception):
            raise receipt
        return receipt

    return names, render_changes(run)


def test_where_nothing_is_due_nothing_is_done():
    assert ran({"render_version": {"is_due": False}}) == (["render_version"], {"is_due": False})


@pytest.mark.parametrize(
    ("number", "is_reopened", "steps"),
    [
        (2, False, ["render_version", "decide", "publish_version", "index_words", "assess_risk"]),
        (2, True, ["render_version", "decide", "publish_version", "decide", "index_words", "assess_risk"]),
        (None, False, ["render_version", "publish_version"]),
    ],
)
def test_a_version_is_decided_before_it_comes_into_force(number, is_reopened, steps):
    rendered = {"is_due": True, "number": number, "failed": []}
    published_ = {"version": 2, "is_reopened": is_reopened}
    assert ran({"render_version": rendered, "publish_version": published_})[0] == steps


def test_what_cannot_go_on_is_given_up_by_the_name_of_its_error():
    names, told = ran({"render_version": NotFound(), "give_up": {"is_due": True, "failed": 1}})
    assert (names, told["failed"]) == (["render_version", "give_up"], 1)


def test_every_step_is_run_under_its_own_name(line):
    assert {with_correction_context(name, line.context).__name__ for name in CORRECTION_STEPS} == set(CORRECTION_STEPS)


def test_each_change_has_its_recording_rendered_once_and_not_before_its_time(app_url, line):
    queue = DurableQueue(line.context.vault.database.engine, version="1")
    for cause in ("chg_1", "chg_1", "chg_2"):
        with line.tx() as tx:
            queue.enqueue_rendering(tx, line.owner.id, "rec_1", cause=cause, delay_s=10)
    queue.close()
    with line.context.vault.database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "select workflow_uuid, name, queue_name, status from dbos.workflow_status order by 1"
        ).all()
    assert [tuple(row) for row in rows] == [
        ("render:acme:rec_1:chg_1", RENDER_CHANGES, RENDERINGS, "DELAYED"),
        ("render:acme:rec_1:chg_2", RENDER_CHANGES, RENDERINGS, "DELAYED"),
    ]


def test_a_worker_renders_decides_and_publishes_a_change(line, app_url):
    recording = published(line)
    made = change(line, recording, ChangeKind.ADD, THANKS)
    queue = DurableQueue(line.context.vault.database.engine, version="1")
    with line.tx() as tx:
        queue.enqueue_rendering(tx, line.owner.id, recording.id, cause=made.id, delay_s=0)
    queue.close()
    engine.launch(line.context, database_url=app_url, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        handle = DBOS.retrieve_workflow(f"render:{line.owner.id}:{recording.id}:{made.id}")
        while handle.get_status().status in ("PENDING", "ENQUEUED", "DELAYED"):
            time.sleep(0.05)
        assert handle.get_result() == {"is_due": True, "version": 2, "failed": 0}
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()  # one writes to this test's own standard error
    assert "thanks" not in shown(line, recording)
    with line.tx() as tx:
        (rendered,) = list_changes(tx, recording.id)
        decided = find_decision(tx, line.artifact(recording, ArtifactKind.TRANSCRIPT_REDACTED).id)
    assert (rendered.state, rendered.version) == (ChangeState.RENDERED, 2)
    assert decided is not None
