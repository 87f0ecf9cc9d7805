"""Half-open intervals over text and time, and the one algebra both share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.model.errors import InvalidInput


@dataclass(frozen=True, slots=True, order=True)
class CharSpan:
    """Characters `start` up to and without `end`, counted in code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise InvalidInput("a span starts at 0 or later and ends after its start")

    def touches(self, other: CharSpan) -> bool:
        """Say whether the two share a character; spans that only meet do not."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """Milliseconds `start_ms` up to and without `end_ms`, from the start of the audio."""

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms < self.end_ms:
            raise InvalidInput("a time span starts at 0 or later and ends after its start")

    @property
    def duration_ms(self) -> int:
        """How long it lasts."""
        return self.end_ms - self.start_ms

    def touches(self, other: TimeSpan) -> bool:
        """Say whether the two share an instant; spans that only meet do not."""
        return self.start_ms < other.end_ms and other.start_ms < self.end_ms


def merge_times(spans: Iterable[TimeSpan], *, gap_ms: int = 0) -> tuple[TimeSpan, ...]:
    """Join spans closer than or exactly `gap_ms` apart: disjoint, ascending, covering at least what was given."""
    merged: list[TimeSpan] = []
    for span in sorted(spans):
        if merged and span.start_ms <= merged[-1].end_ms + gap_ms:
            merged[-1] = TimeSpan(merged[-1].start_ms, max(merged[-1].end_ms, span.end_ms))
        else:
            merged.append(span)
    return tuple(merged)


def invert_times(spans: Iterable[TimeSpan], *, total_ms: int) -> tuple[TimeSpan, ...]:
    """Give what of `[0, total_ms)` lies outside the spans; twice is the merged original, cut to the total."""
    outside: list[TimeSpan] = []
    at = 0
    for span in merge_times(spans):
        if span.start_ms >= total_ms:
            break
        if span.start_ms > at:
            outside.append(TimeSpan(at, span.start_ms))
        at = max(at, span.end_ms)
    if at < total_ms:
        outside.append(TimeSpan(at, total_ms))
    return tuple(outside)
