from __future__ import annotations

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound, NotPermitted
from pipeline.model.ids import RecordingId
from pipeline.reads.shown_sound import STAYS, OpenSounds
from pipeline.store.recordings import merge_facts
from tests.conftest import MovableClock, make_tenant

THROUGH = ("settle_consent", "capture", "transcribe", "detect", "redact_audio", "redact_text", "decide", "publish")


@pytest.fixture
def recording(line):
    return line.through(line.record(), *THROUGH)


def opened(line) -> int:
    return len(line.events("artifact:artifact:read"))


def test_a_sound_is_opened_and_noted_once_for_each_person_and_again_after_some_minutes(line, recording):
    clock = MovableClock()
    sounds = OpenSounds(line.context.vault, clock)
    first = sounds.open(line.owner.id, recording.id, actor="user:ada")
    assert first.body == line.context.vault.read(line.artifact(recording, ArtifactKind.RECORDING_REDACTED))
    assert len(first.peaks) == 2
    assert sounds.open(line.owner.id, recording.id, actor="user:ada") is first
    assert opened(line) == 1
    sounds.open(line.owner.id, recording.id, actor="user:grace")
    assert opened(line) == 2
    clock.at += STAYS
    assert sounds.open(line.owner.id, recording.id, actor="user:ada") is not first
    assert opened(line) == 3


def test_what_is_hidden_meanwhile_is_given_to_nobody_though_it_is_open(line, recording):
    sounds = OpenSounds(line.context.vault, MovableClock())
    sounds.open(line.owner.id, recording.id, actor="user:ada")
    with line.tx() as tx:
        merge_facts(tx, recording.id, {"is_redaction_proved": False})
    with pytest.raises(NotPermitted):
        sounds.open(line.owner.id, recording.id, actor="user:ada")


def test_they_take_no_more_memory_than_they_may(line, recording):
    sounds = OpenSounds(line.context.vault, MovableClock(), most_bytes=1)
    first = sounds.open(line.owner.id, recording.id, actor="user:ada")
    sounds.open(line.owner.id, recording.id, actor="user:grace")
    assert sounds.open(line.owner.id, recording.id, actor="user:ada") is not first


def test_nobody_opens_what_another_tenant_has(line, recording, database, keys):
    sounds = OpenSounds(line.context.vault, MovableClock())
    sounds.open(line.owner.id, recording.id, actor="user:ada")
    other = make_tenant(database, keys, "other")
    for tenant, wanted in ((other.id, recording.id), (line.owner.id, RecordingId("rec_none"))):
        with pytest.raises(NotFound):
            sounds.open(tenant, wanted, actor="user:ada")
