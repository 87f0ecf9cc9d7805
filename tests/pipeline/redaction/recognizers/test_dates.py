from __future__ import annotations

import pytest

from pipeline.redaction.normalise import write
from pipeline.redaction.recognizers.dates import BirthDates, find_dates
from tests.pipeline.redaction.recognizers.finding import found


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("the third of march nineteen eighty seven", 3),
        ("march third", 2),
        ("12 4 1969", 3),
        ("oh one november eighty eight", 2),
        ("nineteen fifty two", 1),
    ],
)
def test_a_said_date_has_the_parts_that_were_said(said: str, parts: int) -> None:
    (date,) = find_dates(write(said))
    assert date.parts == parts


def test_a_birth_is_hidden_and_another_date_is_not() -> None:
    said = "born on the third of march nineteen eighty seven"
    assert found(BirthDates(), said) == ["DATE_OF_BIRTH third of march nineteen eighty seven"]
    assert found(BirthDates(), "the flight is on the third of march twenty twenty seven") == []


@pytest.mark.parametrize("said", ["the 3rd of June 1984", "march third nineteen sixty two"])
def test_a_whole_date_of_long_ago_tells_a_birth_also_unasked(said: str) -> None:
    assert found(BirthDates(), f"mine, {said}, thank you")


@pytest.mark.parametrize("said", ["the 3rd of June 2019", "June 3rd", "1984"])
def test_a_recent_or_partial_date_unasked_does_not(said: str) -> None:
    assert not found(BirthDates(), f"the warranty began on {said}")
