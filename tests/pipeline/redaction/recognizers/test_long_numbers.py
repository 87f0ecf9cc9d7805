from __future__ import annotations

import pytest

from pipeline.redaction.recognizers.long_numbers import LongNumbers
from tests.pipeline.redaction.recognizers.finding import found


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("four one one one " + "one one one one " * 3, "CREDIT_CARD"),
        ("two oh six five five five oh one four four", "PHONE_NUMBER"),
        ("a b one two three four five six c", "NATIONAL_ID"),
        ("s w one a two a a", "ZIP_CODE"),
        ("five five five four four four three three three two two two", "ACCOUNT_NUMBER"),
    ],
)
def test_a_long_run_is_found_and_typed_by_its_form(said: str, expected: str) -> None:
    assert [hit.split()[0] for hit in found(LongNumbers(), f"so {said.strip()} okay")] == [expected]


@pytest.mark.parametrize(
    "said", ["five thousand dollars", "it was on 1 22 2013", "twenty minutes", "about two thirty", "chapter 12"]
)
def test_amounts_dates_and_short_numbers_are_left(said: str) -> None:
    assert found(LongNumbers(), said) == []


def test_a_wrong_check_digit_does_not_save_a_card_sized_number() -> None:
    assert found(LongNumbers(), "4111 1111 1111 1112") == ["CREDIT_CARD 4111 1111 1111 1112"]


@pytest.mark.parametrize("said", [f"{'1' * 5000} 12 2019", f"12 {'1' * 5000} 2019", "0001 12 2019"])
def test_a_number_of_any_length_before_a_year_is_found_and_is_no_date(said: str) -> None:
    assert [hit.split(" ", 1)[1] for hit in found(LongNumbers(), said)] == [said]
