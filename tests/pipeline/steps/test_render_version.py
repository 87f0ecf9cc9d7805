from __future__ import annotations

import json

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.entity import EntityType as T
from pipeline.model.errors import IllegalTransition
from pipeline.model.review import ChangeKind, ChangeState
from pipeline.redaction.manifest import Manifest
from pipeline.steps.context import shelf_of
from pipeline.steps.publish_version import publish_version
from pipeline.steps.render_version import render_version
from pipeline.store.artifacts import get_artifact, list_artifacts
from pipeline.store.redaction_changes import list_changes
from pipeline.store.redaction_versions import list_versions
from tests.corrections import NAME, THANKS, an_ending, change, published, shown
from tests.pipeline.steps.test_redact_audio import Detects, Hears

AUDIO, TEXT = ArtifactKind.RECORDING_REDACTED, ArtifactKind.TRANSCRIPT_REDACTED


@pytest.fixture
def recording(line):
    return published(line)


def rendered(line, recording, parts=None):
    """Render what is due and put it in force."""
    receipt = (parts or line).run(render_version, recording)
    line.run(publish_version, recording, receipt)
    return receipt


def test_what_is_added_is_hidden_in_the_next_version_and_the_earlier_one_is_kept(line, recording):
    change(line, recording, ChangeKind.ADD, THANKS, type=T.LOCATION)
    receipt = rendered(line, recording)
    assert receipt["number"] == 2
    assert "[LOCATION_1]" in shown(line, recording)
    assert "thanks" not in shown(line, recording)
    with line.tx() as tx:
        first, second = list_versions(tx, recording.id)
        earlier = line.context.vault.read(get_artifact(tx, first.text)).decode()
        made = {name: get_artifact(tx, getattr(second, name)) for name in ("manifest", "audio", "text")}
    assert "thanks" in earlier
    assert first.manifest in made["manifest"].parents
    assert made["audio"].parents == (line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL).id, made["manifest"].id)
    manifest = Manifest.from_json(line.context.vault.read(made["manifest"]))
    assert any(s.start_ms <= THANKS.start_ms and THANKS.end_ms <= s.end_ms for s in manifest.muted[0])
    assert line.facts(recording)["entity_types"] == "LOCATION,PERSON,PHONE_NUMBER"


def test_what_is_not_personal_is_shown_and_heard_although_the_listener_hears_it(line, recording):
    """The second recogniser hears the name in the redacted sound, and the detector knows it."""
    change(line, recording, ChangeKind.NOT_PERSONAL, NAME)
    attentive = line.with_parts(listener=Hears(9, "canaryname", at_ms=500))
    assert rendered(line, recording, attentive)["changes"]
    assert "canaryname" in shown(line, recording)
    assert "[PHONE_NUMBER_1]" in shown(line, recording)


def test_what_is_taken_back_in_a_third_version_is_hidden_although_its_bytes_are_those_of_the_first(line, recording):
    first = line.artifact(recording, TEXT)
    for kind in (ChangeKind.NOT_PERSONAL, ChangeKind.ADD):
        change(line, recording, kind, NAME)
        rendered(line, recording)
        line.context.vault.database._clock.move(seconds=5)
    assert line.artifact(recording, TEXT).id == first.id
    assert "canaryname" not in shown(line, recording)
    with line.tx() as tx:
        assert [v.number for v in list_versions(tx, recording.id)] == [1, 2, 3]


def test_until_it_is_published_the_earlier_version_is_in_force(line, recording):
    before = [line.artifact(recording, kind).id for kind in (AUDIO, TEXT)]
    change(line, recording, ChangeKind.NOT_PERSONAL, NAME)
    receipt = line.run(render_version, recording)
    assert receipt["text"] != before[1]
    assert [line.artifact(recording, kind).id for kind in (AUDIO, TEXT)] == before


