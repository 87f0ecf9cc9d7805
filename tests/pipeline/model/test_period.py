from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.model.period import Period, PeriodStep, read_period

TODAY = date(2026, 11, 21)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def test_nothing_chosen_is_the_last_thirty_days():
    period = read_period("", "", today=TODAY)
    assert (period.since, period.until, period.step) == (date(2026, 10, 23), TODAY, PeriodStep.DAY)
    assert (period.begins_at, period.ends_at) == (
        datetime(2026, 10, 23, tzinfo=UTC),
        datetime(2026, 11, 22, tzinfo=UTC),
    )
    assert len(period.steps()) == 30


@pytest.mark.parametrize(
    ("since", "until", "step", "first", "count"),
    [
        ("2026-11-21", "2026-11-21", "day", "2026-11-21", 1),
        ("2026-09-02", "2026-11-21", "week", "2026-08-31", 12),
        ("2026-01-15", "2026-12-31", "month", "2026-01-01", 12),
    ],
)
def test_a_longer_period_has_longer_steps(since, until, step, first, count):
    period = read_period(since, until, today=TODAY)
    assert (period.step, period.steps()[0].isoformat(), len(period.steps())) == (step, first, count)


@given(DAYS, DAYS)
def test_every_day_of_a_period_lies_in_one_step_and_there_are_few(one, other):
    period = Period(since=min(one, other), until=max(one, other))
    steps = period.steps()
    assert sorted(set(steps)) == list(steps)
    assert steps[0] <= period.since
    assert steps[-1] <= period.until
    assert len(steps) <= 125


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-11-22", "2026-11-21"),
        ("2020-01-01", "2026-01-01"),
        ("yesterday", ""),
        ("", "1999-12-31"),
        ("", "0001-01-01"),
    ],
)
def test_what_is_no_period_is_refused(since, until):
    with pytest.raises(InvalidInput):
        read_period(since, until, today=TODAY)
