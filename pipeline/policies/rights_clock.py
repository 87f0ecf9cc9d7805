"""By when a person must have their answer: the policy's own promise and every clock of law, and the earliest counts.

A clock runs from the day of receipt, whatever is asked of the person meanwhile: an identity check never stops it.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Annotated, Final

import holidays
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, model_validator

from pipeline.model.decision_terms import Clause
from pipeline.model.errors import InvalidInput
from pipeline.model.subject import Deadline
from pipeline.policies.bundle import Bundle

_LAW: Final = "rights_clocks"
_SUMMER: Final = ((12, 25), (1, 15))
"""25 December to 15 January are no working days in New Zealand (Privacy Act 2020 s 7, Official Information Act s 2)."""
_LATE: Final = (5, 6)
"""Day 25 of 30: the second reminder, as a share of the time there is."""

Days = Annotated[StrictInt, Field(ge=1, le=366)]


class RightsClock(BaseModel):
    """What the law of one place gives for an answer: one of the three."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: StrictStr
    days: Days | None = None
    working_days: Days | None = None
    months: Annotated[StrictInt, Field(ge=1, le=12)] | None = None
    cite: StrictStr = Field(min_length=5)
    checked_on: date

    @model_validator(mode="after")
    def _is_one_clock(self) -> RightsClock:
        if [self.days, self.working_days, self.months].count(None) != 2:
            raise ValueError("a clock is days, working_days or months, and one of them")
        return self


class RightsClocks(BaseModel):
    """Every clock of law that is known here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clocks: tuple[RightsClock, ...]


def deadline(received_on: date, bundle: Bundle, clocks: RightsClocks, *, places: tuple[str, ...] = ()) -> Deadline:
    """Give the last day for an answer, and the days on which somebody is reminded.

    Args:
        received_on: the day the request came, in whatever form and with whatever proof.
        bundle: the policy that the tenant is under.
        clocks: the clocks of law.
        places: where the person is, and what that place belongs to (`DE`, `EU`); no place has no clock of law.
    """
    due_on, _, clause = min(_ends(received_on, bundle, clocks, places), key=lambda end: end[:2])
    days = (due_on - received_on).days
    return Deadline(
        due_on=due_on,
        half_on=received_on + timedelta(days=days // 2),
        late_on=received_on + timedelta(days=days * _LATE[0] // _LATE[1]),
        clause=clause,
    )


def _ends(
    received_on: date, bundle: Bundle, clocks: RightsClocks, places: tuple[str, ...]
) -> Iterator[tuple[date, int, Clause]]:
    """Give every day on which a clock ends; the policy's own is named before the law's where they agree."""
    rights = bundle.rights
    clause = bundle.cite(rights)
    yield received_on + timedelta(days=rights.respond_within_days), 0, clause
    if rights.respond_within_working_days is not None:
        country = rights.working_days_of or ""
        yield add_working_days(received_on, rights.respond_within_working_days, country=country), 0, clause
    for number, clock in enumerate(clocks.clocks, start=1):
        if clock.place in places:
            yield _end(received_on, clock), number, Clause(document=_LAW, section=clock.place, key=clock.cite)


def _end(received_on: date, clock: RightsClock) -> date:
    if clock.months is not None:
        return add_months(received_on, clock.months)
    if clock.working_days is not None:
        return add_working_days(received_on, clock.working_days, country=clock.place)
    return received_on + timedelta(days=clock.days or 0)


def add_working_days(day: date, count: int, *, country: str) -> date:
    """Count working days on; the day itself is not counted.

    Raises:
        InvalidInput: the working days of that country are not known here.
    """
    if country != "NZ":
        raise InvalidInput("only the working days of New Zealand are known")
    while count:
        day += timedelta(days=1)
        count -= is_working_day_nz(day)
    return day


def is_working_day_nz(day: date) -> bool:
    """Say whether a day counts in New Zealand: no weekend, no public holiday, not 25 December to 15 January."""
    is_summer = (day.month, day.day) >= _SUMMER[0] or (day.month, day.day) <= _SUMMER[1]
    return day.weekday() < 5 and not is_summer and day not in _holidays_nz(day.year)


def add_months(day: date, months: int) -> date:
    """Give the same day of a later month, or its last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


@cache
def _holidays_nz(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("NZ", years=year))
