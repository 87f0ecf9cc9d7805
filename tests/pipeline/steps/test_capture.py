from __future__ import annotations

import dataclasses
import hashlib
import resource
from datetime import timedelta

import numpy as np
import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import Outcome
from pipeline.model.errors import NotPermitted, StoreUnreachable, VendorBrokeContract, VendorUnavailable
from pipeline.model.ids import LegId, new_id
from pipeline.model.recorder import RecorderAct
from pipeline.model.recording import RecordingState as S
from pipeline.model.transcript import Utterance, Word
from pipeline.model.transcript_file import read_transcript
from pipeline.policies.facts import ProcessorAsk
from pipeline.redaction.audio import describe
from pipeline.steps.capture import capture
from pipeline.steps.context import shelf_of
from pipeline.steps.delete_vendor_copy import delete_vendor_copy
from pipeline.steps.settle_consent import settle_consent
from pipeline.store.calls import add_leg
from pipeline.store.processors import add_evidence
from pipeline.store.recordings import mark_state, note_recording
from tests.builders import ON_FILE, answer
from tests.pipeline.redaction.bombs import flac_of_nothing
from tests.pipeline.workflows.house_of_fakes import ScriptedTranscriber, tone

ORIGINAL = ArtifactKind.RECORDING_ORIGINAL
CAPTURED = "recording:artifact:captured"


HOST = ProcessorAsk(name="aws", purpose="hosting", region="us-east-1")


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        (HOST, None),
        (dataclasses.replace(HOST, region="local"), "REGION"),
        (dataclasses.replace(HOST, region="me-south-1"), "REGION"),
        (dataclasses.replace(HOST, region=None), "REGION"),
        (dataclasses.replace(HOST, name="garage"), "NOT_LISTED"),
    ],
)
@pytest.mark.clause("nejix", "3", "Cloud providers, e.g., AWS / GCP]")
def test_nothing_is_stored_with_a_company_that_the_policy_does_not_name_for_the_region(line, host, reason):
    recording = line.record()
    context = dataclasses.replace(line.context, hosts=(host,))
    if reason is None:
        assert capture(context, line.owner.id, recording.id)["artifact"]
        return
    with pytest.raises(NotPermitted, match=reason):
        capture(context, line.owner.id, recording.id)
    assert line.artifact(recording, ORIGINAL) is None
    assert [e["reason"] for e in line.events("processor:data:denied")] == [reason]


@pytest.mark.clause("nejix", "3", "only to perform services on our behalf")
def test_nothing_is_stored_with_a_company_whose_evidence_has_expired(line):
    recording = line.record()
    with line.tx() as tx:
        today = tx.now.date()
        add_evidence(tx, dataclasses.replace(ON_FILE[2], expires_on=today), actor="test")
    context = dataclasses.replace(line.context, hosts=(HOST,))
    with pytest.raises(NotPermitted, match="EVIDENCE_EXPIRED"):
        capture(context, line.owner.id, recording.id)
    assert line.artifact(recording, ORIGINAL) is None


def test_the_vendors_bytes_are_in_the_vault_as_they_were(line):
    recording = line.record()
    receipt = line.run(capture, recording)
    made = line.artifact(recording, ORIGINAL)
    assert receipt == {"artifact": made.id, "duration_ms": 6000, "channels": 2}
    assert line.context.vault.read(made) == tone()
    assert line.state(recording) is S.CAPTURED
    facts = line.facts(recording)
    given = hashlib.sha256(tone()).hexdigest()
    expected = {"duration_ms": 6000, "channels": 2, "vendor_sha256": given}
    assert {name: value for name, value in facts.items() if value is not None} == expected
    assert line.events(CAPTURED) == [{**receipt, "vendor_sha256": given}]


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


BOMB = flac_of_nothing(1_100, channels=2)


@pytest.mark.parametrize("audio", [b"", b"not audio", tone(channels=1), tone()[:100], BOMB], ids=len)
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


@pytest.mark.parametrize("is_settled", [True, False])
def test_what_is_refused_after_it_was_settled_is_fetched_for_nothing_and_kept_nowhere(line, is_settled):
    recording = line.record(after_s=1)
    if is_settled:
        line.run(settle_consent, recording)
    line.withdraw(recording.call, after_s=0.5)
    assert line.run(capture, recording) == {"is_permitted": False, "reason": "caller_withdrawn"}
    assert (line.kinds(recording), line.tags(recording.id).count(CAPTURED)) == ([], 0)


def test_a_withdrawal_told_after_it_was_settled_still_cuts(line):
    recording = line.record(after_s=0)
    line.run(settle_consent, recording)
    line.withdraw(recording.call, after_s=4)
    line.run(capture, recording)
    assert line.kept_ms(recording) == 4000
    assert (line.facts(recording)["cut_at_ms"], line.facts(recording)["cut_reason"]) == (4000, "caller_withdrawn")


def test_more_channels_than_two_people_can_have_are_not_kept(line):
    recording = line.record(audio=tone(channels=3), channels=0)
    assert line.run(capture, recording) == {"is_permitted": False, "reason": "too_many_channels"}


