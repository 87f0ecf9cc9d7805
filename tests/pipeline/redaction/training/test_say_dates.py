from __future__ import annotations

from random import Random

import pytest

from pipeline.redaction.training.say_dates import MONTHS, date, day_and_month, day_of, expiry, ordinal, year

SEEDS = range(400)


@pytest.mark.parametrize(("value", "said"), [(1, "first"), (12, "twelfth"), (20, "twentieth"), (23, "twenty third"),
                                              (30, "thirtieth"), (31, "thirty first")])  # fmt: skip
def test_days_are_said_as_ordinals(value: int, said: str) -> None:
    assert said in {ordinal(Random(seed), value) for seed in SEEDS}


def test_written_ordinals_end_as_they_should() -> None:
    written = {ordinal(Random(seed), day) for seed in SEEDS for day in range(1, 32)}
    assert {"1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "31st"} <= written


@pytest.mark.parametrize(
    ("value", "ways"),
    [
        (1987, {"nineteen eighty seven", "nineteen hundred and eighty seven", "eighty seven", "1987"}),
        (1905, {"nineteen oh five", "1905"}),
        (1900, {"nineteen hundred", "1900"}),
        (2000, {"two thousand", "2000"}),
        (2006, {"two thousand six", "two thousand and six", "twenty oh six"}),
    ],
)
def test_years_are_said_in_all_their_ways(value: int, ways: set[str]) -> None:
    assert ways <= {year(Random(seed), value) for seed in SEEDS}


def test_a_drawn_day_is_one_that_its_month_has() -> None:
    assert {day_of(Random(seed), 2, 1999) for seed in SEEDS} == set(range(1, 29))
    assert max(day_of(Random(seed), 2, 2000) for seed in SEEDS) == 29
    assert max(day_of(Random(seed), 12, 1999) for seed in SEEDS) == 31


def test_a_date_is_said_with_its_month_by_name_or_by_number() -> None:
    said = {date(Random(seed), 4, 7, 1961) for seed in SEEDS}
    assert {"july fourth nineteen sixty one", "4/7/1961", "7/4/1961", "07-04-1961", "04/07/61"} <= said
    assert any(one.startswith("oh four oh seven ") for one in said)


def test_a_day_without_its_year_names_its_month() -> None:
    assert all("october" in day_and_month(Random(seed), 9, 10) for seed in SEEDS)


def test_an_expiry_is_a_month_and_a_year() -> None:
    said = {expiry(Random(seed), 9, 2027) for seed in SEEDS}
    assert {"nine twenty seven", "oh nine twenty seven", "09/27", "nine slash twenty seven"} <= said
    assert any(one.startswith(MONTHS[8]) for one in said)
