"""What production hides in a call, between its transcript and its first rendering: for the benches alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.model.entity import Entity
from pipeline.model.transcript import Conversation, Transcript, to_conversation
from pipeline.redaction.audio import describe
from pipeline.redaction.bleed import measure_bleed
from pipeline.redaction.coverage import check_coverage, check_words
from pipeline.redaction.detect import Detector
from pipeline.redaction.manifest import Manifest, build_manifest
from pipeline.redaction.media_stream import to_wav
from pipeline.redaction.profile import DEFAULT_PROFILE

SPEAKERS: Final = ("caller", "agent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A call as a conversation, what was found in it, and what is hidden for that."""

    conversation: Conversation
    entities: Sequence[Entity]
    manifest: Manifest


def hide(sound: bytes, transcript: Transcript, *, name: str, detector: Detector) -> Hidden:
    """Hold a transcript against its sound and hide what the detector finds, as the step does.

    Raises:
        InvalidInput: the sound cannot be decoded.
        Withheld: the transcript cannot be what the sound says.
    """
    wav = to_wav(sound)
    facts = describe(wav)
    check_words(transcript, channels=facts.channels, duration_ms=facts.duration_ms)
    heard_on = measure_bleed(wav, [[w.time for u in channel for w in u.words] for channel in transcript.channels])
    check_coverage(wav, transcript, heard_on=heard_on)
    conversation = to_conversation(name, transcript, speakers=SPEAKERS)
    entities = detector.detect(conversation)
    manifest = build_manifest(
        conversation,
        entities,
        profile=DEFAULT_PROFILE,
        duration_ms=facts.duration_ms,
        channels=facts.channels,
        detector_version=detector.version,
        heard_on=heard_on,
    )
    return Hidden(conversation=conversation, entities=entities, manifest=manifest)
