from __future__ import annotations

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.steps.redact_text import read_manifest, redact_text

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


def test_it_is_made_from_transcript_and_manifest(line, recording):
    line.run(redact_text, recording)
    assert line.artifact(recording, REDACTED).parents == (
        line.artifact(recording, ArtifactKind.TRANSCRIPT_ORIGINAL).id,
        line.artifact(recording, ArtifactKind.REDACTION_MANIFEST).id,
    )


def test_writing_it_again_changes_nothing(line, recording):
    assert line.run(redact_text, recording) == line.run(redact_text, recording)
    assert line.kinds(recording).count(REDACTED.value) == 1


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
