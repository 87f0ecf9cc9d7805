from __future__ import annotations

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import IntegrityError
from pipeline.model.transcript_file import read_transcript
from pipeline.steps.arrived import find_arrived, find_document, find_heard, keep_arrived, open_document, put_in_force
from pipeline.store.artifacts import find_artifact, list_artifacts, mark_purged
from tests.pipeline.vcon.test_arrived import a_vcon, read

KIND = ArtifactKind.TRANSCRIPT_ORIGINAL


def test_what_came_along_is_kept_once_and_its_transcript_is_in_force_before_both_that_it_was_made_from(line):
    recording = line.through(line.record(), "settle_consent", "capture")
    assert find_arrived(line.context, recording) is None
    audio = line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL)
    for _ in range(2):
        keep_arrived(line.context, recording, audio, *read(a_vcon()))
    arrived = find_arrived(line.context, recording)
    assert arrived is not None
    assert (arrived.language, find_heard(line.context, recording, arrived)) == ("en-US", None)

    line.through(recording, "transcribe", "transcribe")
    assert line.asked == ["fetch", "transcribe"]
    with line.tx() as tx:  # the clock stands still: which one is in force does not depend on it
        made = [a for a in list_artifacts(tx, recording=recording.id) if a.kind is KIND]
        in_force = find_artifact(tx, recording.id, KIND)
    heard = find_heard(line.context, recording, arrived)
    assert len(made) == 3
    assert set(in_force.parents) == {arrived.transcript, heard.id}
    told = read_transcript(line.context.vault.read(in_force))
    assert ([word.text for word in told.words], told.engine) == (["[PERSON_1],"], "scripted")
    assert put_in_force(line.context, recording, arrived, heard) == in_force

    with line.tx() as tx:
        document = find_document(tx, recording)
        with pytest.raises(IntegrityError):
            open_document(line.context.vault, audio)
        mark_purged(tx, document.id)
    assert find_arrived(line.context, recording) is None
