from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.decisions.delete_recording import delete_recording
from pipeline.decisions.holds import place
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted
from pipeline.model.recording import RecordingState
from pipeline.policies.loader import load_bundle
from pipeline.reads.artifact import read_redacted
from pipeline.steps.context import shelf_of
from pipeline.store.recordings import mark_state, merge_facts
from tests.disposal import rows
from tests.fakes import NotedQueue

BUNDLE = load_bundle("nejix")
REDACTED = ArtifactKind.TRANSCRIPT_REDACTED


@pytest.fixture
def queue():
    return NotedQueue()


@pytest.fixture
def recording(line):
    made = line.record()
    line.context.vault.keep(shelf_of(made), REDACTED, b"{}")
    with line.tx() as tx:
        merge_facts(tx, made.id, {"is_redaction_proved": True})
    return made


def delete(line, queue, recording, reason="asked by mail"):
    with line.tx() as tx:
        return delete_recording(tx, recording, actor="user:1", reason=reason, queue=queue, bundle=BUNDLE)


def read(line, recording):
    vault = line.context.vault
    return read_redacted(vault, line.owner.id, recording.id, REDACTED, actor="user:2", reason="review")


@pytest.mark.clause("nejix", "4", "You may delete individual records earlier")
def test_it_is_hidden_at_once_and_its_purge_begins_with_the_commit(line, queue, recording, clock):
    """Hidden within 24 hours, gone within 30 days: here, at once."""
    assert read(line, recording) == b"{}"
    done = delete(line, queue, recording.id)
    with pytest.raises(NotPermitted):
        read(line, recording)
    assert queue.purges == [("acme", recording.id, done.request)]
    assert (done.is_held, done.gone_by) == (False, clock.now().date() + timedelta(days=30))
    assert rows(line, "select training_eligible from earmark.artifacts") == [(False,)]
    [event] = line.events("retention:life:ended")
    assert (event["cause"], event["why"]) == ("deletion_request", "asked by mail")


def test_asking_again_gives_the_first_request(line, queue, recording, clock):
    first = delete(line, queue, recording.id)
    clock.move(days=3)
    assert delete(line, queue, recording.id).request == first.request
    assert len(line.events("retention:life:ended")) == 1


def test_what_is_held_says_so(line, queue, recording):
    with line.tx() as tx:
        place(tx, line.context.vault, matter="m", scope=("recording", recording.id), actor="u", reason="r")
    assert delete(line, queue, recording.id).is_held


def test_without_a_reason_without_a_recording_or_once_purged_it_is_refused_and_nothing_begins(line, queue, recording):
    with pytest.raises(InvalidInput):
        delete(line, queue, recording.id, " ")
    with pytest.raises(NotFound):
        delete(line, queue, "rec_none")
    with line.tx() as tx:
        mark_state(tx, recording.id, RecordingState.PURGED)
    with pytest.raises(IllegalTransition):
        delete(line, queue, recording.id)
    assert (queue.purges, line.events("retention:life:ended")) == ([], [])


def test_a_queue_that_cannot_be_written_to_leaves_nothing_behind(line, queue, recording):
    queue.is_broken = True
    with pytest.raises(Exception, match="queue"):
        delete(line, queue, recording.id)
    assert line.events("retention:life:ended") == []
