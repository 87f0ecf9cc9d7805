"""Two readings of the same call held against each other: what they agree on, and what a third person must settle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline.model.agreement import NONE, Agreement
from pipeline.model.errors import InvalidInput
from pipeline.model.quality import Findings, Missed, Sheet, Verdict


class Choice(StrEnum):
    """What a third person says about marks that differ."""

    FIRST = "first"
    SECOND = "second"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictDispute:
    """One hidden entity, on which two readers said different things."""

    entry: int
    first: Verdict
    second: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDispute:
    """Marks of two readers about the same stretch that are not the same; one of the two may have none."""

    first: tuple[Missed, ...]
    second: tuple[Missed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputes:
    """All that two readers differ in, in the order of the call."""

    verdicts: tuple[VerdictDispute, ...]
    marks: tuple[MarkDispute, ...]

    def __bool__(self) -> bool:
        return bool(self.verdicts or self.marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How two readings of one call agree: on hidden entities, on visible words, and on the stretches they marked."""

    entities: Agreement = NONE
    words: Agreement = NONE
    marks: Agreement = NONE

    def __add__(self, other: Compared) -> Compared:
        """Count both together."""
        return Compared(
            entities=self.entities + other.entities, words=self.words + other.words, marks=self.marks + other.marks
        )


NOTHING_COMPARED: Final = Compared()


def find_disputes(first: Findings, second: Findings) -> Disputes:
    """List what two readers of a call differ in.

    Raises:
        InvalidInput: they are not about the same entities.
    """
    if len(first.verdicts) != len(second.verdicts):
        raise InvalidInput("two readings are of the same call")
    said = enumerate(zip(first.verdicts, second.verdicts, strict=True))
    return Disputes(
        verdicts=tuple(VerdictDispute(entry=at, first=a, second=b) for at, (a, b) in said if a is not b),
        marks=tuple(MarkDispute(first=a, second=b) for a, b in _stretches(first.missed, second.missed) if a != b),
    )


def compare(first: Findings, second: Findings, sheet: Sheet) -> Compared:
    """Count how two readings agree. Yes is "not personal" for an entity, and "missed" for a word.

    An entity that one of them was unsure of says nothing about agreement and is left out.
    """
    pairs = [
        (a is Verdict.NOT_PERSONAL, b is Verdict.NOT_PERSONAL)
        for a, b in zip(first.verdicts, second.verdicts, strict=True)
        if Verdict.UNSURE not in (a, b)
    ]
    one, other = (frozenset(w for m in found.missed for w in sheet.words_in(m)) for found in (first, second))
    stretches = _stretches(first.missed, second.missed)
    return Compared(
        entities=Agreement(
            both=pairs.count((True, True)),
            only_first=pairs.count((True, False)),
            only_second=pairs.count((False, True)),
            neither=pairs.count((False, False)),
        ),
        words=Agreement(
            both=len(one & other),
            only_first=len(one - other),
            only_second=len(other - one),
            neither=sheet.visible - len(one | other),
        ),
        marks=Agreement(
            both=sum(bool(a and b) for a, b in stretches),
            only_first=sum(not b for _, b in stretches),
            only_second=sum(not a for a, _ in stretches),
        ),
    )


def settle(
    first: Findings, second: Findings, *, verdicts: Mapping[int, Verdict], marks: Sequence[Choice] = ()
) -> Findings:
    """Put together what two readers agree on and what a third person said about the rest.

    Args:
        first: one reading.
        second: the other.
        verdicts: for each disputed entity, and no other, what it is.
        marks: for each dispute about marks, in order, whose marks stand.

    Raises:
        InvalidInput: something is not settled, or was not disputed.
    """
    disputes = find_disputes(first, second)
    if set(verdicts) != {d.entry for d in disputes.verdicts} or len(marks) != len(disputes.marks):
        raise InvalidInput("all that is disputed is settled, and nothing else")
    settled = [verdicts.get(at, verdict) for at, verdict in enumerate(first.verdicts)]
    kept = [m for a, b in _stretches(first.missed, second.missed) if a == b for m in a]
    for dispute, choice in zip(disputes.marks, marks, strict=True):
        kept += {Choice.FIRST: dispute.first, Choice.SECOND: dispute.second, Choice.NEITHER: ()}[choice]
    return Findings(verdicts=tuple(settled), missed=tuple(sorted(kept)))


def _stretches(
    first: Sequence[Missed], second: Sequence[Missed]
) -> list[tuple[tuple[Missed, ...], tuple[Missed, ...]]]:
    """Put together marks that share time in a turn, whoever made them: each stretch with its marks of both."""
    found: list[tuple[list[Missed], list[Missed]]] = []
    end, turn = -1, -1
    for mark, whose in sorted([(m, 0) for m in first] + [(m, 1) for m in second]):
        if mark.turn != turn or mark.time.start_ms >= end:
            found.append(([], []))
            turn, end = mark.turn, mark.time.end_ms
        found[-1][whose].append(mark)
        end = max(end, mark.time.end_ms)
    return [(tuple(a), tuple(b)) for a, b in found]
