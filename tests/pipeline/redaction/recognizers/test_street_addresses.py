from __future__ import annotations

import pytest

from pipeline.redaction.recognizers.street_addresses import StreetAddresses
from pipeline.redaction.vocabulary import Vocabulary
from tests.pipeline.redaction.recognizers.finding import found


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("i am at twelve maple street", "twelve maple street"),
        (
            "it is forty one b tasman street wellington six oh two one",
            "forty one b tasman street wellington six oh two one",
        ),
        ("flat two ninety church road leeds", "flat two ninety church road leeds"),
        ("p o box four four one hartford", "o box four four one hartford"),
        ("send it to one hundred and twenty third avenue please", "one hundred and twenty third avenue"),
    ],
)
def test_an_address_is_found_from_its_number_to_its_town(vocabulary: Vocabulary, said: str, expected: str) -> None:
    hits = found(StreetAddresses(vocabulary), said)
    assert any(expected in hit for hit in hits), hits


@pytest.mark.parametrize(
    "said", ["no way", "he went one way and left", "we can place the order", "the court is closed"]
)
def test_street_words_in_talk_are_left(vocabulary: Vocabulary, said: str) -> None:
    assert found(StreetAddresses(vocabulary), said) == []


def test_a_town_with_its_state_is_a_place(vocabulary: Vocabulary) -> None:
    assert found(StreetAddresses(vocabulary), "we moved from pittsburgh wv last year") == ["LOCATION pittsburgh wv"]