class Attentive(ScriptedTranscriber):
    """Hears a word of its own wherever the sound is loud."""

    def transcribe(self, audio, *, language):
        heard = super().transcribe(audio, language=language)
        (loud,) = np.nonzero((np.abs(samples(audio)) > 15_000).any(axis=1))
        words = tuple(Word(text="afterwards", channel=0, start_ms=n // 8, end_ms=n // 8 + 9) for n in loud[:1].tolist())
        channels = ((*heard.channels[0], Utterance(channel=0, words=words)), heard.channels[1])
        return dataclasses.replace(heard, channels=channels)


@pytest.mark.parametrize("is_withdrawn", [True, False])
@pytest.mark.acceptance(7)
def test_what_was_said_after_the_callees_withdrawal_that_twilio_did_not_obey_is_nowhere(line, is_withdrawn):
    made = samples(tone()).copy()
    made[5 * 8000 + 1 :] = 20_000
    attentive = line.with_parts(transcribers={"local": Attentive(line.context.transcribers["local"]._log)})
    recording = _two_people(line, audio=as_wav(made))
    if is_withdrawn:
        line.told(recording.call, RecorderAct.STOPPED, after_s=5.1)
        with line.tx() as tx:
            answer(tx, recording.call, Outcome.WITHDRAWN, role=LegRole.CALLEE, at=tx.now + timedelta(seconds=5))
    attentive.through(recording, "settle_consent", "capture")
    assert (np.abs(frames(line, recording)) > 15_000).any() != is_withdrawn
    assert line.kept_ms(recording) == (5000 if is_withdrawn else 6000)
    assert ("afterwards" in words_of(attentive, recording)) != is_withdrawn
    if is_withdrawn:
        attentive.through(recording, "detect", "redact_text", "redact_audio")
        redacted = line.context.vault.read(line.artifact(recording, ArtifactKind.RECORDING_REDACTED))
        assert (describe(redacted).duration_ms, (np.abs(samples(redacted)) > 15_000).any()) == (5000, False)
        assert line.facts(recording)["cut_reason"] == "callee_withdrawn"
        assert line.run(delete_vendor_copy, recording) == {"is_deleted": True}


def test_who_joins_late_and_was_not_asked_is_not_heard(line):
    recording = _two_people(line)
    with line.tx() as tx:
        late = Leg(
            id=LegId(new_id("leg")),
            call=recording.call,
            role=LegRole.CALLEE,
            leg_sid=None,
            number_ref=None,
            candidates=(),
            ordinal=2,
            joined_at=tx.now + timedelta(seconds=2.25),
        )
        add_leg(tx, late)
    line.through(recording, "settle_consent", "capture")
    assert line.kept_ms(recording) == 2250
    assert line.facts(recording)["cut_reason"] == "callee2_not_asked"


@pytest.mark.clause("nejix", "1", "is not stored on our servers")
def test_a_pause_that_twilio_refused_is_silent_on_both_channels_and_all_else_is_as_it_was(line):
    recording = line.record(after_s=0)
    line.told(recording.call, RecorderAct.STARTED, after_s=0)
    line.told(recording.call, RecorderAct.PAUSED, after_s=2)
    line.told(recording.call, RecorderAct.RESUMED, after_s=4)
    line.run(capture, recording)
    kept, whole = frames(line, recording), samples(tone())
    assert len(kept) == len(whole)
    assert not kept[16_000:32_000].any()
    assert (kept[:16_000] == whole[:16_000]).all()
    assert (kept[32_000:] == whole[32_000:]).all()
    assert (line.facts(recording)["pauses"], line.facts(recording)["silenced"]) == ("2000-4000", "2000-4000")
    assert line.events(CAPTURED)[0]["silenced"] == "2000-4000"


def test_a_pause_without_an_end_is_silent_to_the_end(line):
    recording = line.record(after_s=0)
    line.told(recording.call, RecorderAct.STARTED, after_s=0)
    line.told(recording.call, RecorderAct.PAUSED, after_s=2)
    line.run(capture, recording)
    kept = frames(line, recording)
    assert (len(kept), kept[16_000:].any()) == (48_000, False)


@pytest.mark.parametrize("is_silent", [True, False])
def test_a_pause_that_twilio_made_is_left_as_it_is_only_where_it_is_seen_to_be_silent(line, is_silent):
    made = samples(tone()).copy()
    if is_silent:
        made[8_400:40_000] = 0  # it took fifty milliseconds to obey
    recording = line.record(after_s=0, audio=as_wav(made))
    line.told(recording.call, RecorderAct.STARTED, after_s=0)
    for is_done in (False, True):
        line.told(recording.call, RecorderAct.PAUSED, after_s=1 + is_done / 10, is_done=is_done)
        line.told(recording.call, RecorderAct.RESUMED, after_s=5 + is_done / 10, is_done=is_done)
    line.run(capture, recording)
    kept = frames(line, recording)
    assert (kept[40_000:] == made[40_000:]).all()
    assert kept[8_000:40_000].any() == is_silent
    assert line.facts(recording)["silenced"] == (None if is_silent else "1000-5000")


def words_of(line, recording):
    """Everything that was recognised."""
    line.through(recording, "transcribe")
    made = line.artifact(recording, ArtifactKind.TRANSCRIPT_ORIGINAL)
    return [word.text for word in read_transcript(line.context.vault.read(made)).words]


def _two_people(line, **chosen):
    recording = line.record(after_s=0, **chosen, roles=(LegRole.CALLER, LegRole.CALLEE))
    with line.tx() as tx:
        answer(tx, recording.call, role=LegRole.CALLEE)
    return recording


def frames(line, recording):
    """The samples that were kept."""
    return samples(line.context.vault.read(line.artifact(recording, ORIGINAL)))


def samples(wav):
    """16-bit samples, one row a frame."""
    return np.frombuffer(wav, "<i2", offset=44).reshape(-1, 2)


def as_wav(made):
    """A file like the vendor's with these samples."""
    return tone()[:44] + made.tobytes()


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
