from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import numpy as np
import pytest

from pipeline.consent.script import render_script
from pipeline.model.artifact import ArtifactKind
from pipeline.model.bleed import BleedSign
from pipeline.model.call import LegRole
from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput, NotFound, Withheld
from pipeline.model.ids import LegId, new_id
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Utterance, Word
from pipeline.policies.scripts import ScriptId
from pipeline.redaction.manifest import Manifest
from pipeline.steps.context import shelf_of
from pipeline.steps.detect import detect, profile_of, read_conversation
from pipeline.steps.redact_text import read_manifest
from pipeline.store.artifacts import list_artifacts
from pipeline.store.calls import add_leg, list_legs
from pipeline.store.recordings import merge_facts
from pipeline.store.tenants import change_tenant, get_tenant
from pipeline.store.wordings import add_wording
from samples.scenario import CALLS
from tests.pipeline.workflows.house_of_fakes import (
    NOTICE,
    SAID,
    ScriptedTranscriber,
    WordDetector,
    _utterance,
    two_voices,
)

MANIFEST = ArtifactKind.REDACTION_MANIFEST


@pytest.fixture
def recording(line):
    return line.through(line.record(), "settle_consent", "capture", "transcribe")


def test_what_is_hidden_stands_in_a_manifest_made_from_the_transcript(line):
    recording = talking(line, f"{SAID} thank you so much", audio=two_voices())
    receipt = line.run(detect, recording)
    made, manifest = read_manifest(line.context, line.owner.id, recording.id)
    assert receipt == {"artifact": made.id, "entities": 2, "muted_ms": manifest.muted_ms}
    assert made.parents == (line.artifact(recording, ArtifactKind.TRANSCRIPT_ORIGINAL).id,)
    assert [e.type.value for e in manifest.entries] == ["PERSON", "PHONE_NUMBER"]
    assert [bool(spans) for spans in manifest.muted] == [True, False]
    assert "0>1" not in line.facts(recording)["heard_on"]


def test_facts_name_types_and_counts_and_no_word(line, recording):
    line.run(detect, recording)
    facts = line.facts(recording)
    assert facts["entity_types"] == "PERSON,PHONE_NUMBER"
    assert (facts["entities"], facts["is_notice_heard"], facts["is_speaker_map_known"]) == (2, True, True)
    assert (facts["notice_at_ms"], facts["stated_age"], facts["is_language_supported"]) == (100, None, True)
    assert "canaryname" not in json.dumps(facts)
    assert "5551234" not in json.dumps(facts)


def talking(line, caller: str, **chosen):
    """A recording whose caller says this, heard but not searched."""
    hears = {"local": ScriptedTranscriber(line.context.transcribers["local"]._log, caller=caller)}
    made = line.with_parts(transcribers=hears)
    return made.through(made.record(**chosen), "settle_consent", "capture", "transcribe")


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


class Speaks(ScriptedTranscriber):
    """Says these things on the two channels, each beginning at its time."""

    def __init__(self, log, *said):
        super().__init__(log)
        self._said = said

    def transcribe(self, audio, *, language):
        heard = super().transcribe(audio, language=language)
        channels = tuple((_utterance(n, text, at),) for n, (text, at) in enumerate(self._said))
        return dataclasses.replace(heard, channels=channels, duration_ms=60_000)


def through(line, *said, **chosen):
    """A recording whose channels say these things, up to its manifest."""
    speaks = {"local": Speaks(line.context.transcribers["local"]._log, *said)}
    made = line.with_parts(transcribers=speaks)
    recording = made.record(audio=two_voices(60), **chosen)
    return made, made.through(recording, "settle_consent", "capture", "transcribe")


R = ("N", "R")


@pytest.mark.parametrize(
    "said", [[("hello", 0), ("hello", 0)], [("hello", 0), (NOTICE, 10_001)], [(NOTICE, 20_000), ("", 0)]]
)
@pytest.mark.acceptance(3)
def test_where_the_notice_must_be_inside_and_is_not_heard_at_the_beginning_it_is_withheld(line, said):
    made, recording = through(line, *said, tokens=R)
    with pytest.raises(Withheld, match="notice_not_inside"):
        made.run(detect, recording)
    assert line.facts(recording)["is_notice_inside"] is False
    other, unasked = through(line, *said)
    other.run(detect, unasked)
    assert line.facts(unasked)["is_notice_inside"] is False


def test_where_the_notice_must_be_inside_its_place_is_noted(line):
    made, recording = through(line, ("hello", 0), (NOTICE, 9_000), tokens=R)
    made.run(detect, recording)
    facts = line.facts(recording)
    assert (facts["notice_at_ms"], facts["is_notice_inside"], facts["is_speaker_map_known"]) == (9000, True, True)


def test_a_notice_in_the_tenants_own_words_is_found(line):
    own = "Hear this: from now on Acme has the line recorded as well as transcribed."
    with line.tx() as tx:
        add_wording(tx, "inside_notice", "en-US", wording=own, sha256=None, actor="test")
    made, recording = through(line, ("hello", 0), (own, 0), tokens=R)
    made.run(detect, recording)
    assert line.facts(recording)["is_notice_inside"] is True


