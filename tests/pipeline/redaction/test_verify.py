from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from pipeline.model.entity import EntityType as T
from pipeline.model.errors import InvalidInput, VendorUnavailable, Withheld
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Conversation, Transcript
from pipeline.ports.transcriber import Transcriber
from pipeline.redaction.amend import amend
from pipeline.redaction.finding import Finding, Reason
from pipeline.redaction.manifest import Manifest
from pipeline.redaction.overheard import Detect
from pipeline.redaction.profile import DEFAULT_PROFILE, AudioStyle
from pipeline.redaction.render_audio import render_audio
from pipeline.redaction.verify import Ears, Verification, Verifier, hidden_values
from tests.pipeline.redaction.calls import a_conversation, a_manifest, finder, said
from tests.pipeline.redaction.sounds import a_file, heard, noise
from tests.pipeline.redaction.tones import ToneListener, Tongue

TONGUE = Tongue("who is there it is harriet osgood speaking 4111 2222 bye thanks model")
PERSONAL: Mapping[str, T] = {"harriet": T.PERSON, "osgood": T.PERSON, "4111 2222": T.CREDIT_CARD}
DETECT = finder(PERSONAL)
SECONDS = 20
# What is said, and what a transcriber that hears well makes of it.
CALLER = [("it", 3000), ("is", 3350), ("harriet", 3700)]
AGENT = [("who", 500), ("is", 850), ("there", 1200), ("thanks", 6000)]
HEARD_WELL = a_conversation(said(1, "who is there", 500), said(0, "it is harriet", 3000), said(1, "thanks", 6000))


def manifest_of(conversation: Conversation) -> Manifest:
    return a_manifest(conversation, DETECT(conversation), duration_ms=SECONDS * 1000)


def verifier(
    original: bytes,
    conversation: Conversation = HEARD_WELL,
    *,
    listener: Transcriber | None = None,
    detect: Detect = DETECT,
    share: float = 1,
    transcribed_by: tuple[str, str] = ("written", "1"),
) -> Verifier:
    ears = Ears(listener=listener or ToneListener(TONGUE), detect=detect, share=share)
    return Verifier(original, conversation, transcribed_by=transcribed_by, ears=ears)


def call(caller: Sequence[tuple[str, int]] = CALLER, agent: Sequence[tuple[str, int]] = AGENT) -> bytes:
    return TONGUE.say({0: caller, 1: agent}, seconds=SECONDS)


def render(audio: bytes, manifest: Manifest, style: AudioStyle = "silence") -> bytes:
    return render_audio(audio, dict(enumerate(manifest.muted)), style=style)


def verified(audio: bytes, conversation: Conversation = HEARD_WELL, **chosen) -> Verification:
    manifest = manifest_of(conversation)
    return verifier(audio, conversation, **chosen).verify(render(audio, manifest), manifest)


def mended(audio: bytes, conversation: Conversation, *, attempts: int = 3) -> tuple[Manifest, Verification]:
    """Verify, amend and render again, as the step does."""
    manifest, proving = manifest_of(conversation), verifier(audio, conversation)
    for _ in range(attempts):
        result = proving.verify(render(audio, manifest), manifest)
        if result.is_proved:
            break
        manifest = amend(manifest, conversation, result.findings, profile=DEFAULT_PROFILE)
    return manifest, result


def audible(audio: bytes, manifest: Manifest, channel: int) -> list[str]:
    return [word for word, _, _ in TONGUE.hear(heard(render(audio, manifest))[:, channel])]


@pytest.mark.parametrize("style", ["silence", "beep"])
def test_what_hides_everything_personal_is_proved(style: AudioStyle) -> None:
    manifest = manifest_of(HEARD_WELL)

    result = verifier(call()).verify(render(call(), manifest, style), manifest)

    assert result.is_proved
    assert (result.findings, result.says) == ((), "")
    assert result.listener == "tones"
    assert result.listened_ms > 0


def test_what_is_wrong_when_measured_is_not_listened_to() -> None:
    listener, manifest = ToneListener(TONGUE), manifest_of(HEARD_WELL)

    result = verifier(call(), listener=listener).verify(call(), manifest)

    assert result.reasons == {Reason.NOT_SILENT}
    assert (listener.heard_ms, result.listened_ms) == (0, 0)


