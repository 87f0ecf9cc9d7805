"""Calls written down for tests: who says what, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Conversation, Transcript, Turn, Utterance, Word, to_conversation
from pipeline.redaction.manifest import Manifest, build_manifest
from pipeline.redaction.profile import DEFAULT_PROFILE, RedactionProfile

SPEAKERS = ("caller", "agent")
_WORD_MS, _STEP_MS = 300, 350


def said(channel: int, text: str, start_ms: int, *, confidence: float | None = None) -> tuple[Word, ...]:
    """Words of 300 ms, one every 350."""
    return tuple(
        Word(
            text=word,
            channel=channel,
            start_ms=start_ms + n * _STEP_MS,
            end_ms=start_ms + n * _STEP_MS + _WORD_MS,
            confidence=confidence,
        )
        for n, word in enumerate(text.split())
    )


def a_conversation(*runs: Sequence[Word], language: str = "en") -> Conversation:
    """Make a conversation of runs of words, the caller on channel 0 and an agent on channel 1."""
    transcript = Transcript(
        engine="written",
        model="1",
        language=language,
        duration_ms=0,
        channels=tuple(
            tuple(Utterance(channel=n, words=tuple(run)) for run in runs if run[0].channel == n) for n in range(2)
        ),
    )
    return to_conversation("call", transcript, speakers=SPEAKERS)


def finder(
    known: Mapping[str, EntityType], *, recognizer: str = "Introductions"
) -> Callable[[Conversation], tuple[Entity, ...]]:
    """Give a detector that finds these phrases, and nothing else."""

    def find(conversation: Conversation) -> tuple[Entity, ...]:
        found = [entity for turn in conversation.turns for entity in _phrases(turn, known, recognizer)]
        return tuple(sorted(found, key=lambda e: (e.turn, e.span)))

    return find


def _phrases(turn: Turn, known: Mapping[str, EntityType], recognizer: str) -> Iterator[Entity]:
    padded = f" {turn.text} "
    for phrase, kind in known.items():
        at = padded.find(f" {phrase} ")
        if at >= 0:
            yield Entity(
                turn=turn.index,
                span=CharSpan(at, at + len(phrase)),
                type=kind,
                score=1.0,
                evidence=(Evidence(recognizer=recognizer),),
                group=1,
            )


def a_manifest(
    conversation: Conversation,
    entities: Sequence[Entity],
    *,
    duration_ms: int,
    profile: RedactionProfile = DEFAULT_PROFILE,
) -> Manifest:
    """Make the manifest of a call of two channels."""
    return build_manifest(
        conversation, entities, profile=profile, duration_ms=duration_ms, channels=2, detector_version="test"
    )
