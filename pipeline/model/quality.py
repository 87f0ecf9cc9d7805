"""What a reader says of a sampled call: of each hidden entity whether it is personal, and what was not hidden.

Places are turns and times, never words: they say where to look and not what was said.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.span import TimeSpan

SCHEMA: Final = "earmark.quality.findings/1"


class Verdict(StrEnum):
    """What a reader says of one hidden entity. Who only sees its label cannot always tell."""

    PERSONAL = "personal"
    NOT_PERSONAL = "not_personal"
    UNSURE = "unsure"


class Part(StrEnum):
    """Whose reading it is. No reader is told."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True, order=True)
class Missed:
    """Words that should have been hidden: in which turn, from when to when, as what."""

    turn: int
    time: TimeSpan
    type: EntityType


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """One whole reading. `verdicts[i]` is of the manifest's entry i; `missed` are in order, none touching another."""

    verdicts: tuple[Verdict, ...]
    missed: tuple[Missed, ...] = ()

    def __post_init__(self) -> None:
        if any(a.turn == b.turn and a.time.touches(b.time) for a, b in zip(self.missed, self.missed[1:], strict=False)):
            raise InvalidInput("the same words were marked twice")
        if list(self.missed) != sorted(self.missed):
            raise InvalidInput("marks stand in their order")

    def to_json(self) -> bytes:
        """Write them, always the same bytes for the same findings."""
        document = {
            "schema": SCHEMA,
            "verdicts": [verdict.value for verdict in self.verdicts],
            "missed": [[m.turn, m.time.start_ms, m.time.end_ms, m.type.value] for m in self.missed],
        }
        return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, document: bytes) -> Findings:
        """Read what `to_json` wrote.

        Raises:
            InvalidInput: not findings of a schema that is known here.
        """
        try:
            read = json.loads(document)
            if read["schema"] != SCHEMA:
                raise InvalidInput("not findings of a schema that is known here")
            missed = tuple(Missed(turn, TimeSpan(a, b), EntityType(kind)) for turn, a, b, kind in read["missed"])
            return cls(verdicts=tuple(Verdict(v) for v in read["verdicts"]), missed=missed)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput("not findings") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often, of one type: rightly hidden, hidden for nothing, not to be told, and missed."""

    personal: int = 0
    not_personal: int = 0
    unsure: int = 0
    missed: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Count both together."""
        return Counts(
            personal=self.personal + other.personal,
            not_personal=self.not_personal + other.not_personal,
            unsure=self.unsure + other.unsure,
            missed=self.missed + other.missed,
        )


def count_types(findings: Findings, types: Sequence[EntityType]) -> Mapping[EntityType, Counts]:
    """Count findings by type.

    Args:
        findings: of one call.
        types: of the manifest's entries, in their order.

    Raises:
        InvalidInput: not a verdict for each entry.
    """
    if len(findings.verdicts) != len(types):
        raise InvalidInput("each hidden entity needs a verdict")
    said = Counter(zip(types, findings.verdicts, strict=True))
    missed = Counter(m.type for m in findings.missed)
    return {
        kind: Counts(
            personal=said[kind, Verdict.PERSONAL],
            not_personal=said[kind, Verdict.NOT_PERSONAL],
            unsure=said[kind, Verdict.UNSURE],
            missed=missed[kind],
        )
        for kind in sorted({*types, *missed})
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetWord:
    """One thing that a reader sees: a word, or the label of a hidden entity in its place (`entry` says which)."""

    text: str = field(repr=False)
    time: TimeSpan
    entry: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTurn:
    """What one party said before the other did, as a reader sees it."""

    index: int
    channel: int
    speaker: str
    words: tuple[SheetWord, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a reader is given to judge. `types` and `labels` are of the manifest's entries, in their order."""

    types: tuple[EntityType, ...]
    labels: tuple[str, ...]
    turns: tuple[SheetTurn, ...] = field(repr=False)

    @property
    def visible(self) -> int:
        """How many words are not hidden."""
        return sum(word.entry is None for turn in self.turns for word in turn.words)

    def mark(self, turn: int, first: int, last: int, kind: EntityType) -> Missed:
        """Mark words of a turn, from the word at `first` to the one at `last`, as missed.

        Raises:
            InvalidInput: there are no such words, or one of them is hidden already.
        """
        found = next((t for t in self.turns if t.index == turn), None)
        if found is None or not 0 <= first <= last < len(found.words):
            raise InvalidInput("a mark names words of the call")
        words = found.words[first : last + 1]
        if any(word.entry is not None for word in words):
            raise InvalidInput("what is hidden already cannot have been missed")
        return Missed(turn, TimeSpan(words[0].time.start_ms, max(w.time.end_ms for w in words)), kind)

    def words_in(self, missed: Missed) -> frozenset[tuple[int, int]]:
        """Name the visible words that a mark covers, each by its turn and place in it."""
        return frozenset(
            (turn.index, place)
            for turn in self.turns
            if turn.index == missed.turn
            for place, word in enumerate(turn.words)
            if word.entry is None and word.time.touches(missed.time)
        )


def plain_counts(counts: Mapping[EntityType, Counts]) -> dict[str, Any]:
    """Write counts as they stand in a column."""
    return {kind.value: [c.personal, c.not_personal, c.unsure, c.missed] for kind, c in counts.items()}


def counts_of(plain: Mapping[str, Sequence[int]]) -> Mapping[EntityType, Counts]:
    """Read counts from a column."""
    return {
        EntityType(kind): Counts(personal=a, not_personal=b, unsure=c, missed=d) for kind, (a, b, c, d) in plain.items()
    }
