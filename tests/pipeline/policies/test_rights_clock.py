"""Days counted by hand on a calendar; the counts stand beside each."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.policies.loader import load_bundle, load_rights_clocks
from pipeline.policies.rights_clock import (
    RightsClock,
    RightsClocks,
    add_months,
    add_working_days,
    deadline,
    is_working_day_nz,
)

NEJIX, CONNEKZ, CLOCKS = load_bundle("nejix"), load_bundle("connekz"), load_rights_clocks()
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
@pytest.mark.parametrize(
    ("received", "due", "half", "late"),
    [
        (date(2026, 11, 28), date(2026, 12, 28), date(2026, 12, 13), date(2026, 12, 23)),
        (date(2027, 1, 31), date(2027, 3, 2), date(2027, 2, 15), date(2027, 2, 25)),
        (date(2028, 2, 1), date(2028, 3, 2), date(2028, 2, 16), date(2028, 2, 26)),  # a leap year
    ],
)
def test_thirty_calendar_days_from_receipt_with_alerts_on_days_15_and_25(received, due, half, late):
    found = deadline(received, NEJIX, CLOCKS)
    assert (found.due_on, found.half_on, found.late_on) == (due, half, late)
    assert (found.clause.document, found.clause.section) == ("nejix", "7")
    assert ((half - received).days, (late - received).days) == (15, 25)


@pytest.mark.clause("connekz", "5", "access, correct, or request deletion")
@pytest.mark.contradiction(13)
@pytest.mark.parametrize(
    ("received", "due"),
    [
        # Mon 2 Mar 2026: 3-6 (4), 9-13 (9), 16-20 (14), 23-27 (19), Mon 30 (20); 28 days, earlier than 30.
        (date(2026, 3, 2), date(2026, 3, 30)),
        # Fri 20 Mar 2026: 23-27 (5), 30 Mar-2 Apr (9; Good Friday 3), 7-10 (13; Easter Monday 6), 13-17 (18),
        # Mon 20, Tue 21 Apr (20) is 32 days: the 30 days of Sun 19 Apr come first.
        (date(2026, 3, 20), date(2026, 4, 19)),
        # Wed 2 Dec 2026: the summer break makes working days endless; 30 days count.
        (date(2026, 12, 2), date(2027, 1, 1)),
        # Thu 28 Jan 2027: 29 (1), 1-5 Feb (6; Waitangi on Sat 6, kept on Mon 8), 9-12 (10), 15-19 (15),
        # 22-26 (20): Fri 26 Feb, 29 days.
        (date(2027, 1, 28), date(2027, 2, 26)),
    ],
)
def test_the_earlier_of_thirty_days_and_twenty_working_days_of_new_zealand_counts(received, due):
    assert deadline(received, CONNEKZ, CLOCKS).due_on == due


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 12, 24), 1, date(2027, 1, 18)),  # Fri 25 Dec to Fri 15 Jan do not count, 16 and 17 are a weekend
        (date(2026, 12, 2), 20, date(2027, 1, 21)),  # 3-4 (2), 7-11 (7), 14-18 (12), 21-24 (16), 18-21 Jan (20)
        (date(2026, 7, 9), 1, date(2026, 7, 13)),  # Matariki on Fri 10
        (date(2026, 4, 24), 1, date(2026, 4, 28)),  # Anzac Day on Sat 25, kept on Mon 27
        (date(2026, 10, 23), 1, date(2026, 10, 27)),  # Labour Day on Mon 26
    ],
)
def test_new_zealands_working_days_are_counted_by_hand(start, count, end):
    assert add_working_days(start, count, country="NZ") == end


def test_the_working_days_of_another_country_are_not_guessed():
    with pytest.raises(InvalidInput):
        add_working_days(date(2026, 1, 1), 1, country="AU")


@pytest.mark.parametrize(
    ("places", "due", "section"),
    [
        (("DE", "EU"), date(2027, 2, 28), "EU"),  # a month from 31 January has no 31st: 28 days
        (("BR",), date(2027, 2, 15), "BR"),
        (("US-CA", "US"), date(2027, 3, 2), "7"),  # 45 days are later than the policy's 30
        ((), date(2027, 3, 2), "7"),
    ],
)
@pytest.mark.contradiction(13)
def test_the_earliest_clock_counts_and_is_named(places, due, section):
    found = deadline(date(2027, 1, 31), NEJIX, CLOCKS, places=places)
    assert (found.due_on, found.clause.section) == (due, section)


@given(DAYS, st.integers(1, 30))
def test_no_more_places_ever_give_more_time(received, count):
    some = tuple(clock.place for clock in CLOCKS.clocks[: count % (len(CLOCKS.clocks) + 1)])
    for bundle in (NEJIX, CONNEKZ):
        alone, joined = deadline(received, bundle, CLOCKS), deadline(received, bundle, CLOCKS, places=some)
        assert received < joined.half_on <= joined.late_on < joined.due_on <= alone.due_on
        assert joined.due_on <= received + timedelta(days=30)


@given(DAYS, st.integers(1, 40))
def test_a_count_of_working_days_ends_on_a_working_day_and_holds_that_many(start, count):
    end = add_working_days(start, count, country="NZ")
    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert is_working_day_nz(end)
    assert sum(map(is_working_day_nz, between)) == count


@given(DAYS, st.integers(1, 12))
def test_months_keep_the_day_or_take_the_last(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_a_clock_is_one_clock():
    with pytest.raises(ValueError, match="one of them"):
        RightsClock(place="NZ", days=1, months=1, cite="a law s 1", checked_on=date(2026, 1, 1))
    assert RightsClocks(clocks=()).clocks == ()
