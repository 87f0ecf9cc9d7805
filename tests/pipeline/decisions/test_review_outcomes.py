from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from pipeline.decisions.corrections import Missed, add_missed
from pipeline.decisions.review_outcomes import approve, reject
from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.entity import EntityType as T
from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotPermitted
from pipeline.model.recording import RecordingState
from pipeline.model.review import ChangeState, Rejection, ReviewState
from pipeline.reads.artifact import read_redacted
from pipeline.reads.findings import read_findings
from pipeline.steps.index_words import index_words
from pipeline.store.decisions import find_decision
from pipeline.store.redaction_changes import claim_due, list_changes
from pipeline.store.review_outcomes import list_outcomes
from pipeline.store.reviews import find_review_state
from pipeline.store.tables_queue import word_index
from pipeline.store.word_index import put_terms
from tests.corrections import THANKS, an_ending, published, reviewer, shown
from tests.queued import Queued

MISSED = Missed(version=1, channel=0, time=THANKS, type=T.LOCATION)
TEXT = ArtifactKind.TRANSCRIPT_REDACTED


@pytest.fixture
def recording(line):
    return published(line)


def read(line, recording) -> bytes:
    return read_redacted(line.context.vault, line.owner.id, recording.id, TEXT, actor="user:ada", reason="review")


def test_an_approved_review_names_who_approved_which_version(line, recording):
    with line.tx() as tx:
        made = approve(tx, recording.id, version=1, by=reviewer(line))
        assert list_outcomes(tx, recording.id) == (made,)
        assert find_review_state(tx, recording.id) is ReviewState.APPROVED
    assert line.events(AuditTag.REVIEW_APPROVED) == [{"version": 1}]
    with pytest.raises(IllegalTransition), line.tx() as tx:
        approve(tx, recording.id, version=1, by=reviewer(line, "bob"))


def test_nothing_is_approved_that_the_reviewer_did_not_see(line, recording):
    for end in (approve, lambda tx, r, **k: reject(tx, r, code=Rejection.LEAKS, **k)):
        with pytest.raises(Conflict, match="another version"), line.tx() as tx:
            end(tx, recording.id, version=2, by=reviewer(line))


def test_nothing_is_approved_before_every_change_is_settled(line, recording):
    with line.tx() as tx:
        add_missed(tx, recording.id, MISSED, by=reviewer(line))
        with pytest.raises(Conflict, match="not settled"):
            approve(tx, recording.id, version=1, by=reviewer(line))


def test_what_is_rejected_is_shown_to_nobody_and_judged_again(line, recording):
    queue = Queued()
    assert read(line, recording)
    with line.tx() as tx:
        made = reject(tx, recording.id, version=1, code=Rejection.LEAKS, by=reviewer(line, queue=queue))
    assert (made.code, line.state(recording)) == (Rejection.LEAKS, RecordingState.WITHHELD)
    assert line.now(recording).reason == "rejected:leaks"
    with pytest.raises(NotPermitted, match="not proved"):
        read(line, recording)
    queue.work_off(line.context)
    with line.tx() as tx:
        decided = find_decision(tx, line.artifact(recording, TEXT).id)
    assert not decided.is_training_eligible
    assert decided.facts["artifact"]["redaction"] == "failed"


def test_what_is_rejected_is_found_by_no_word_from_that_moment_on_until_it_comes_back(line, recording, clock):
    queue = Queued()
    line.run(index_words, recording)
    with line.tx() as tx:
        assert words_kept(tx) == [recording.id]
        reject(tx, recording.id, version=1, code=Rejection.LEAKS, by=reviewer(line, queue=queue))
        assert words_kept(tx) == []
    assert line.run(index_words, recording) == {"words": 0}
    with line.tx() as tx:
        assert not put_terms(tx, recording.id, line.artifact(recording, TEXT).id, (1,))
        add_missed(tx, recording.id, MISSED, by=reviewer(line, queue=queue))
        assert words_kept(tx) == []
    clock.at += timedelta(minutes=5)
    queue.work_off(line.context)
    with line.tx() as tx:
        assert words_kept(tx) == [recording.id]


def words_kept(tx) -> list[str]:
    return list(tx.connection.execute(select(word_index.c.recording_id)).scalars())


def test_a_rejected_recording_is_corrected_by_its_places_and_comes_back(line, recording, clock):
    queue = Queued()
    with line.tx() as tx:
        reject(tx, recording.id, version=1, code=Rejection.LEAKS, by=reviewer(line, queue=queue))
    queue.work_off(line.context)
    assert read_findings(line.context.vault, line.owner.id, recording.id, actor="user:ada").findings
    with line.tx() as tx:
        add_missed(tx, recording.id, MISSED, by=reviewer(line, queue=queue))
    clock.move(seconds=11)
    queue.work_off(line.context)
    assert line.state(recording) is RecordingState.PUBLISHED
    assert read(line, recording) == shown(line, recording).encode()
    with line.tx() as tx:
        assert find_review_state(tx, recording.id) is ReviewState.OPEN
        decided = find_decision(tx, line.artifact(recording, TEXT).id)
    assert decided.facts["artifact"]["redaction"] == "passed"


def test_what_waited_when_it_was_rejected_does_not_bring_it_back(line, recording, clock):
    queue = Queued()
    with line.tx() as tx:
        add_missed(tx, recording.id, MISSED, by=reviewer(line, queue=queue))
        reject(tx, recording.id, version=1, code=Rejection.LEAKS, by=reviewer(line, queue=queue))
        assert [change.state for change in list_changes(tx, recording.id)] == [ChangeState.UNDONE]
    clock.move(seconds=11)
    queue.work_off(line.context)
    assert line.state(recording) is RecordingState.WITHHELD


def test_while_a_version_is_rendered_nothing_is_rejected(line, recording, clock):
    with line.tx() as tx:
        add_missed(tx, recording.id, MISSED, by=reviewer(line))
    clock.move(seconds=11)
    with line.tx() as tx:
        claim_due(tx, recording.id)
        with pytest.raises(Conflict, match="being rendered"):
            reject(tx, recording.id, version=1, code=Rejection.LEAKS, by=reviewer(line))


def test_where_a_child_is_suspected_it_is_noted_as_a_childs(line, recording):
    with line.tx() as tx:
        reject(tx, recording.id, version=1, code=Rejection.CHILD_SUSPECTED, by=reviewer(line))
    assert len(line.events(AuditTag.CHILD_NOTED)) == 1
    with pytest.raises(NotPermitted, match="child"):
        read_findings(line.context.vault, line.owner.id, recording.id, actor="user:ada")


def test_another_reason_has_to_be_written_and_what_has_ended_is_not_decided(line, recording):
    with pytest.raises(InvalidInput), line.tx() as tx:
        reject(tx, recording.id, version=1, code=Rejection.OTHER, by=reviewer(line), reason=" ")
    an_ending(line, recording)
    with pytest.raises(IllegalTransition), line.tx() as tx:
        approve(tx, recording.id, version=1, by=reviewer(line))
