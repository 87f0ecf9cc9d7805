from __future__ import annotations

import json

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.entity import EntityType as T
from pipeline.model.review import ChangeKind, ChangeState
from pipeline.redaction.manifest import Manifest
from pipeline.steps.publish_anew import publish_anew
from pipeline.steps.redact_anew import redact_anew
from pipeline.store.artifacts import get_artifact, mark_purged
from pipeline.store.holds import add_hold
from pipeline.store.recordings import merge_facts
from pipeline.store.redaction_changes import mark_undone
from pipeline.store.redaction_versions import list_versions
from tests.bulk import Second, SecondAlike, SecondLess, made_by_first
from tests.corrections import NAME, NUMBER, THANKS, an_ending, change, shown
from tests.pipeline.steps.test_redact_audio import Hears

TEXT = ArtifactKind.TRANSCRIPT_REDACTED


@pytest.fixture
def recording(line):
    return made_by_first(line)


def anew(line, recording, detector=None, **parts):
    """Find anew, and put it in force where something came of it."""
    newer = line.with_parts(detector=detector or Second(), **parts)
    receipt = newer.run(redact_anew, recording)
    if receipt["outcome"] == "new_version":
        newer.run(publish_anew, recording, receipt)
    return receipt


def test_what_the_newer_detector_finds_is_hidden_in_a_new_version_and_the_old_one_is_kept(line, recording):
    before, newer = line.artifact(recording, TEXT).id, line.with_parts(detector=Second())
    words = shown(line, recording)
    unproved = newer.with_parts(listener=Hears(99, "and thanks 5551234 thanks")).run(redact_anew, recording)
    assert (unproved["outcome"], shown(line, recording)) == ("not_proved", words)
    receipt = newer.run(redact_anew, recording)
    assert newer.run(redact_anew, recording) == receipt  # after a death it makes the same
    assert (line.artifact(recording, TEXT).id, line.facts(recording)["detector"]) == (before, "1")
    newer.run(publish_anew, recording, receipt)
    told = json.dumps(receipt)
    assert "thanks" not in told
    assert str(THANKS.start_ms) not in told
    assert (receipt["outcome"], receipt["number"], receipt["more"], receipt["less"]) == ("new_version", 2, 1, 0)
    assert "thanks" not in shown(line, recording)
    assert line.facts(recording)["detector"] == "2"
    assert line.facts(recording)["entity_types"] == "LOCATION,PERSON,PHONE_NUMBER"
    with line.tx() as tx:
        first, second = list_versions(tx, recording.id)
        earlier, manifest = get_artifact(tx, first.text), get_artifact(tx, second.manifest)
    assert "thanks" in line.context.vault.read(earlier).decode()
    made = Manifest.from_json(line.context.vault.read(manifest))
    assert made.detector_version == "2"
    assert any(s.start_ms <= THANKS.start_ms and THANKS.end_ms <= s.end_ms for s in made.muted[0])


def test_where_the_very_same_is_hidden_there_is_no_version_and_it_is_not_found_again(line, recording):
    assert anew(line, recording, SecondAlike()) == {"outcome": "same"}
    assert anew(line, recording, SecondAlike()) == {"outcome": "current"}
    with line.tx() as tx:
        assert [v.number for v in list_versions(tx, recording.id)] == [1]


def test_what_a_reviewer_confirmed_stays_hidden_and_what_is_not_found_any_more_is_else_shown(line, recording):
    made = change(line, recording, ChangeKind.CONFIRM, NAME, state=ChangeState.NOTED)
    less = line.with_parts(detector=SecondLess())
    assert less.run(redact_anew, recording) == {"outcome": "same"}
    with line.tx() as tx:
        mark_undone(tx, [made.id])
        merge_facts(tx, recording.id, {"detector": "1"})
    assert anew(line, recording, SecondLess())["less"] == 1
    assert "canaryname" in shown(line, recording)


def test_what_reviewers_added_and_let_stand_is_taken_over(line, recording):
    change(line, recording, ChangeKind.NOT_PERSONAL, NUMBER, type=T.PHONE_NUMBER, state=ChangeState.RENDERED)
    change(line, recording, ChangeKind.ADD, NAME, type=T.PERSON, state=ChangeState.RENDERED)
    assert anew(line, recording)["outcome"] == "new_version"
    text = shown(line, recording)
    assert "5551234" in text
    assert "canaryname" not in text


def test_what_is_being_changed_is_held_or_has_ended_is_left(line, recording):
    change(line, recording, ChangeKind.ADD, THANKS, state=ChangeState.AWAITING_SECOND)
    assert anew(line, recording) == {"outcome": "correcting"}
    with line.tx() as tx:
        mark_purged(tx, line.artifact(recording, ArtifactKind.TRANSCRIPT_ORIGINAL).id)
    assert anew(line, recording) == {"outcome": "no_original"}
    with line.tx() as tx:
        add_hold(tx, matter="m", scope=("recording", recording.id), actor="user:ada", reason="case")
    assert anew(line, recording) == {"outcome": "held"}
    an_ending(line, recording)
    assert anew(line, recording) == {"outcome": "ended"}