def test_rendering_again_after_a_death_makes_the_same(line, recording):
    change(line, recording, ChangeKind.ADD, THANKS)
    assert line.run(render_version, recording) == line.run(render_version, recording)
    assert line.kinds(recording).count(TEXT.value) == 2


@pytest.mark.parametrize("state", [ChangeState.AWAITING_SECOND, ChangeState.UNDONE, ChangeState.NOTED])
def test_only_what_waits_and_is_due_is_rendered(line, recording, state):
    change(line, recording, ChangeKind.NOT_PERSONAL, NAME, state=state)
    change(line, recording, ChangeKind.NOT_PERSONAL, NAME, due_in_s=60)
    assert line.run(render_version, recording) == {"is_due": False}
    line.context.vault.database._clock.move(seconds=60)
    assert len(line.run(render_version, recording)["changes"]) == 1


def test_what_cannot_be_proved_leaves_the_earlier_version_in_force_and_says_why(line, recording):
    made = change(line, recording, ChangeKind.NOT_PERSONAL, NAME)
    before = line.kinds(recording)
    attentive = line.with_parts(detector=Detects(), listener=Hears(99, "and 9 9 8 7 thanks"))
    receipt = rendered(line, recording, attentive)
    assert (receipt["number"], receipt["failed"], line.kinds(recording)) == (None, [made.id], before)
    assert "STILL_HEARD(PIN)" in receipt["reason"]
    with line.tx() as tx:
        (change_,) = list_changes(tx, recording.id)
        assert [v.number for v in list_versions(tx, recording.id)] == [1]
    assert (change_.state, change_.failure) == (ChangeState.FAILED, receipt["reason"])
    assert "canaryname" not in shown(line, recording)


def test_what_hides_more_is_rendered_without_what_cannot_be_shown(line, recording):
    shows = change(line, recording, ChangeKind.NOT_PERSONAL, NAME, channel=5)
    hides = change(line, recording, ChangeKind.ADD, THANKS)
    receipt = rendered(line, recording)
    assert (receipt["changes"], receipt["failed"], receipt["reason"]) == ([hides.id], [shows.id], "change")
    assert "thanks" not in shown(line, recording)
    assert "canaryname" not in shown(line, recording)
    assert AuditTag.VERSION_FAILED.value in line.tags(recording.id)


def test_what_the_person_had_corrected_stands_in_the_next_version_without_what_was_added(line, recording):
    text = line.artifact(recording, TEXT)
    document = json.loads(line.context.vault.read(text))
    document["corrections"] = [{"turn": 1, "text": "please say Thanks to me", "by": "the person on the call"}]
    found, _ = line.context.read(line.owner.id, recording.id)
    line.context.vault.keep(shelf_of(found), TEXT, json.dumps(document).encode(), parents=(text.id,))
    change(line, recording, ChangeKind.ADD, THANKS, type=T.LOCATION)
    rendered(line, recording)
    (corrected,) = json.loads(shown(line, recording))["corrections"]
    assert corrected["text"] == "please say [LOCATION] to me"


def test_a_recording_that_has_ended_is_not_rendered(line, recording):
    change(line, recording, ChangeKind.ADD, THANKS)
    an_ending(line, recording)
    with pytest.raises(IllegalTransition):
        line.run(render_version, recording)
    assert line.kinds(recording).count(TEXT.value) == 1


def test_receipts_hold_no_word_and_no_place(line, recording):
    change(line, recording, ChangeKind.ADD, THANKS)
    told = json.dumps(line.run(render_version, recording))
    assert "thanks" not in told
    assert "canary" not in told
    assert str(THANKS.start_ms) not in told


def test_every_artifact_of_it_is_among_the_recordings_own(line, recording):
    change(line, recording, ChangeKind.ADD, THANKS)
    receipt = line.run(render_version, recording)
    with line.tx() as tx:
        own = {artifact.id for artifact in list_artifacts(tx, recording=recording.id)}
    assert {receipt["manifest"], receipt["audio"], receipt["text"]} <= own
