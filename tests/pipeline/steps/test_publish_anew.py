from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict
from pipeline.model.queue_item import QueueState
from pipeline.model.review import ChangeKind
from pipeline.steps.publish_anew import publish_anew
from pipeline.steps.redact_anew import redact_anew
from pipeline.store.redaction_versions import add_version, get_version
from pipeline.store.reviews import find_review_state, mark_review, open_again
from tests.bulk import Second, made_by_first
from tests.corrections import THANKS, an_ending, change

TEXT = ArtifactKind.TRANSCRIPT_REDACTED


@pytest.fixture
def recording(line):
    return made_by_first(line)


@pytest.fixture
def receipt(line, recording):
    return line.with_parts(detector=Second()).run(redact_anew, recording)


def ended_as(line, recording, state):
    with line.tx() as tx:
        mark_review(tx, recording.id, state)


def test_it_comes_into_force_once_and_opens_an_ended_review_again_once(line, recording, receipt):
    ended_as(line, recording, QueueState.APPROVED)
    assert line.run(publish_anew, recording, receipt) == {"outcome": "new_version", "is_reopened": True}
    assert line.events(AuditTag.REVIEW_REOPENED.value) == [{"version": 2, "more": 1, "less": 0}]
    assert line.artifact(recording, TEXT).id == receipt["text"]
    ended_as(line, recording, QueueState.CLOSED)
    assert line.run(publish_anew, recording, receipt) == {"outcome": "new_version", "is_reopened": False}
    assert line.tags(recording.id).count(AuditTag.VERSION_MADE.value) == 1


def test_where_the_same_is_hidden_under_other_names_an_approval_stands(line, recording, receipt):
    ended_as(line, recording, QueueState.APPROVED)
    line.run(publish_anew, recording, {**receipt, "more": 0, "less": 0})
    with line.tx() as tx:
        assert find_review_state(tx, recording.id) == "approved"
        assert not open_again(tx, "rec_other")
        mark_review(tx, recording.id, QueueState.CLOSED)
        assert open_again(tx, recording.id)


def test_what_ended_or_was_changed_meanwhile_is_left_and_a_version_that_came_first_stays(line, recording, receipt):
    with line.tx() as tx:
        add_version(tx, replace(get_version(tx, recording.id), number=2, manifest="art_other"))
    with pytest.raises(Conflict):
        line.run(publish_anew, recording, receipt)
    change(line, recording, ChangeKind.ADD, THANKS)
    assert line.run(publish_anew, recording, receipt)["outcome"] == "correcting"
    an_ending(line, recording)
    assert line.run(publish_anew, recording, receipt)["outcome"] == "ended"
