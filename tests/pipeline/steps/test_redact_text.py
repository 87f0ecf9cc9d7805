from __future__ import annotations

import json

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.redaction.profile import TextStyle
from pipeline.redaction.render_text import reveal
from pipeline.steps.context import shelf_of
from pipeline.steps.redact_text import read_manifest, redact_text, secret_of

REDACTED = ArtifactKind.TRANSCRIPT_REDACTED


@pytest.fixture
def recording(line):
    return line.through(line.record(), "settle_consent", "capture", "transcribe", "detect")


def body(line, recording) -> str:
    return line.context.vault.read(line.artifact(recording, REDACTED)).decode()


def test_the_redacted_words_are_kept_without_what_is_hidden(line, recording):
    receipt = line.run(redact_text, recording)
    made = line.artifact(recording, REDACTED)
    assert receipt == {"artifact": made.id}
    said = body(line, recording)
    assert "my name is" in said
    assert "[PERSON_1]" in said
    assert "canaryname" not in said
    assert "5551234" not in said


@pytest.mark.clause("connekz", "1", "Call recordings, transcripts, summaries, metadata")
def test_it_is_made_from_transcript_and_manifest(line, recording):
    line.run(redact_text, recording)
    assert line.artifact(recording, REDACTED).parents == (
        line.artifact(recording, ArtifactKind.TRANSCRIPT_ORIGINAL).id,
        line.artifact(recording, ArtifactKind.REDACTION_MANIFEST).id,
    )


@pytest.mark.parametrize("style", TextStyle)
def test_writing_it_again_in_any_style_changes_nothing(line, recording, style):
    line.choose(text_style=style.value)
    assert line.run(redact_text, recording) == line.run(redact_text, recording)
    assert line.kinds(recording).count(REDACTED.value) == 1


def test_what_is_encrypted_is_written_anew_in_another_style_and_from_another_manifest(line, recording, clock):
    line.choose(text_style="encrypt")
    first = line.run(redact_text, recording)
    clock.move(seconds=1)
    line.choose(text_style="label")
    labelled = line.run(redact_text, recording)
    assert "[PERSON_1]" in body(line, recording)
    clock.move(seconds=1)
    line.choose(text_style="encrypt")
    _, manifest = read_manifest(line.context, line.owner.id, recording.id)
    parents = line.artifact(recording, REDACTED).parents[:1]
    wider = manifest.widened(7).to_json()
    line.context.vault.keep(shelf_of(recording), ArtifactKind.REDACTION_MANIFEST, wider, parents=parents)
    assert len({first["artifact"], labelled["artifact"], line.run(redact_text, recording)["artifact"]}) == 3


def test_what_is_encrypted_is_revealed_under_the_tenants_key_and_no_other(line, recording):
    line.choose(text_style="encrypt")
    line.run(redact_text, recording)
    secret = secret_of(line.context, line.owner.id, TextStyle.ENCRYPT)
    turns = json.loads(body(line, recording))["turns"]
    hidden = [w["text"].strip("[]") for turn in turns for w in turn["words"] if w["text"].startswith("[")]
    assert [reveal(text, secret=secret) for text in hidden] == ["canaryname", "5551234"]
    with pytest.raises(InvalidInput):
        reveal(hidden[0], secret=secret_of(line.context, line.owner.id, TextStyle.HASH))


@pytest.mark.parametrize("style", ["hash", "mask"])
def test_the_tenants_style_hides_as_well(line, recording, style):
    line.choose(text_style=style)
    line.run(redact_text, recording)
    assert "[PERSON_1]" not in body(line, recording)
    assert "canaryname" not in body(line, recording)


def test_without_a_manifest_nothing_is_written(line):
    recording = line.through(line.record(), "settle_consent", "capture", "transcribe")
    with pytest.raises(NotFound, match="no manifest"):
        line.run(redact_text, recording)
    with pytest.raises(NotFound):
        read_manifest(line.context, line.owner.id, recording.id)
    assert line.artifact(recording, REDACTED) is None
