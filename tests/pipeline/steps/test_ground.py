from __future__ import annotations

import pytest

from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.errors import NotFound
from pipeline.model.purge import Subject
from pipeline.model.retention import RetentionBasis
from pipeline.steps.context import shelf_of
from pipeline.steps.ground import ground_of, lives_until, redecide_subject
from tests.disposal import end


@pytest.fixture
def kept(line):
    recording = line.record()
    return recording, line.context.vault.keep(shelf_of(recording), K.SUMMARY, b"words")


def test_an_ending_is_seen_by_the_next_decision(line, kept):
    recording, artifact = kept
    end(line, recording)
    assert redecide_subject(line.context, line.owner.id, Subject(kind="recording", id=recording.id)) == 1
    with line.tx() as tx:
        ground = ground_of(tx, artifact)
        until = lives_until(tx, artifact)
    assert (ground.cause, ground.clause.section) == (RetentionBasis.DELETION_REQUEST, "4")
    assert until[1].isoformat() == "2026-11-21"
    assert line.context.vault.objects.read_tags(artifact.object_key)["disposition"] == "due"


def test_a_call_is_judged_beside_its_recordings(line, kept):
    recording, _ = kept
    assert redecide_subject(line.context, line.owner.id, Subject(kind="call", id=recording.call)) == 0


def test_what_nobody_judged_has_no_ground(line, kept):
    with line.tx() as tx:
        assert lives_until(tx, kept[1]) == (None, None, ())
        with pytest.raises(NotFound):
            ground_of(tx, kept[1])
    with pytest.raises(NotFound):
        redecide_subject(line.context, line.owner.id, Subject(kind="artifact", id="art_unknown"))
