from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.errors import IntegrityError
from pipeline.ports.artifacts import ObjectLock
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.purge import purge_recording
from pipeline.vendors.files import FileArtifacts
from tests.disposal import a_whole_recording, end, living, statements

LAW = datetime(2027, 6, 1, 9, 0, tzinfo=UTC)
"""India's rule that a recording is kept for a year begins in May 2027."""


@pytest.fixture
def indian(line, clock):
    """A line on which people in India call, after their law came into force."""
    clock.at = LAW
    objects = FileArtifacts(line.folder / "objects", now=clock.now)
    return line.with_parts(vault=replace(line.context.vault, objects=objects), clock=clock)


def lock_of(line, artifact):
    return line.context.vault.objects.read_lock(artifact.object_key)


def test_an_established_minimum_becomes_an_object_lock_that_is_read_back(indian):
    recording = a_whole_recording(indian, places=("IN",), tokens=("N", "P", "O", "A", "T", "B", "R", "L"))
    original = indian.artifact(recording, K.RECORDING_ORIGINAL)
    until = datetime(2028, 5, 31, tzinfo=UTC)
    assert lock_of(indian, original).retain_until == until
    assert indian.events("artifact:lock:set") == [{"until": "2028-05-31", "kind": "recording.original"}]
    decide_artifacts(indian.context, indian.owner.id, recording.id)
    assert len(indian.events("artifact:lock:set")) == 1


def test_what_no_law_orders_is_not_locked(line):
    recording = a_whole_recording(line)
    assert [lock_of(line, a).retain_until for a in living(line, recording)] == [None] * len(living(line, recording))


@pytest.mark.clause("connekz", "5", "(subject to legal exceptions)")
def test_a_deletion_request_against_a_mandated_minimum_restricts_and_deletes_at_the_end(indian, clock):
    """D.3-6: no access, no training, deleted at expiry."""
    recording = a_whole_recording(indian, places=("IN",), tokens=("N", "P", "O", "A", "T", "B", "R", "L"))
    end(indian, recording)
    receipt = purge_recording(indian.context, indian.owner.id, recording.id)
    assert receipt["is_done"]
    assert {a.kind for a in living(indian, recording)} == {K.RECORDING_ORIGINAL, K.CONSENT_RECEIPT}
    [told] = statements(indian)
    [kept] = [r for r in told["remains"] if r["kind"] == "recording.original"]
    assert (kept["why"], kept["until"]) == ("jurisdiction_minimum", "2028-05-31")
    clock.move(days=365)
    assert purge_recording(indian.context, indian.owner.id, recording.id)["is_done"]
    assert {a.kind for a in living(indian, recording)} == {K.CONSENT_RECEIPT}


def test_a_recording_that_was_never_permitted_is_not_locked(indian):
    recording = indian.record(places=("IN",), outcomes=())
    made = indian.context.vault.keep(shelf_of(recording), K.RECORDING_ORIGINAL, b"sound")
    decide_artifacts(indian.context, indian.owner.id, recording.id)
    assert lock_of(indian, made).retain_until is None


class SaysSo(FileArtifacts):
    """A store that answers as if it had locked."""

    def lock(self, key, *, retain_until=None, hold=None):
        return ObjectLock(retain_until=retain_until, is_held=False)


def test_a_lock_that_does_not_read_back_stops_the_decision(indian, clock):
    liar = indian.with_parts(
        vault=replace(indian.context.vault, objects=SaysSo(indian.folder / "objects", now=clock.now))
    )
    with pytest.raises(IntegrityError):
        a_whole_recording(liar, places=("IN",), tokens=("N", "P", "O", "A", "T", "B", "R", "L"))
