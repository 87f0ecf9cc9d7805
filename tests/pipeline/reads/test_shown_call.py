from __future__ import annotations

import pytest

from pipeline.model.entity import EntityType
from pipeline.model.errors import NotFound, NotPermitted
from pipeline.model.ids import RecordingId
from pipeline.reads.shown_call import open_call

THROUGH = ("settle_consent", "capture", "transcribe", "detect", "redact_audio", "redact_text", "decide", "publish")


def test_words_and_findings_lead_to_each_other_and_nothing_hidden_is_shown(line):
    recording = line.through(line.record(), *THROUGH)
    call = open_call(line.context.vault, line.owner.id, recording.id, actor="user:ada")
    assert [finding.type for finding in call.findings] == [EntityType.PERSON, EntityType.PHONE_NUMBER]
    linked = {w.finding: w for turn in call.turns for w in turn.words if w.finding}
    assert set(linked) == {finding.key for finding in call.findings}
    for finding in call.findings:
        word = linked[finding.key]
        assert (word.start_ms, word.end_ms) == (finding.time.start_ms, finding.time.end_ms)
        assert finding.label in word.text
        assert finding.why
    assert "canaryname" not in repr(call)
    assert not any("canary" in w.text or "5551234" in w.text for turn in call.turns for w in turn.words)
    assert {call.speaker_on(0), call.speaker_on(1)} == {"caller", "agent"}
    assert (call.channels, call.duration_ms) == (2, 6000)
    assert [e["kind"] for e in line.events("artifact:artifact:read")] == ["transcript.redacted", "redaction.manifest"]


def test_what_is_not_there_or_not_proved_is_not_opened(line):
    with pytest.raises(NotFound):
        open_call(line.context.vault, line.owner.id, RecordingId("rec_none"), actor="user:ada")
    recording = line.through(line.record(), "settle_consent", "capture", "transcribe", "detect", "redact_text")
    with pytest.raises(NotPermitted):
        open_call(line.context.vault, line.owner.id, recording.id, actor="user:ada")
