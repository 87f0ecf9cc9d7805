from __future__ import annotations

import json

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.correction import Correction
from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotFound
from pipeline.model.subject import RequestKind
from pipeline.steps.correct_transcript import correct_transcript
from pipeline.store.artifacts import list_artifacts
from tests.pipeline.steps.asking import WHOLE, asked

RIGHT = (Correction(turn=1, text="my name is spelled otherwise, and canaryname is hidden"),)


def corrected(line, recording, corrections=RIGHT, **more):
    request = asked(line, RequestKind.CORRECTION, **more)
    return correct_transcript(line.context, line.owner.id, request.id, recording.id, corrections), request


@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
@pytest.mark.clause("nejix", "8", "Right to Correct")
@pytest.mark.clause("connekz", "5", "access, correct, or request deletion")
def test_a_correction_stands_beside_what_was_heard_and_the_sound_is_untouched(line):
    recording = line.through(line.record(), *WHOLE)
    kinds = (ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.RECORDING_REDACTED, ArtifactKind.TRANSCRIPT_ORIGINAL)
    before = {kind: line.artifact(recording, kind) for kind in kinds}
    heard = line.artifact(recording, ArtifactKind.TRANSCRIPT_REDACTED)
    receipt, _ = corrected(line, recording)
    assert {kind: line.artifact(recording, kind) for kind in kinds} == before
    kept = line.artifact(recording, ArtifactKind.TRANSCRIPT_REDACTED)
    assert (kept.id, kept.parents) == (receipt["artifact"], (heard.id,))
    document = json.loads(line.context.vault.read(kept))
    assert document["turns"] == json.loads(line.context.vault.read(heard))["turns"]
    (note,) = document["corrections"]
    assert note["text"].startswith("my name is spelled otherwise")
    assert "canaryname" not in note["text"]
    assert line.events("subject:transcript:corrected")
    with line.tx() as tx:
        assert heard.id in {a.id for a in list_artifacts(tx, recording=recording.id)}


def test_a_second_correction_keeps_the_first_of_other_turns(line):
    recording = line.through(line.record(), *WHOLE)
    corrected(line, recording)
    corrected(line, recording, (Correction(turn=0, text="first"), Correction(turn=1, text="again")))
    document = json.loads(line.context.vault.read(line.artifact(recording, ArtifactKind.TRANSCRIPT_REDACTED)))
    assert [(c["turn"], c["text"]) for c in document["corrections"]] == [(0, "first"), (1, "again")]


def test_what_cannot_be_corrected_is_refused_and_nothing_changes(line):
    recording, other = line.through(line.record(), *WHOLE), line.through(line.record(), "settle_consent", "capture")
    before = line.kinds(recording)
    for given, error in (
        ({"corrections": (Correction(turn=99, text="x"),)}, InvalidInput),
        ({"is_proved": False}, IllegalTransition),
    ):
        with pytest.raises(error):
            corrected(line, recording, **given)
    with pytest.raises((NotFound, InvalidInput)):
        corrected(line, other)
    with pytest.raises(InvalidInput):
        correct_transcript(line.context, line.owner.id, asked(line, RequestKind.ACCESS).id, recording.id, RIGHT)
    assert line.kinds(recording) == before
    _, request = corrected(line, recording)
    with pytest.raises(Conflict):
        correct_transcript(line.context, line.owner.id, request.id, recording.id, RIGHT)
