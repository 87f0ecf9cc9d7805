from __future__ import annotations

from pipeline.model.artifact import ArtifactKind
from pipeline.model.recording import RecordingState
from pipeline.reads.call_summary import find_call_summary, summarise_recording
from pipeline.store.calls import get_call
from tests.builders import a_recording

ALL = ("settle_consent", "capture", "transcribe", "detect", "redact_text", "redact_audio", "decide", "publish")


def test_a_call_is_told_with_its_answers_recordings_artifacts_and_decisions(line):
    recording = line.through(line.record(), *ALL)
    with line.tx() as tx:
        summary = find_call_summary(tx, get_call(tx, recording.call).call_sid)
    assert (summary.mode, summary.tokens) == ("notice_continue", ("N", "P", "O", "T"))
    assert {(s.leg_role, s.outcome) for s in summary.standings} == {("caller", "granted")}
    (told,) = summary.recordings
    assert told.recording.state is RecordingState.PUBLISHED
    assert told.facts["entities"] == 2
    redacted = told.of_kind(ArtifactKind.TRANSCRIPT_REDACTED)
    assert redacted.record["kind"] == "transcript.redacted"
    assert redacted.retain_until is None or redacted.record["retention"]["until"] == redacted.retain_until.isoformat()
    assert "NO_TRAINING_CONSENT" in redacted.training_reasons
    assert list(redacted.training_reasons) == sorted(set(redacted.training_reasons))
    assert told.of_kind(ArtifactKind.SUMMARY) is None


def test_what_is_not_decided_yet_has_no_record_and_no_reasons(line):
    recording = line.through(line.record(), "settle_consent", "capture")
    with line.tx() as tx:
        (artifact,) = summarise_recording(tx, line.now(recording)).artifacts
    assert (artifact.record, artifact.retain_until, artifact.training_reasons) == (None, None, ())


def test_of_several_of_a_kind_the_newest_is_given(line, clock):
    from pipeline.steps.context import shelf_of

    recording = line.record()
    keep = line.context.vault.keep
    keep(shelf_of(recording), ArtifactKind.SUMMARY, b"one")
    line.through(recording, "decide")
    clock.move(seconds=1)
    keep(shelf_of(recording), ArtifactKind.SUMMARY, b"two")
    with line.tx() as tx:
        summary = summarise_recording(tx, recording)
    assert len(summary.artifacts) == 2
    assert summary.artifacts[0].record is not None
    assert summary.of_kind(ArtifactKind.SUMMARY).record is None


def test_an_unknown_call_is_absent_and_a_call_may_have_no_recording(line):
    recording = line.record()
    with line.tx() as tx:
        assert find_call_summary(tx, "CA" + "0" * 32) is None
        sid = get_call(tx, recording.call).call_sid
        a_recording(tx, None)
        assert len(find_call_summary(tx, sid).recordings) == 1