def test_a_hidden_name_that_is_still_heard_is_found_with_its_place_and_kind() -> None:
    """It is said again on the other channel, and there the transcriber heard something else."""
    again = call(agent=[*AGENT, ("harriet", 9000)])
    misheard = a_conversation(said(1, "who is there", 500), said(0, "it is harriet", 3000), said(1, "hairy", 9000))

    (finding,) = verified(again, misheard).findings

    assert (finding.reason, finding.channel, finding.kind) == (Reason.STILL_HEARD, 1, T.PERSON)
    assert finding.time is not None
    assert finding.time.touches(TimeSpan(9000, 9300))
    assert [misheard.turns[e.turn].text[e.span.start : e.span.end] for e in finding.entities] == ["hairy"]
    assert "harriet" not in repr(finding)


def test_a_rest_of_a_hidden_word_takes_no_other_words_of_the_text_with_it() -> None:
    """The word was said later than the transcriber placed it, so its end is still heard beside the muted span."""
    late = call(caller=[("it", 3000), ("is", 3350), ("harriet", 4350)])
    placed = a_conversation(said(1, "who is there", 500), said(0, "it is harriet speaking", 3000))

    (finding,) = verified(late, placed).findings

    assert (finding.reason, finding.entities) == (Reason.STILL_HEARD, ())


def test_words_that_the_transcript_shows_elsewhere_are_no_finding() -> None:
    """A detector that hid an ordinary word once would else withhold every call in which it is said again."""
    detect = finder({"it is model": T.PERSON})
    conversation = a_conversation(said(0, "it is model", 3000), said(1, "model", 9000))
    audio = call(caller=[("it", 3000), ("is", 3350), ("model", 3700)], agent=[("model", 9000)])
    manifest = a_manifest(conversation, detect(conversation), duration_ms=SECONDS * 1000)

    assert verifier(audio, conversation, detect=detect).verify(render(audio, manifest), manifest).is_proved


MISSED = {
    "heard nothing": (),
    "heard other words": (said(0, "fore leven two too", 10_000),),
}


@pytest.mark.parametrize("written", MISSED.values(), ids=MISSED.keys())
def test_what_the_transcriber_missed_is_found_and_then_hidden_in_sound_and_text(written) -> None:
    audio = call(caller=[*CALLER, ("4111", 10_000), ("2222", 10_350)])
    conversation = a_conversation(said(1, "who is there", 500), said(0, "it is harriet", 3000), *written)

    (finding,) = verified(audio, conversation).findings
    manifest, result = mended(audio, conversation)

    assert (finding.reason, finding.channel, finding.kind) == (Reason.UNHIDDEN, 0, T.CREDIT_CARD)
    assert result.is_proved
    assert audible(audio, manifest, 0) == ["it"]
    shown = [conversation.turns[e.turn].text[e.span.start : e.span.end] for e in manifest.entries]
    assert shown == ["harriet", *(["fore leven two too"] if written else [])]


def test_what_was_once_heard_unhidden_is_listened_for_in_the_whole_call() -> None:
    """The detector finds a name where it is first said in a turn, and not where it is said again."""
    audio = call(caller=[*CALLER, ("osgood", 10_000), ("osgood", 15_000)])
    proving, manifest = verifier(audio), manifest_of(HEARD_WELL)
    first = proving.verify(render(audio, manifest), manifest)
    wider = amend(manifest, HEARD_WELL, first.findings, profile=DEFAULT_PROFILE)

    second = proving.verify(render(audio, wider), wider)

    assert first.reasons == {Reason.UNHIDDEN}
    (finding,) = second.findings
    assert (finding.reason, finding.kind, finding.channel) == (Reason.STILL_HEARD, T.PERSON, 0)
    assert finding.time is not None
    assert finding.time.touches(TimeSpan(15_000, 15_300))


@pytest.mark.parametrize(
    ("channel", "time", "is_proved"),
    [
        (0, TimeSpan(10_000, 10_300), True),
        (1, TimeSpan(10_000, 10_300), False),
        (0, TimeSpan(14_000, 14_300), False),
        (0, TimeSpan(10_900, 11_300), False),
    ],
)
def test_what_a_reviewer_let_stand_may_be_heard_there_and_nowhere_else(channel, time, is_proved) -> None:
    audio, manifest = call(caller=[*CALLER, ("osgood", 10_000)]), manifest_of(HEARD_WELL)
    ears = Ears(listener=ToneListener(TONGUE), detect=DETECT, share=1)
    proving = Verifier(audio, HEARD_WELL, transcribed_by=("written", "1"), ears=ears, let_stand=[(channel, time)])

    first = proving.verify(render(audio, manifest), manifest)

    assert first.is_proved is is_proved
    assert proving.verify(render(audio, manifest), manifest).is_proved is is_proved


def test_of_what_lies_away_from_the_spans_only_the_sample_is_heard() -> None:
    audio = call(caller=[*CALLER, ("osgood", 15_000)])

    assert verified(audio, share=0).is_proved
    assert verified(audio, share=1).reasons == {Reason.UNHIDDEN}
    assert verified(audio, share=0).listened_ms < verified(audio, share=1).listened_ms


