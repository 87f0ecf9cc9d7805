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
