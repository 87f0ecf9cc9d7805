from __future__ import annotations

import resource

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput, StoreUnreachable, VendorBrokeContract, VendorUnavailable
from pipeline.model.recording import RecordingState as S
from pipeline.redaction.audio import describe
from pipeline.steps.capture import capture
from pipeline.steps.context import shelf_of
from pipeline.steps.settle_consent import settle_consent
from pipeline.store.recordings import mark_state, merge_facts, note_recording
from tests.pipeline.workflows.house_of_fakes import tone

ORIGINAL = ArtifactKind.RECORDING_ORIGINAL
CAPTURED = "recording:artifact:captured"


def test_the_vendors_bytes_are_in_the_vault_as_they_were(line):
    recording = line.record()
    receipt = line.run(capture, recording)
    made = line.artifact(recording, ORIGINAL)
    assert receipt == {"artifact": made.id, "duration_ms": 6000, "channels": 2}
    assert line.context.vault.read(made) == tone()
    assert line.state(recording) is S.CAPTURED
    assert line.facts(recording) == {"duration_ms": 6000, "channels": 2}
    assert line.events(CAPTURED) == [dict(receipt)]


def test_capturing_again_fetches_nothing_more(line):
    recording = line.record()
    receipts = [line.run(capture, recording) for _ in range(3)]
    assert receipts[0] == receipts[1] == receipts[2]
    assert (line.asked, line.tags(recording.id)) == (["fetch"], [CAPTURED])


def test_what_is_not_there_yet_is_fetched_again_later(line):
    recording = line.record()
    (line.folder / "vendor" / recording.recording_sid).unlink()
    with pytest.raises(VendorUnavailable, match="not there yet"):
        line.run(capture, recording)
    assert (line.kinds(recording), line.state(recording)) == ([], S.COMPLETED)


@pytest.mark.parametrize("audio", [b"", b"not audio", tone(channels=1), tone()[:100]])
def test_what_is_not_the_audio_that_was_announced_is_not_kept(line, audio):
    recording = line.record(audio=audio)
    with pytest.raises(VendorBrokeContract):
        line.run(capture, recording)
    assert (line.kinds(recording), line.state(recording)) == ([], S.COMPLETED)


def test_channels_that_were_not_announced_are_taken_as_they_are(line):
    recording = line.record(audio=tone(channels=1), channels=0)
    assert line.run(capture, recording)["channels"] == 1


def test_an_encrypted_recording_is_opened_with_the_tenants_keys_before_it_is_looked_at(line):
    recording = line.record(audio=b"sealed by the vendor")
    with line.tx() as tx:
        note_recording(tx, recording, encryption={"type": "rsa"})
    asked = []

    def open_media(body, encryption, keys):
        asked.append((body, encryption, dict(keys)))
        return tone()

    opened = line.with_parts(open_media=open_media)
    opened.run(capture, recording)
    assert asked == [(b"sealed by the vendor", {"type": "rsa"}, {})]
    assert line.context.vault.read(line.artifact(recording, ORIGINAL)) == tone()


def test_what_came_after_a_withdrawal_is_never_sealed(line):
    recording = line.record(after_s=0)
    line.withdraw(recording.call, after_s=4)
    line.run(settle_consent, recording)
    line.run(capture, recording)
    kept = line.context.vault.read(line.artifact(recording, ORIGINAL))
    assert describe(kept).duration_ms == 4000
    assert tone().startswith(kept[44:444], 44)
    assert line.facts(recording)["cut_at_ms"] == 4000


def test_what_was_sealed_whole_before_is_not_claimed_to_be_cut(line):
    recording = line.record(after_s=0)
    line.context.vault.keep(shelf_of(recording), ORIGINAL, tone())
    line.withdraw(recording.call, after_s=4)
    line.run(settle_consent, recording)
    line.run(capture, recording)
    assert line.facts(recording)["cut_at_ms"] is None


def test_a_withdrawal_at_the_very_start_leaves_nothing_to_keep(line):
    recording = line.record()
    with line.tx() as tx:
        merge_facts(tx, recording.id, {"cut_at_ms": 0})
    with pytest.raises(InvalidInput, match="nothing was recorded"):
        line.run(capture, recording)
    assert line.kinds(recording) == []


def test_a_full_disk_captures_nothing_and_the_next_attempt_all(line):
    recording = line.record()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
    try:
        with pytest.raises(StoreUnreachable):
            line.run(capture, recording)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (line.kinds(recording), line.state(recording), line.tags(recording.id)) == ([], S.COMPLETED, [])
    line.run(capture, recording)
    assert line.state(recording) is S.CAPTURED


def test_capturing_never_moves_a_recording_back_nor_audits_it_again(line):
    recording = line.record()
    line.run(capture, recording)
    with line.tx() as tx:
        mark_state(tx, recording.id, S.PUBLISHED)
    line.run(capture, recording)
    assert (line.state(recording), line.tags(recording.id)) == (S.PUBLISHED, [CAPTURED])
