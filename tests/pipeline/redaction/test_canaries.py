"""Real speech, a real second recogniser, and canaries: a number and a name spliced in where nobody hid them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from pipeline.model.entity import EntityType as T
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Conversation, Word
from pipeline.redaction.amend import amend
from pipeline.redaction.audio import Samples, decode
from pipeline.redaction.detect import Detector
from pipeline.redaction.finding import Reason
from pipeline.redaction.manifest import Manifest
from pipeline.redaction.profile import DEFAULT_PROFILE, AudioStyle
from pipeline.redaction.recognizers.number_shapes import NUMBER_TYPES
from pipeline.redaction.render_audio import render_audio
from pipeline.redaction.verify import Ears, Verification, Verifier
from pipeline.vendors.local_asr import WhisperTranscriber, load_whisper_tiny_en
from samples.scenario import CALLS, Line, load_scenario
from tests.pipeline.redaction.calls import a_conversation, a_manifest
from tests.pipeline.redaction.sounds import a_file, heard

RATE = 8000
ENDS_MS = 14_800
# The caller's name is said at 10.6 s, and muted half a second wider.
HIDDEN = TimeSpan(10_600, 11_510)
OUTSIDE_MS, EDGE_MS, INSIDE_MS = 600, 12_010, 10_100


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """Words cut out of another sample call: the caller's, from one moment to another."""

    call: str
    kinds: frozenset[T]
    start_s: float
    end_s: float

    @property
    def sound(self) -> Samples:
        return voices(self.call)[round(self.start_s * RATE) : round(self.end_s * RATE), 0]


NUMBER = Canary(call="card-number-read-back", kinds=NUMBER_TYPES, start_s=7.8, end_s=10.3)
NAME = Canary(call="forwarded-with-callee", kinds=frozenset({T.PERSON}), start_s=11.7, end_s=13.5)


def voices(name: str) -> Samples:
    return decode((CALLS / name / "conversation.ogg").read_bytes())


def words_of(line: Line) -> list[Word]:
    """The words of a line of the script, spread evenly over the time it takes."""
    texts = line.text.split()
    step = (line.end_s - line.start_s) * 1000 / len(texts)
    start = line.start_s * 1000
    return [
        Word(
            text=text,
            channel=int(line.speaker != "caller"),
            start_ms=round(start + n * step),
            end_ms=round(start + (n + 1) * step),
        )
        for n, text in enumerate(texts)
    ]


def spliced(audio: Samples, canary: Canary, at_ms: int) -> Samples:
    made, first = audio.copy(), at_ms * RATE // 1000
    made[first : first + len(canary.sound), 0] = canary.sound
    return made


@pytest.fixture(scope="module")
def listener() -> WhisperTranscriber:
    return load_whisper_tiny_en(digits_as_words=True, skips_silence=False)


