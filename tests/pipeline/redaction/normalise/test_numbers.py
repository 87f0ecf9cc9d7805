from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction.normalise.numbers import read_number, read_ordinal
from pipeline.redaction.normalise.tables import ENGLISH

_UNITS = {value: word for word, value in ENGLISH.units.items() if word not in ("niner", "nought", "naught", "nil")}
_SMALL = _UNITS | {value: word for word, value in ENGLISH.teens.items()}
_TENS = {value: word for word, value in ENGLISH.tens.items() if word != "fourty"}


def said(number: int) -> list[str]:
    if number >= 1000:
        return [*said(number // 1000), "thousand", *(said(number % 1000) if number % 1000 else [])]
    if number >= 100:
        return [*said(number // 100), "hundred", *(["and", *said(number % 100)] if number % 100 else [])]
    if number < 20:
        return [_SMALL[number]]
    return [_TENS[number // 10 * 10], *([_SMALL[number % 10]] if number % 10 else [])]


@given(st.integers(min_value=1, max_value=99_999))
def test_a_number_said_in_full_is_read_as_itself(number: int) -> None:
    keys = said(number)
    assert read_number(keys, 0, ENGLISH) == (str(number), len(keys))


@pytest.mark.parametrize(("keys", "read"), [(["zero", "five"], ("0", 1)), (["nineteen", "sixty"], ("19", 1))])
def test_zero_and_pairs_stay_numbers_of_their_own(keys: list[str], read: tuple[str, int]) -> None:
    assert read_number(keys, 0, ENGLISH) == read


@pytest.mark.parametrize(
    ("keys", "read"),
    [
        (["twenty", "first"], ("21", 2)),
        (["21st"], ("21", 1)),
        (["thirty", "one", "st", "of"], ("31", 3)),
        (["second"], ("2", 1)),
        (["twenty", "one", "st", "street"], None),
        (["hello"], None),
    ],
)
def test_ordinals_are_read_and_a_street_is_none(keys: list[str], read: tuple[str, int] | None) -> None:
    assert read_ordinal(keys, 0, ENGLISH) == read