def test_the_sample_is_chosen_by_the_recording_itself() -> None:
    manifest = a_manifest(a_conversation(said(0, "bye", 100)), (), duration_ms=600_000)
    loud = noise(8000 * 600, level=0.02)
    other = loud.copy()
    other[0, 0] += 0.01

    def sampled(audio: bytes) -> tuple[TimeSpan, ...]:
        proving = verifier(audio, share=0.1)
        proving.verify(audio, manifest)
        return proving._listening.stretches

    assert sampled(a_file(loud)) == sampled(a_file(loud))
    assert sampled(a_file(loud)) != sampled(a_file(other))
    assert hashlib.sha256(a_file(loud)).digest() != hashlib.sha256(a_file(other)).digest()


def test_a_widened_redaction_is_listened_to_only_where_it_changed() -> None:
    listener, audio = ToneListener(TONGUE), call(caller=[*CALLER, ("osgood", 15_000)])
    manifest, proving = manifest_of(HEARD_WELL), verifier(audio, listener=listener)
    first = proving.verify(render(audio, manifest), manifest)
    heard_ms = listener.heard_ms

    wider = amend(manifest, HEARD_WELL, first.findings, profile=DEFAULT_PROFILE)

    assert proving.verify(render(audio, wider), wider).is_proved
    assert listener.heard_ms - heard_ms < heard_ms / 2


def test_a_recogniser_does_not_check_itself() -> None:
    result = verified(call(), transcribed_by=("tones", "tones"))

    assert result.reasons == {Reason.SAME_RECOGNISER}
    assert verified(call(), transcribed_by=("tones", "other tones")).is_proved
    with pytest.raises(Withheld, match="SAME_RECOGNISER"):
        amend(manifest_of(HEARD_WELL), HEARD_WELL, result.findings, profile=DEFAULT_PROFILE)


@pytest.mark.parametrize("confidence", [None, 0.0, 0.5, 1.0])
def test_whatever_a_recogniser_thinks_of_itself_the_same_is_found(confidence: float | None) -> None:
    audio = call(caller=[*CALLER, ("4111", 10_000), ("2222", 10_350)], agent=[*AGENT, ("harriet", 12_000)])

    def found(listener: ToneListener, conversation: Conversation) -> tuple[Finding, ...]:
        return verified(audio, conversation, listener=listener).findings

    unsure = a_conversation(
        said(1, "who is there", 500, confidence=confidence),
        said(0, "it is harriet", 3000, confidence=confidence),
        said(1, "thanks", 6000, confidence=confidence),
    )
    expected = found(ToneListener(TONGUE), HEARD_WELL)
    assert {f.reason for f in expected} == {Reason.STILL_HEARD, Reason.UNHIDDEN}
    assert found(ToneListener(TONGUE, confidence=confidence), unsure) == expected


def test_sound_of_which_nothing_is_understood_is_not_proved() -> None:
    loud, silent = a_file(noise(8000 * 20)), a_file(np.zeros((8000 * 20, 2), np.float32))

    assert verified(loud).reasons == {Reason.LOW_SPEECH_COVERAGE}
    assert verified(silent).is_proved


def test_a_language_the_listener_does_not_know_is_not_proved() -> None:
    french = a_conversation(said(0, "it is harriet", 3000), language="fr-FR")

    assert verified(call(), french).reasons == {Reason.UNSUPPORTED_LANGUAGE}


def test_spans_beyond_the_audio_withhold_it() -> None:
    short = TONGUE.say({0: CALLER}, seconds=4)
    manifest = manifest_of(a_conversation(said(0, "it is harriet", 3300)))

    with pytest.raises(Withheld):
        verifier(short).verify(short, manifest)


def test_an_original_that_cannot_be_decoded_is_refused() -> None:
    with pytest.raises(InvalidInput):
        verifier(b"words")


def test_a_listener_that_fails_proves_nothing() -> None:
    class Unreachable(ToneListener):
        def transcribe(self, audio: bytes, *, language: str) -> Transcript:
            raise VendorUnavailable("scripted", "listen")

    with pytest.raises(VendorUnavailable):
        verified(call(), listener=Unreachable(TONGUE))


def test_hidden_values_lie_where_their_words_were_said_and_do_not_show_them() -> None:
    (value,) = hidden_values(HEARD_WELL, manifest_of(HEARD_WELL))

    assert (value.text, value.channel, value.time) == ("harriet", 0, TimeSpan(3700, 4000))
    assert "harriet" not in repr(value)