def test_a_line_that_says_that_nothing_is_recorded_is_no_notice(line):
    said = render_script(ScriptId.TRANSFER_NOTICE, "en-US", tenant_name="Acme").text
    _, recording = through(line, ("hello", 0), (said, 0))
    assert not read_conversation(line.context, recording, line.owner)[1].is_notice_inside


def test_the_tenants_word_names_speakers_by_source_only_where_no_notice_is_heard(line):
    line.choose(speaker_channels={"DialVerb": "callee,caller"})
    owner = dataclasses.replace(
        line.owner, settings=dataclasses.replace(line.owner.settings, speaker_channels={"DialVerb": "callee,caller"})
    )
    silent = [("one", 0), ("two", 5000)]
    _, dialled = through(line, *silent, source="DialVerb")
    conversation, speakers = read_conversation(line.context, dialled, owner)
    assert ([t.speaker for t in conversation.turns], speakers.is_known) == (["callee", "caller"], True)
    _, ours = through(line, *silent)
    assert not read_conversation(line.context, ours, owner)[1].is_known
    _, agreed = through(line, (NOTICE, 0), ("two", 9000), source="DialVerb")
    assert read_conversation(line.context, agreed, owner)[1].speakers == ("agent", "caller")
    _, other_way = through(line, ("one", 0), (NOTICE, 0), source="DialVerb")
    assert not read_conversation(line.context, other_way, owner)[1].is_known


@pytest.mark.parametrize(
    ("roles", "source", "speakers"),
    [
        ((LegRole.CALLER, LegRole.AGENT), "StartCallRecordingTwiML", ("caller", "agent")),
        ((LegRole.CALLER, LegRole.CALLEE), "StartCallRecordingAPI", ("caller", "callee")),
        ((LegRole.CALLER, LegRole.AGENT), "Conference", ("channel-0", "channel-1")),
    ],
)
def test_the_channel_of_the_notice_is_whom_the_callers_leg_hears(line, roles, source, speakers):
    made, recording = through(line, ("hello", 0), (NOTICE, 0), source=source, roles=roles, is_answered=True)
    assert read_conversation(made.context, recording, made.owner)[1].speakers == speakers


@pytest.mark.parametrize(
    ("role", "ordinal", "joined_s", "speakers"),
    [
        (LegRole.CALLEE, 2, 0, None),
        (LegRole.CALLEE, 2, 60, ("caller", "callee")),
        (LegRole.AGENT, 1, 0, ("caller", "callee")),
    ],
)
def test_two_people_on_the_other_side_are_not_told_apart(line, role, ordinal, joined_s, speakers):
    made, recording = through(line, ("hello", 0), (NOTICE, 0), roles=(LegRole.CALLER, LegRole.CALLEE), is_answered=True)
    with line.tx() as tx:
        at = tx.now + timedelta(seconds=joined_s)
        merge_facts(tx, recording.id, {"cut_at": (tx.now + timedelta(seconds=30)).isoformat()})
        first = list_legs(tx, recording.call)[0]
        add_leg(tx, dataclasses.replace(first, id=LegId(new_id("leg")), role=role, ordinal=ordinal, joined_at=at))
    found = read_conversation(made.context, recording, made.owner)[1]
    assert (found.speakers if found.is_known else None) == speakers


def test_a_person_who_followed_the_assistant_in_the_same_recording_is_not_told_from_it(line):
    made, recording = through(line, ("hello", 0), (NOTICE, 0), roles=(LegRole.CALLER, LegRole.AGENT))
    with line.tx() as tx:
        at = tx.now + timedelta(seconds=20)
        first = list_legs(tx, recording.call)[0]
        add_leg(tx, dataclasses.replace(first, id=LegId(new_id("leg")), role=LegRole.CALLEE, joined_at=at))
    assert not read_conversation(made.context, recording, made.owner)[1].is_known


class Listening(WordDetector):
    """Notes whose profile it was given."""

    def __init__(self):
        self.profiles = []

    def detect(self, conversation, *, profile):
        self.profiles.append(profile)
        return super().detect(conversation, profile=profile)


def choose_words(line, **words):
    with line.tx() as tx:
        now = get_tenant(tx, keys=line.context.vault.keys)
        changed = dataclasses.replace(now, secrets=dataclasses.replace(now.secrets, **words))
        change_tenant(tx, changed, keys=line.context.vault.keys, actor="test", changed=[])


