from __future__ import annotations

import json

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound, Withheld
from pipeline.model.span import CharSpan
from pipeline.steps.detect import detect, profile_of, read_conversation
from pipeline.steps.redact_text import read_manifest
from tests.pipeline.workflows.house_of_fakes import ScriptedTranscriber, WordDetector

MANIFEST = ArtifactKind.REDACTION_MANIFEST


@pytest.fixture
def recording(line):
    return line.through(line.record(), "settle_consent", "capture", "transcribe")


def test_what_is_hidden_stands_in_a_manifest_made_from_the_transcript(line, recording):
    receipt = line.run(detect, recording)
    made, manifest = read_manifest(line.context, line.owner.id, recording.id)
    assert receipt == {"artifact": made.id, "entities": 2, "muted_ms": manifest.muted_ms}
    assert made.parents == (line.artifact(recording, ArtifactKind.TRANSCRIPT_ORIGINAL).id,)
    assert [e.type.value for e in manifest.entries] == ["PERSON", "PHONE_NUMBER"]
    assert [bool(spans) for spans in manifest.muted] == [True, False]


def test_facts_name_types_and_counts_and_no_word(line, recording):
    line.run(detect, recording)
    facts = line.facts(recording)
    assert facts["entity_types"] == "PERSON,PHONE_NUMBER"
    assert (facts["entities"], facts["is_notice_heard"], facts["is_speaker_map_known"]) == (2, True, True)
    assert (facts["notice_at_ms"], facts["stated_age"], facts["is_language_supported"]) == (100, None, True)
    assert "canaryname" not in json.dumps(facts)
    assert "5551234" not in json.dumps(facts)


def test_detecting_again_changes_nothing(line, recording):
    assert line.run(detect, recording) == line.run(detect, recording)
    assert line.kinds(recording).count(MANIFEST.value) == 1


def test_a_new_manifest_is_not_proved_until_its_audio_is(line, recording):
    line.through(recording, "detect", "redact_text", "redact_audio")
    assert line.facts(recording)["is_redaction_proved"] is True
    line.run(detect, recording)
    assert line.facts(recording)["is_redaction_proved"] is False


def test_a_child_who_says_how_old_it_is_is_noted(line):
    hears = {"local": ScriptedTranscriber(line.context.transcribers["local"]._log, caller="hi I'm nine")}
    young = line.with_parts(transcribers=hears)
    recording = young.through(young.record(), "settle_consent", "capture", "transcribe", "detect")
    assert line.facts(recording)["stated_age"] == 9


def test_a_recording_whose_notice_was_not_heard_claims_neither_notice_nor_speakers(line, recording):
    class Deaf(ScriptedTranscriber):
        def transcribe(self, audio, *, language):
            heard = super().transcribe(audio, language=language)
            return type(heard)(
                engine="e", model="m", language=language, duration_ms=6000, channels=(heard.channels[0], ())
            )

    deaf = line.with_parts(transcribers={"local": Deaf(line.context.transcribers["local"]._log)})
    silent = deaf.through(deaf.record(), "settle_consent", "capture", "transcribe", "detect")
    facts = line.facts(silent)
    assert (facts["is_notice_heard"], facts["is_speaker_map_known"], facts["notice_at_ms"]) == (False, False, None)


class Overreaching(WordDetector):
    """Finds something where no text is."""

    def detect(self, conversation):
        found = super().detect(conversation)
        return (type(found[0])(turn=found[0].turn, span=CharSpan(0, 9999), type=found[0].type, score=1.0),)


class Clueless(WordDetector):
    def detect(self, conversation):
        raise Withheld("language")


@pytest.mark.parametrize(("detector", "reason"), [(Overreaching(), "span"), (Clueless(), "language")])
def test_what_cannot_be_placed_or_read_is_withheld_and_no_manifest_is_kept(line, recording, detector, reason):
    with pytest.raises(Withheld, match=reason):
        line.with_parts(detector=detector).run(detect, recording)
    assert MANIFEST.value not in line.kinds(recording)
    assert "entities" not in line.facts(recording)


def test_a_recording_that_was_not_transcribed_is_not_found(line):
    recording = line.through(line.record(), "settle_consent", "capture")
    with pytest.raises(NotFound, match="not transcribed"):
        line.run(detect, recording)
    with pytest.raises(NotFound, match="not transcribed"):
        read_conversation(line.context, recording, line.owner)


def test_the_conversation_is_told_by_party(line, recording):
    conversation, speakers = read_conversation(line.context, recording, line.owner)
    assert [t.speaker for t in conversation.turns] == ["agent", "caller"]
    assert speakers.is_known
    assert profile_of(line.owner).text_style.value == "label"
