from __future__ import annotations

import pytest

from pipeline.redaction.recognizers.labelled_numbers import LabelledNumbers
from tests.pipeline.redaction.recognizers.finding import found


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("my policy number is h o m four four seven", "ID_NUMBER h o m four four seven"),
        ("the last four of my social are nine eight seven six", "US_SSN nine eight seven six"),
        ("pin is two two nine one", "PIN two two nine one"),
        ("two two nine one is my pin", "PIN two two nine one"),
        ("the security code is eight one nine", "CREDIT_CARD_CVV eight one nine"),
        ("my member number ends in double four nine", "ID_NUMBER double four nine"),
    ],
)
def test_a_number_is_what_is_said_before_or_after_it(said: str, expected: str) -> None:
    assert expected in found(LabelledNumbers(), said)


@pytest.mark.parametrize("said", ["my card was charged five hundred dollars", "no label 4 5 6", "your account is fine"])
def test_amounts_and_unlabelled_numbers_are_left(said: str) -> None:
    assert found(LabelledNumbers(), said) == []


def test_two_labels_in_one_turn_each_take_their_own_number() -> None:
    said = "account number five five nine and pin seven seven one two"
    assert found(LabelledNumbers(), said) == ["ACCOUNT_NUMBER five five nine", "PIN seven seven one two"]