def test_the_tenants_own_profile_decides_and_the_manifest_names_it(line, recording):
    detector = Listening()
    plain = line.run(detect, recording)
    line.choose(entity_set="health", threshold=0.5, thresholds={"PIN": 0.1}, padding_ms=700, text_style="hash")
    choose_words(line, hide_words=("canaryheron",), keep_words=("canarynova",))
    made = line.with_parts(detector=detector)
    receipt = made.run(detect, recording)
    (profile,) = detector.profiles
    assert (profile.entity_set, profile.threshold, profile.thresholds[EntityType.PIN]) == ("health", 0.5, 0.1)
    assert (profile.hide_words, profile.keep_words) == (("canaryheron",), ("canarynova",))
    assert (profile.padding_ms, profile.text_style.value) == (700, "hash")
    with line.tx() as tx:
        kept = next(a for a in list_artifacts(tx, recording=recording.id) if a.id == receipt["artifact"])
    manifest = Manifest.from_json(line.context.vault.read(kept))
    assert manifest.profile_digest == profile.digest
    assert receipt["muted_ms"] > plain["muted_ms"]
    assert b"canaryheron" not in line.context.vault.read(kept)


def test_the_digest_of_a_profile_cannot_be_had_by_guessing_its_words(line, recording):
    detector = Listening()
    choose_words(line, hide_words=("canaryheron",))
    made = line.with_parts(detector=detector)
    made.run(detect, recording)
    with line.tx() as tx:
        owner = get_tenant(tx, keys=line.context.vault.keys)
    assert profile_of(owner, words_key=b"").digest != detector.profiles[0].digest


def test_settings_that_cannot_be_used_stop_the_step_and_are_never_guessed_at(line, recording):
    line.choose(entity_set="everything")
    with pytest.raises(InvalidInput, match="entity set"):
        line.run(detect, recording)
    assert MANIFEST.value not in line.kinds(recording)


class Overreaching(WordDetector):
    """Finds something where no text is."""

    def detect(self, conversation, *, profile):
        found = super().detect(conversation, profile=profile)
        return (type(found[0])(turn=found[0].turn, span=CharSpan(0, 9999), type=found[0].type, score=1.0),)


class Clueless(WordDetector):
    def detect(self, conversation, *, profile):
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
    assert profile_of(line.owner, words_key=b"").text_style.value == "label"


def test_what_is_heard_on_another_channel_is_hidden_there_too_and_noted(line):
    voices = np.frombuffer(two_voices(), np.int16, offset=44).reshape(-1, 2).copy()
    voices[1600:, 1] = voices[1600:, 1] // 10 + voices[:-1600, 0] // 5
    recording = talking(line, f"{SAID} thank you so much", audio=two_voices()[:44] + voices.tobytes())
    line.run(detect, recording)
    _, manifest = read_manifest(line.context, line.owner.id, recording.id)
    (own,), (other,) = manifest.muted
    assert (own.start_ms, other.start_ms) == (other.start_ms, own.start_ms)
    assert other.end_ms - own.end_ms == pytest.approx(200, abs=20)
    assert [b.sign for b in manifest.heard_on if b.channel == 0] == [BleedSign.WAVEFORM]
    # Of the notice on the other channel too little is said to tell.
    assert line.facts(recording)["heard_on"] == "0>1,1>0"


class Writes(ScriptedTranscriber):
    """Writes these words, whatever is said."""

    def __init__(self, log, *channels):
        super().__init__(log)
        self._channels = channels

    def transcribe(self, audio, *, language):
        heard = super().transcribe(audio, language=language)
        return dataclasses.replace(
            heard, channels=tuple((Utterance(channel=n, words=words),) for n, words in enumerate(self._channels))
        )


def words(*times: tuple[int, int], channel: int = 0) -> tuple[Word, ...]:
    return tuple(Word(text="word", channel=channel, start_ms=start, end_ms=end) for start, end in times)


TALK = (CALLS / "card-number-read-back" / "conversation.ogg").read_bytes()


@pytest.mark.parametrize(
    ("channels", "reason"),
    [
        ((words((0, 100)),), "transcript: OTHER_CHANNELS"),
        ((words((500, 100)), ()), "word_times"),
        ((words((-5, 100)), ()), "word_times"),
        ((words((99_000, 99_100)), ()), "word_times"),
        ((words(*[(0, 0)] * 12), ()), "word_times"),
        (((), ()), "transcript: NO_WORDS"),
        ((words((2_000, 2_500)), ()), "transcript: LOW_SPEECH_COVERAGE"),
    ],
)
def test_a_transcript_that_cannot_be_what_the_sound_says_is_withheld_with_the_reason(line, channels, reason):
    made = line.with_parts(transcribers={"local": Writes(line.context.transcribers["local"]._log, *channels)})
    recording = made.through(made.record(audio=TALK), "settle_consent", "capture", "transcribe")
    with pytest.raises(Withheld) as withheld:
        made.run(detect, recording)
    assert withheld.value.reason == reason
    assert line.artifact(recording, MANIFEST) is None


def test_audio_that_can_no_longer_be_decoded_is_withheld(line, recording, clock):
    clock.move(seconds=1)
    line.context.vault.keep(shelf_of(recording), ArtifactKind.RECORDING_ORIGINAL, b"RIFF of nothing")
    with pytest.raises(Withheld, match="audio: UNDECODABLE"):
        line.run(detect, recording)