@pytest.fixture(scope="module")
def call() -> Samples:
    return voices("connekz-training-consent")[: ENDS_MS * RATE // 1000]


@pytest.fixture(scope="module")
def transcript() -> Conversation:
    """What a transcriber makes of the call that hears every word of its script, and none of a canary."""
    turns = [t for t in load_scenario(CALLS / "connekz-training-consent").turns if t.end_s * 1000 < ENDS_MS]
    return a_conversation(*(words_of(turn) for turn in turns))


@pytest.fixture(scope="module")
def manifest(transcript: Conversation, detector: Detector) -> Manifest:
    made = a_manifest(transcript, detector.detect(transcript), duration_ms=ENDS_MS)
    assert [entry.type for entry in made.entries] == [T.PERSON]
    return replace(made, muted=((TimeSpan(INSIDE_MS, EDGE_MS),), ()))


class Proof:
    """One call and who proves its redactions."""

    def __init__(self, audio: Samples, transcript: Conversation, listener: WhisperTranscriber, detector: Detector):
        self.audio = a_file(audio)
        self.transcript = transcript
        ears = Ears(listener=listener, detect=detector.detect, share=1)
        self.verifier = Verifier(self.audio, transcript, transcribed_by=("faster-whisper", "base"), ears=ears)

    def of(self, manifest: Manifest, style: AudioStyle = "silence") -> Verification:
        return self.verifier.verify(self.render(manifest, style), manifest)

    def render(self, manifest: Manifest, style: AudioStyle = "silence") -> bytes:
        return render_audio(self.audio, dict(enumerate(manifest.muted)), style=style)


@pytest.mark.parametrize("style", ["silence", "beep"])
def test_without_a_canary_the_redaction_is_proved(
    call: Samples, transcript: Conversation, manifest: Manifest, listener, detector, style: AudioStyle
) -> None:
    assert Proof(call, transcript, listener, detector).of(manifest, style).is_proved


@pytest.mark.parametrize("canary", [NUMBER, NAME], ids=["number", "name"])
@pytest.mark.parametrize("at_ms", [OUTSIDE_MS, EDGE_MS], ids=["outside", "edge"])
def test_what_the_transcriber_missed_is_heard_and_muted(
    call: Samples, transcript: Conversation, manifest: Manifest, listener, detector, canary: Canary, at_ms: int
) -> None:
    """It was said in the call itself, so nothing that is measured can show it."""
    proof = Proof(spliced(call, canary, at_ms), transcript, listener, detector)
    place = TimeSpan(at_ms, at_ms + round((canary.end_s - canary.start_s) * 1000))

    caught = proof.of(manifest)
    amended = amend(manifest, transcript, caught.findings, profile=DEFAULT_PROFILE)

    assert caught.reasons == {Reason.UNHIDDEN}
    assert all(f.kind in canary.kinds and f.channel == 0 for f in caught.findings)
    assert all(f.time is not None and f.time.touches(place) for f in caught.findings)
    assert proof.of(amended).is_proved


@pytest.mark.parametrize("canary", [NUMBER, NAME], ids=["number", "name"])
@pytest.mark.parametrize(
    ("at_ms", "reasons"),
    [
        (OUTSIDE_MS, {Reason.CHANGED_OUTSIDE}),
        (EDGE_MS - 1000, {Reason.CHANGED_OUTSIDE, Reason.NOT_SILENT}),
        (INSIDE_MS, {Reason.NOT_SILENT}),
    ],
    ids=["outside", "edge", "inside"],
)
def test_what_is_spliced_into_the_result_is_measured(
    call: Samples, transcript: Conversation, manifest: Manifest, listener, detector, canary, at_ms, reasons
) -> None:
    proof = Proof(call, transcript, listener, detector)
    canary = replace(canary, end_s=min(canary.end_s, canary.start_s + 1.9))

    redacted = a_file(spliced(heard(proof.render(manifest)), canary, at_ms))

    assert proof.verifier.verify(redacted, manifest).reasons == reasons


@pytest.mark.parametrize("at_ms", [OUTSIDE_MS, EDGE_MS - 100], ids=["outside", "edge"])
def test_a_hidden_value_that_is_left_audible_is_recognised(
    call: Samples, transcript: Conversation, manifest: Manifest, listener, detector, at_ms: int
) -> None:
    """The hidden name itself, said once more or said later than the transcriber thought."""
    name = Canary(call="connekz-training-consent", kinds=frozenset({T.PERSON}), start_s=10.5, end_s=11.6)
    proof = Proof(spliced(call, name, at_ms), transcript, listener, detector)

    caught = proof.of(manifest)

    assert caught.reasons == {Reason.STILL_HEARD}
    assert proof.of(amend(manifest, transcript, caught.findings, profile=DEFAULT_PROFILE)).is_proved


def test_a_recogniser_is_not_proof_of_its_own_work(
    call: Samples, transcript: Conversation, manifest: Manifest, listener, detector
) -> None:
    ears = Ears(listener=listener, detect=detector.detect)
    proving = Verifier(a_file(call), transcript, transcribed_by=("faster-whisper", "tiny.en"), ears=ears)

    assert proving.verify(Proof(call, transcript, listener, detector).render(manifest), manifest).reasons == {
        Reason.SAME_RECOGNISER
    }
