from __future__ import annotations

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId
from pipeline.reads.call_sheet import read_locks, read_sheet
from pipeline.store.holds import add_hold
from tests.conftest import make_tenant

THROUGH = (
    "settle_consent", "capture", "transcribe", "detect", "redact_audio", "redact_text", "keep_receipts", "decide",
    "publish", "assess_risk",
)  # fmt: skip


@pytest.fixture
def recording(line):
    return line.through(line.record(), *THROUGH)


def test_a_sheet_says_what_was_decided_who_had_it_and_what_holds_it(line, recording):
    with line.tx() as tx:
        add_hold(tx, matter="M-1", scope=("recording", recording.id), actor="user:grace", reason="x")
        sheet = read_sheet(tx, recording.id, keys=line.context.vault.keys)
    redacted = sheet.newest(ArtifactKind.RECORDING_REDACTED)
    assert redacted.record["policy"]["id"] == "nejix"
    assert sheet.retain_until == redacted.decision.retain_until
    assert sheet.may_download
    assert [(t.name, t.had, t.refused) for t in sheet.touched] == [("local", "recording.original", None)]
    assert [hold.matter for hold in sheet.holds] == ["M-1"]
    assert sheet.item.entities == 2
    assert sheet.consent.call.id == recording.call


def test_the_store_itself_is_asked_what_protects_each_copy(line, recording):
    vault = line.context.vault
    made = line.artifact(recording, ArtifactKind.RECORDING_REDACTED)
    vault.objects.lock(made.object_key, hold=True)
    with line.tx() as tx:
        locks = {back.artifact.id: back.lock for back in read_locks(tx, vault.objects, recording.id)}
    assert locks[made.id].is_held
    assert not all(lock.is_held for lock in locks.values())
    vault.objects.lock(made.object_key, hold=False)
    vault.objects.purge(made.object_key)
    with line.tx() as tx:
        locks = {back.artifact.id: back.lock for back in read_locks(tx, vault.objects, recording.id)}
    assert locks[made.id] is None


def test_nothing_is_downloaded_before_it_is_decided(line):
    recording = line.through(line.record(), *THROUGH[:6])
    with line.tx() as tx:
        sheet = read_sheet(tx, recording.id, keys=line.context.vault.keys)
    assert not sheet.may_download
    assert sheet.retain_until is None
    assert sheet.item is None


def test_nobody_reads_the_sheet_of_another_tenant(line, recording, database, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        for wanted in (recording.id, RecordingId("rec_none")):
            with pytest.raises(NotFound):
                read_sheet(tx, wanted, keys=keys)
            with pytest.raises(NotFound):
                read_locks(tx, line.context.vault.objects, wanted)
