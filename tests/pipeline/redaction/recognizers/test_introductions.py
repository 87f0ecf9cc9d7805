from __future__ import annotations

import pytest

from pipeline.redaction.recognizers.introductions import Introductions
from pipeline.redaction.vocabulary import Vocabulary
from tests.pipeline.redaction.recognizers.finding import found


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("hello my name is theo castellanos and i need help", "theo castellanos"),
        ("my name is rose brown", "rose brown"),
        ("this is brianna how can i help", "brianna"),
        ("thanks will", "will"),
        ("good morning missus okonkwo", "missus okonkwo"),
        ("mister brown is out", "brown"),
        ("last name w h i t l o c k", "w h i t l o c k"),
        ("siobhan speaking", "siobhan"),
        ("could you tell margaret i called", "margaret"),
    ],
)
def test_people_are_found_by_how_they_are_spoken_of(vocabulary: Vocabulary, said: str, expected: str) -> None:
    assert any(expected in hit for hit in found(Introductions(vocabulary), said))


@pytest.mark.parametrize(
    "said",
    [
        "i'm calling about my bill",
        "this is great thank you",
        "have a great day",
        "thank you hope that helps",
        "the doctor will see you now",
        "hi there can you hear me",
        "it's lovely to meet you",
    ],
)
def test_words_of_talk_after_the_same_openings_are_left(vocabulary: Vocabulary, said: str) -> None:
    assert found(Introductions(vocabulary), said) == []
