from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction.normalise import write
from pipeline.redaction.training.say_numbers import MANNERS, amount, digits, number

PLAIN = ["single", "doubles", "figures", "spaced figures", "hyphened"]
"""Manners that say each digit; pairs may be read in more than one way, as when people say them."""


def read_back(said: str) -> str:
    return "".join(c for c in write(f"it is {said}").text if c.isdecimal())


@pytest.mark.parametrize("manner", PLAIN)
@given(figures=st.from_regex(r"0?[1-9][0-9]{2,15}", fullmatch=True), seed=st.integers(0, 999))
def test_said_digits_read_back_as_the_same_digits(manner: str, figures: str, seed: int) -> None:
    assert read_back(" ".join(digits(Random(seed), figures, manner))) == figures


@given(figures=st.from_regex(r"([1-9][1-9]){1,6}", fullmatch=True), seed=st.integers(0, 999))
def test_pairs_without_noughts_read_back_as_the_same_digits(figures: str, seed: int) -> None:
    assert read_back(" ".join(digits(Random(seed), figures, "pairs"))) == figures


@given(value=st.integers(1, 99_999), seed=st.integers(0, 9))
def test_amounts_read_back_with_and_without_and(value: int, seed: int) -> None:
    assert read_back(amount(Random(seed), value)) == str(value)


def test_and_stands_only_before_the_last_two_digits() -> None:
    assert number(123, with_and=True) == "one hundred and twenty three"
    assert number(2_005, with_and=True) == "two thousand and five"
    assert number(4_100, with_and=True) == "four thousand one hundred"
    assert number(300, with_and=True) == "three hundred"


def test_signs_between_digits_are_not_said() -> None:
    assert digits(Random(0), "12-3 4", "spaced figures") == ["1", "2", "3", "4"]


def test_a_telephone_number_is_hyphened_as_it_is_written() -> None:
    assert digits(Random(0), "5035550199", "hyphened") == ["503-555-0199"]
    assert digits(Random(0), "5550199", "hyphened") == ["555-0199"]
    assert digits(Random(0), "15035550199", "hyphened") == ["1-503-555-0199"]


@pytest.mark.parametrize("manner", sorted(set(MANNERS)))
def test_every_manner_says_something_of_every_length(manner: str) -> None:
    for length in range(1, 20):
        assert all(digits(Random(length), "7" * length, manner))
