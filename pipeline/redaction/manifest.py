"""The span manifest: the one list that redacted text, redacted sound, the review page and the export are made from.

It holds places, types, times and evidence, and no word of the call. It fails closed: a hidden word whose time is not
known, or lies outside the sound, withholds the whole. Each evidence is written with its sentence (`why`), so that the
file explains itself to who has only the file; the sentence is made anew at each writing and never read back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from pipeline.model.bleed import Bleed, BleedSign
from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.errors import InvalidInput, Withheld
from pipeline.model.span import CharSpan, TimeSpan, merge_times
from pipeline.model.transcript import Conversation, Turn, Word
from pipeline.redaction.explain import explain
from pipeline.redaction.placeholder import label
from pipeline.redaction.profile import RedactionProfile

SCHEMA: Final = "earmark.manifest/2"
_READ_TOO: Final = ("earmark.manifest/1",)
"""Earlier schemas that are read as they were written; /1 has no slot and no score in its evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One hidden span: where it stands in the text, what it is, why, and when its words are heard."""

    turn: int
    span: CharSpan
    type: EntityType
    score: float
    evidence: tuple[Evidence, ...]
    group: int
    channel: int
    times: tuple[TimeSpan, ...]

    @property
    def label(self) -> str:
        """What it is called throughout the call, such as `PERSON_1`."""
        return label(self.type, self.group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is hidden in a call. `muted[i]` are the spans of channel i that must not be heard; no channels, no sound.

    `heard_on` says on which other channels the words of a channel are heard, and so are muted.
    """

    conversation_id: str
    language: str
    detector_version: str
    profile_digest: str
    duration_ms: int
    entries: tuple[Entry, ...]
    muted: tuple[tuple[TimeSpan, ...], ...]
    heard_on: tuple[Bleed, ...] = ()

    @property
    def channels(self) -> int:
        """How many channels the sound has."""
        return len(self.muted)

    @property
    def muted_ms(self) -> int:
        """How long is muted, over all channels."""
        return sum(span.duration_ms for channel in self.muted for span in channel)

    def widened(self, extra_ms: int) -> Manifest:
        """Mute `extra_ms` more on both sides of every muted span; what is hidden in text stays as it is."""
        muted = tuple(
            merge_times(_padded(span, extra_ms, self.duration_ms) for span in channel) for channel in self.muted
        )
        return replace(self, muted=muted)

    def to_json(self) -> bytes:
        """Write it canonically: the same manifest is always the same bytes."""
        document = {
            "schema": SCHEMA,
            "conversation": self.conversation_id,
            "language": self.language,
            "detector": self.detector_version,
            "profile": self.profile_digest,
            "duration_ms": self.duration_ms,
            "channels": self.channels,
            "entries": [_entry_document(entry) for entry in self.entries],
            "muted": [[[s.start_ms, s.end_ms] for s in channel] for channel in self.muted],
            "heard_on": [asdict(bleed) for bleed in self.heard_on],
        }
        return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, document: bytes) -> Manifest:
        """Read what `to_json` wrote.

        Raises:
            InvalidInput: not a manifest, or of a schema that is not known here.
        """
        try:
            read = json.loads(document)
            if read["schema"] not in (SCHEMA, *_READ_TOO):
                raise InvalidInput("not a manifest of a schema that is known here")
            muted = tuple(tuple(TimeSpan(*span) for span in channel) for channel in read["muted"])
            return cls(
                conversation_id=read["conversation"],
                language=read["language"],
                detector_version=read["detector"],
                profile_digest=read["profile"],
                duration_ms=read["duration_ms"],
                entries=tuple(_entry(entry) for entry in read["entries"]),
                muted=muted,
                heard_on=tuple(Bleed(**b | {"sign": BleedSign(b["sign"])}) for b in read.get("heard_on", ())),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput("not a manifest") from error


def build_manifest(
    conversation: Conversation,
    entities: Sequence[Entity],
    *,
    profile: RedactionProfile,
    duration_ms: int,
    channels: int,
    detector_version: str,
    heard_on: Sequence[Bleed] = (),
) -> Manifest:
    """Turn entities into what is hidden and what is muted.

    Whole words are muted, `profile.padding_ms` wider on both sides, runs closer than `profile.merge_gap_ms` as one.

    Args:
        conversation: what the entities were found in.
        entities: disjoint within a turn, as `Detector.detect` gives them.
        profile: the tenant's settings; its digest is kept.
        duration_ms: how long the sound is.
        channels: how many channels the sound has; 0 for a transcript without sound.
        detector_version: of the detector that found them.
        heard_on: which channels' speech is heard on which others, and with what delay.

    Raises:
        Withheld: `word_times` when a hidden word has no time in the sound, `span` when an entity is not in its turn.
    """
    turns = {turn.index: turn for turn in conversation.turns}
    entries = [
        _entry_of(_turn_of(turns, entity), entity, has_sound=channels > 0)
        for entity in sorted(entities, key=lambda e: (e.turn, e.span))
    ]
    return Manifest(
        conversation_id=conversation.id,
        language=conversation.language,
        detector_version=detector_version,
        profile_digest=profile.digest,
        duration_ms=duration_ms,
        entries=tuple(entries),
        muted=_muted(entries, profile, duration_ms, channels, heard_on),
        heard_on=tuple(heard_on),
    )


def _turn_of(turns: Mapping[int, Turn], entity: Entity) -> Turn:
    turn = turns.get(entity.turn)
    if turn is None or entity.span.end > len(turn.text):
        raise Withheld("span")
    return turn


def _entry_of(turn: Turn, entity: Entity, *, has_sound: bool) -> Entry:
    words = touched_words(turn, entity.span)
    if has_sound and (not words or any(word.end_ms < word.start_ms or word.start_ms < 0 for word in words)):
        raise Withheld("word_times")
    return Entry(
        turn=entity.turn,
        span=entity.span,
        type=entity.type,
        score=round(entity.score, 4),
        evidence=entity.evidence,
        group=entity.group or 0,
        channel=turn.channel,
        times=tuple(word.time for word in words),
    )


def touched_words(turn: Turn, span: CharSpan) -> tuple[Word, ...]:
    """Give the words of a turn that a span touches, even by one character."""
    return tuple(word for word, place in zip(turn.words, turn.word_spans, strict=True) if place.touches(span))


def _muted(
    entries: Sequence[Entry],
    profile: RedactionProfile,
    duration_ms: int,
    channels: int,
    heard_on: Sequence[Bleed],
) -> tuple[tuple[TimeSpan, ...], ...]:
    spans: list[list[TimeSpan]] = [[] for _ in range(channels)]
    for entry in entries if channels else ():
        places = [(entry.channel, time) for time in entry.times]
        places += [(b.on, b.cover(time)) for b in heard_on if b.channel == entry.channel for time in entry.times]
        if any(time.start_ms >= duration_ms for time in entry.times):
            raise Withheld("word_times")
        for channel, time in places:
            if not 0 <= channel < channels:
                raise Withheld("word_times")
            spans[channel].append(_padded(time, profile.padding_ms, duration_ms))
    return tuple(merge_times(channel, gap_ms=profile.merge_gap_ms) for channel in spans)


def _padded(span: TimeSpan, padding_ms: int, duration_ms: int) -> TimeSpan:
    return TimeSpan(max(0, span.start_ms - padding_ms), min(duration_ms, span.end_ms + padding_ms))


def _entry_document(entry: Entry) -> dict[str, Any]:
    return {
        "turn": entry.turn,
        "start": entry.span.start,
        "end": entry.span.end,
        "type": entry.type.value,
        "score": entry.score,
        "group": entry.group,
        "label": entry.label,
        "channel": entry.channel,
        "times": [[time.start_ms, time.end_ms] for time in entry.times],
        "evidence": [_evidence_document(evidence) for evidence in entry.evidence],
    }


def _evidence_document(evidence: Evidence) -> dict[str, Any]:
    rounded = replace(evidence, score=None if evidence.score is None else round(evidence.score, 4))
    known = {name: value for name, value in asdict(rounded).items() if value is not None}
    return known | {"why": explain(evidence)}


def _entry(read: Mapping[str, Any]) -> Entry:
    return Entry(
        turn=read["turn"],
        span=CharSpan(read["start"], read["end"]),
        type=EntityType(read["type"]),
        score=read["score"],
        evidence=tuple(Evidence(**{k: v for k, v in e.items() if k != "why"}) for e in read["evidence"]),
        group=read["group"],
        channel=read["channel"],
        times=tuple(TimeSpan(*time) for time in read["times"]),
    )
