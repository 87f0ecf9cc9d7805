from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.model.recording import RecordingState as S
from pipeline.steps.fail import fail
from pipeline.store.reviews import list_reviews
from pipeline.workflows.again import WAITS, Again
from pipeline.workflows.queue import DurableQueue
from tests.disposal import end


@pytest.fixture
def queue(line):
    made = DurableQueue(line.context.vault.database.engine, version="1")
    yield made
    made.close()


def started(line) -> list[str]:
    with line.context.vault.database.engine.connect() as connection:
        found = connection.execute(text("select workflow_uuid from dbos.workflow_status order by created_at"))
        return list(found.scalars())


def broke(line, name: str, status: str = "ERROR") -> None:
    """The workflow of a name ended now, in an error of its own."""
    change = (
        "update dbos.workflow_status set status = :s, completed_at = :at, updated_at = :at where workflow_uuid = :n"
    )
    at = int(line.context.clock.now().timestamp() * 1000)
    with line.context.vault.database.engine.begin() as connection:
        assert connection.execute(text(change), {"s": status, "n": name, "at": at}).rowcount == 1


def test_what_failed_because_somebody_was_away_is_tried_again_ever_more_rarely(line, queue, clock):
    line = line.with_parts(clock=clock)
    again, recording = Again(line.context.vault, queue, clock), line.record()
    line.run(fail, recording, "StoreUnreachable")
    name = f"recording:{line.owner.id}:{recording.id}:again"
    for wait in WAITS:
        if wait:
            clock.at += wait - timedelta(seconds=1)
            assert again.enqueue_due() == 0
            clock.at += timedelta(seconds=1)
        assert again.enqueue_due() == 1
        with line.tx() as tx:
            assert list_reviews(tx) == ()
        assert line.state(recording) is S.COMPLETED
        line.run(fail, recording, "StoreUnreachable")
    clock.at += timedelta(days=2)
    assert again.enqueue_due() == 0
    assert started(line) == [f"{name}:{number}" for number in range(1, len(WAITS) + 1)]
    assert line.state(recording) is S.FAILED
    events = line.events("recording:work:retried")
    assert [event["attempt"] for event in events] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("reason", ["VendorRefused", "StoreDenied", "IntegrityError", "StepFailed"])
def test_what_another_try_would_not_mend_waits_for_a_person(line, queue, reason):
    recording = line.record()
    line.run(fail, recording, reason)
    assert Again(line.context.vault, queue, line.context.clock).enqueue_due() == 0
    assert line.state(recording) is S.FAILED


def test_what_is_to_be_purged_is_not_worked_on_again(line, queue):
    recording = line.record()
    line.run(fail, recording, "StoreUnreachable")
    end(line, recording)
    assert Again(line.context.vault, queue, line.context.clock).enqueue_due() == 0


@pytest.mark.parametrize("status", ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"])
def test_work_that_could_not_even_note_its_failure_is_begun_anew_once_an_hour(line, queue, status):
    again, recording = Again(line.context.vault, queue, line.context.clock), line.record()
    with line.tx() as tx:
        queue.enqueue_recording(tx, line.owner.id, recording.id)
        queue.enqueue_call(tx, line.owner.id, recording.call, delay_s=0)
    assert again.enqueue_due() == 0
    first = started(line)
    for name in first:
        broke(line, name, status)
    assert again.enqueue_due() == 2
    again.enqueue_due()
    assert len(started(line)) == 4
    assert all(name.rpartition(":again:")[0] in first for name in started(line)[2:])


def test_lost_work_on_what_has_ended_or_is_unknown_is_left(line, queue):
    done = line.record(state=S.PUBLISHED)
    with line.tx() as tx:
        queue.enqueue_recording(tx, line.owner.id, done.id)
        queue.enqueue_recording(tx, line.owner.id, "rec_nobody")
    for name in started(line):
        broke(line, name)
    assert Again(line.context.vault, queue, line.context.clock).enqueue_due() == 0
    assert len(started(line)) == 2
