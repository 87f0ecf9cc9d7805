"""infra/decisions/0011: whatever a recogniser thinks of its words, the same is hidden, muted and found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.entity import EntityType
from pipeline.model.transcript import Conversation, Word
from pipeline.redaction.amend import amend
from pipeline.redaction.detect import Detector
from pipeline.redaction.manifest import Manifest
from pipeline.redaction.profile import DEFAULT_PROFILE
from pipeline.redaction.render_audio import render_audio
from pipeline.redaction.verify import Ears, Verification, Verifier
from tests.pipeline.redaction.calls import a_conversation, a_manifest, finder, said
from tests.pipeline.redaction.tones import ToneListener, Tongue

CONFIDENCE = st.none() | st.floats(0, 1)
RUNS = (
    said(1, "what is your name", 500),
    said(0, "it is harriet osgood", 3000),
    said(1, "and the card number", 6000),
    said(0, "four one one one", 9000),
    said(0, "two two two two", 12_000),
)
TONGUE = Tongue("it is harriet osgood")
AUDIO = TONGUE.say({0: [("harriet", 3700), ("osgood", 4050)], 1: [("osgood", 9000)]}, seconds=15)


def with_confidences(given: Sequence[float | None]) -> Conversation:
    numbers = iter(given)

    def sure(run: tuple[Word, ...]) -> tuple[Word, ...]:
        return tuple(replace(word, confidence=next(numbers)) for word in run)

    return a_conversation(*(sure(run) for run in RUNS))


WORDS = sum(len(run) for run in RUNS)
CONFIDENCES = st.lists(CONFIDENCE, min_size=WORDS, max_size=WORDS)


@settings(max_examples=15)
@given(given=CONFIDENCES)
def test_the_same_is_hidden_and_muted(detector: Detector, given: list[float | None]) -> None:
    def made(conversation: Conversation) -> Manifest:
        return a_manifest(conversation, detector.detect(conversation), duration_ms=15_000)

    usual = made(a_conversation(*RUNS))

    assert usual.entries
    assert made(with_confidences(given)).to_json() == usual.to_json()


@settings(max_examples=15)
@given(given=CONFIDENCES, heard=CONFIDENCE)
def test_the_same_is_found_again_and_widened(given: list[float | None], heard: float | None) -> None:
    detect = finder({"harriet": EntityType.PERSON})

    def proved(conversation: Conversation, confidence: float | None) -> tuple[Verification, bytes]:
        manifest = a_manifest(conversation, detect(conversation), duration_ms=15_000)
        listener, known = ToneListener(TONGUE, confidence=confidence), finder({"osgood": EntityType.PERSON})
        ears = Ears(listener=listener, detect=known, share=1)
        redacted = render_audio(AUDIO, dict(enumerate(manifest.muted)), style="silence")
        found = Verifier(AUDIO, conversation, transcribed_by=("", ""), ears=ears).verify(redacted, manifest)
        return found, amend(manifest, conversation, found.findings, profile=DEFAULT_PROFILE).to_json()

    usual = proved(a_conversation(*RUNS), None)

    assert usual[0].findings
    assert proved(with_confidences(given), heard) == usual
