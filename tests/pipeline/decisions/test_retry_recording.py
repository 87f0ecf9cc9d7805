from __future__ import annotations

import pytest

from pipeline.decisions.retry_recording import retry_recording
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound, StoreUnreachable
from pipeline.model.ids import RecordingId
from pipeline.model.recording import RecordingState as S
from pipeline.steps.fail import fail
from pipeline.steps.withhold import withhold
from pipeline.store.reviews import list_reviews
from pipeline.workflows.recording import STEPS, process_recording
from tests.disposal import end
from tests.fakes import NotedQueue


def worked(line, recording) -> str:
    """A worker takes it through the whole line."""
    run = process_recording(lambda name, *more: STEPS[name](line.context, line.owner.id, recording.id, *more))
    return run["state"]


def retry(line, recording, queue=None, reason="canary reason"):
    keys = line.context.vault.keys
    with line.tx() as tx:
        return retry_recording(tx, recording, actor="user:op", reason=reason, keys=keys, queue=queue or NotedQueue())


def waiting(line) -> list[tuple]:
    with line.tx() as tx:
        return [item.reasons for item in list_reviews(tx)]


def test_what_failed_is_worked_on_again_from_its_beginning_and_comes_out_well(line):
    recording, queue = line.record(), NotedQueue()
    audio = line.folder / "vendor" / recording.recording_sid
    kept = audio.read_bytes()
    audio.write_bytes(b"a document and no sound")
    assert worked(line, recording) == "failed"
    assert [reasons[0] for reasons in waiting(line)] == ["failed"]
    audio.write_bytes(kept)
    was = retry(line, recording.id, queue)
    assert (was.state, line.state(recording), waiting(line)) == (S.FAILED, S.COMPLETED, [])
    ((named, why),) = queue.retried
    (event,) = line.events("recording:work:retried")
    assert (named, why, event["was"], event["because_of"]) == (recording.id, event["why"], "failed", was.reason)
    assert "canary" not in str(event)
    assert worked(line, recording) == "published"
    assert ["failed" in reasons for reasons in waiting(line)] == [False]


def test_what_was_withheld_may_be_tried_again_and_two_who_ask_start_it_once(line):
    recording, queue = line.record(), NotedQueue()
    line.through(recording, "settle_consent", "capture")
    line.run(withhold, recording, "transcript: NO_WORDS")
    retry(line, recording.id, queue)
    with pytest.raises(IllegalTransition):
        retry(line, recording.id, queue)
    assert len(queue.retried) == 1
    line.run(withhold, recording, "transcript: NO_WORDS")
    retry(line, recording.id, queue)
    assert len({why for _, why in queue.retried}) == 2


@pytest.mark.parametrize("state", [S.COMPLETED, S.PUBLISHED, S.REFUSED, S.PURGED])
def test_only_what_is_stuck_is_tried_again(line, state):
    recording = line.record(state=state)
    with pytest.raises(IllegalTransition):
        retry(line, recording.id)
    assert line.state(recording) is state


@pytest.mark.parametrize("reason", ["vendor_failed", "quarantined: child"])
def test_what_would_come_out_the_same_is_not(line, reason):
    recording = line.record()
    line.run(withhold, recording, reason)
    with pytest.raises(IllegalTransition):
        retry(line, recording.id)


def test_what_has_ended_waits_for_its_purge_and_nothing_else(line):
    recording = line.record()
    line.run(fail, recording, "VendorUnavailable")
    end(line, recording)
    with pytest.raises(IllegalTransition):
        retry(line, recording.id)
    assert line.state(recording) is S.FAILED


def test_without_a_reason_or_a_queue_nothing_is_changed(line):
    recording, broken = line.record(), NotedQueue()
    broken.is_broken = True
    line.run(fail, recording, "VendorUnavailable")
    with pytest.raises(InvalidInput):
        retry(line, recording.id, reason=" ")
    with pytest.raises(StoreUnreachable):
        retry(line, recording.id, broken)
    with pytest.raises(NotFound):
        retry(line, RecordingId("rec_other"))
    assert (line.state(recording), len(waiting(line)), line.events("recording:work:retried")) == (S.FAILED, 1, [])
