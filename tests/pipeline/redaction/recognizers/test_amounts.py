from __future__ import annotations

import pytest

from pipeline.redaction.normalise import write
from pipeline.redaction.recognizers.amounts import is_amount


@pytest.mark.parametrize(
    "said", ["forty dollars", "at two thirty", "20 mg", "$ 5 4", "three hundred percent", "about 12", "9 a m"]
)
def test_what_counts_or_measures_is_an_amount(said: str) -> None:
    view = write(said)
    assert is_amount(view, view.runs[0])


@pytest.mark.parametrize(
    "said", ["four four one two", "at five five five one two", "123456789 dollars", "a b 4 dollars"]
)
def test_codes_and_very_long_numbers_are_not(said: str) -> None:
    view = write(said)
    assert not is_amount(view, view.runs[0])


def test_a_long_number_in_a_place_is_no_time_of_day():
    written = write("555 0167 in the same area")
    assert not is_amount(written, written.runs[0])
    clock = write("9 30 in the morning")
    assert is_amount(clock, clock.runs[0])


@pytest.mark.parametrize(
    "said",
    [
        "7 to 10 days",
        "two or three hundred dollars",
        "20 and 40 mg",
        "between 100 and 5000 dollars",
        "anything from 1500 to 2000 dollars",
        "5 or 10 to 15 minutes",
        "the card expires in 10 to 15 days",
    ],
)
def test_the_lower_end_of_a_range_is_an_amount(said: str) -> None:
    view = write(said)
    assert all(is_amount(view, run) for run in view.runs)


@pytest.mark.parametrize(
    "said",
    [
        "my pin is 4412 and 20 dollars",
        "four four one two and twenty dollars",
        "my pin is 4412 and 5000 dollars",
        "my pin is 4412 or 5000 dollars",
        "take it from account 4412 to 5000 dollars",
        "4412 and 5000 dollars please",
        "441 and 200 dollars",
        "4412 to my 20 dollars",
        "it's s m i t h and 20 dollars",
        "it's l e e and 5000 dollars",
        "it's s m i t h people call me sam",
    ],
)
def test_a_code_before_an_amount_is_no_part_of_it(said: str) -> None:
    view = write(said)
    assert not is_amount(view, view.runs[0])


@pytest.mark.parametrize(
    ("said", "is_time"),
    [
        ("two thirty on friday", True),
        ("two thirty on a tuesday", True),
        ("two thirty on hold", False),
        ("four four one two on friday", False),
        ("at four four one two on a friday", False),
    ],
)
def test_an_hour_before_a_day_is_a_time_and_a_code_is_not(said: str, is_time: bool) -> None:
    view = write(said)
    assert is_amount(view, view.runs[0]) is is_time
