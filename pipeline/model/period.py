"""A stretch of days over which things are counted, and the steps in which a plot shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from pipeline.model.errors import InvalidInput

_USUAL: Final = timedelta(days=29)
_LONGEST: Final = timedelta(days=3 * 366)
_MOST_DAYS: Final = 45
_MOST_WEEKS: Final = 27


class PeriodStep(StrEnum):
    """What one column of a plot stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days in UTC, both ends included."""

    since: date
    until: date

    @property
    def begins_at(self) -> datetime:
        """The first moment of it."""
        return datetime.combine(self.since, time(), UTC)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.until + timedelta(days=1), time(), UTC)

    @property
    def step(self) -> PeriodStep:
        """Choose steps so that a plot has no more columns than can be told apart."""
        days = (self.until - self.since).days + 1
        if days <= _MOST_DAYS:
            return PeriodStep.DAY
        return PeriodStep.WEEK if days <= _MOST_WEEKS * 7 else PeriodStep.MONTH

    def steps(self) -> tuple[date, ...]:
        """List the first day of each step, also of one in which nothing happened. A week begins on Monday."""
        return tuple(self._each())

    def _each(self) -> Iterator[date]:
        at = _first_of(self.since, self.step)
        while at <= self.until:
            yield at
            at = _first_of(at + timedelta(days={"day": 1, "week": 7, "month": 31}[self.step]), self.step)


def read_period(since: str, until: str, *, today: date) -> Period:
    """Read the days that somebody chose; what is empty is the last thirty days, or up to today.

    Raises:
        InvalidInput: no days, an end before the beginning, or more than three years.
    """
    try:
        last = date.fromisoformat(until) if until else today
        first = date.fromisoformat(since) if since else last - _USUAL
    except (ValueError, OverflowError):
        raise InvalidInput("a period is two days such as 2026-11-01 and 2026-11-30") from None
    if first > last or last - first > _LONGEST or not date(2000, 1, 1) <= first <= last <= date(2200, 1, 1):
        raise InvalidInput("a period begins before it ends, and is three years long at most")
    return Period(since=first, until=last)


def _first_of(day: date, step: PeriodStep) -> date:
    if step is PeriodStep.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if step is PeriodStep.WEEK else day
