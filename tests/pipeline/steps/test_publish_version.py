from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict, IllegalTransition
from pipeline.model.recording import RecordingState
from pipeline.model.review import ChangeKind, ChangeState, ReviewState
from pipeline.steps.publish_version import give_up, publish_version
from pipeline.steps.render_version import render_version
from pipeline.store.recordings import merge_facts, withhold_published
from pipeline.store.redaction_changes import claim_due, list_changes
from pipeline.store.redaction_versions import add_version, find_version, get_version
from pipeline.store.reviews import find_review_state, mark_review
from tests.corrections import NAME, THANKS, an_ending, change, published

TEXT = ArtifactKind.TRANSCRIPT_REDACTED


@pytest.fixture
def recording(line):
    return published(line)


@pytest.fixture
def receipt(line, recording):
    change(line, recording, ChangeKind.ADD, THANKS)
    return line.run(render_version, recording)


def review(line, recording):
    with line.tx() as tx:
        return find_review_state(tx, recording.id)


def test_its_artifacts_come_into_force_and_its_changes_are_rendered(line, recording, receipt):
    assert line.run(publish_version, recording, receipt) == {"version": 2, "is_reopened": False}
    assert line.artifact(recording, TEXT).id == receipt["text"]
    with line.tx() as tx:
        (made,) = list_changes(tx, recording.id)
    assert (made.state, made.version) == (ChangeState.RENDERED, 2)
    assert line.tags(recording.id).count(AuditTag.VERSION_MADE.value) == 1


def test_publishing_it_again_changes_nothing(line, recording, receipt):
    first = line.run(publish_version, recording, receipt)
    assert line.run(publish_version, recording, receipt) == first
    assert line.tags(recording.id).count(AuditTag.VERSION_MADE.value) == 1


def test_another_version_that_came_first_is_not_replaced(line, recording, receipt):
    with line.tx() as tx:
        add_version(tx, replace(get_version(tx, recording.id), number=2, manifest="art_other"))
    with pytest.raises(Conflict):
        line.run(publish_version, recording, receipt)
    with line.tx() as tx:
        assert find_version(tx, recording.id).manifest == "art_other"


def test_nothing_comes_into_force_once_the_recording_has_ended(line, recording, receipt):
    before = line.artifact(recording, TEXT).id
    an_ending(line, recording)
    with pytest.raises(IllegalTransition):
        line.run(publish_version, recording, receipt)
    assert line.artifact(recording, TEXT).id == before


def test_a_review_that_had_ended_opens_again(line, recording, receipt):
    with line.tx() as tx:
        mark_review(tx, recording.id, ReviewState.APPROVED)
    line.run(publish_version, recording, receipt)
    assert review(line, recording) is ReviewState.OPEN


def test_a_review_that_somebody_works_on_stays_theirs(line, recording, receipt):
    with line.tx() as tx:
        mark_review(tx, recording.id, ReviewState.CLAIMED)
    line.run(publish_version, recording, receipt)
    assert review(line, recording) is ReviewState.CLAIMED


def test_a_rejected_recording_comes_back_with_a_version_that_is_proved(line, recording, receipt):
    with line.tx() as tx:
        withhold_published(tx, recording.id, reason="rejected:leaks")
        merge_facts(tx, recording.id, {"withheld": "rejected:leaks", "is_redaction_proved": False})
        mark_review(tx, recording.id, ReviewState.REJECTED)
    assert line.run(publish_version, recording, receipt)["is_reopened"]
    assert (line.state(recording), review(line, recording)) == (RecordingState.PUBLISHED, ReviewState.OPEN)
    facts = line.facts(recording)
    assert (facts["withheld"], facts["is_redaction_proved"]) == (None, True)


def test_where_nothing_could_be_proved_the_reviewer_is_told_and_the_version_stays(line, recording, receipt):
    nothing = {"number": None, "changes": [], "failed": receipt["changes"], "reason": "audio: STILL_HEARD(PIN)"}
    assert line.run(publish_version, recording, nothing) == {"version": 1, "is_reopened": False}
    assert line.events(AuditTag.VERSION_FAILED)[0] == {"changes": 1, "reason": "audio: STILL_HEARD(PIN)"}


def test_giving_up_fails_only_what_was_taken_up(line, recording):
    taken = change(line, recording, ChangeKind.ADD, THANKS)
    with line.tx() as tx:
        claim_due(tx, recording.id)
    waits = change(line, recording, ChangeKind.ADD, NAME)
    assert line.run(give_up, recording, "NotFound") == {"is_due": True, "failed": 1, "reason": "NotFound"}
    with line.tx() as tx:
        states = {made.id: (made.state, made.failure) for made in list_changes(tx, recording.id)}
    assert states == {taken.id: (ChangeState.FAILED, "NotFound"), waits.id: (ChangeState.WAITING, None)}
