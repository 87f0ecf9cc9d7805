from __future__ import annotations

import pytest

from pipeline.model.entity import EntityType
from pipeline.model.transcript import Turn
from pipeline.redaction.full_names import FullNames
from pipeline.redaction.models import DetectionModels
from pipeline.redaction.turn_view import TurnReader
from pipeline.redaction.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def reader(models: DetectionModels, vocabulary: Vocabulary) -> TurnReader:
    return TurnReader(models, vocabulary)


def full_names(reader: TurnReader, vocabulary: Vocabulary, text: str) -> list[str]:
    ((view,),) = reader.read([[Turn(index=0, speaker="caller", text=text)]])
    found = list(FullNames(vocabulary).find(view))
    assert all(e.type is EntityType.PERSON and e.evidence[0].recognizer == "FullNames" for e in found)
    return [text[e.span.start : e.span.end] for e in found]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the patient is pamela cook and she is here to establish care", "pamela cook"),
        ("this is sophia brown speaking", "sophia brown"),
        ("is that donald young's file", "donald young's"),
        ("This is Imogen Young, hello", "Imogen Young"),
    ],
)
def test_a_surname_is_told_by_the_given_name_before_it(
    reader: TurnReader, vocabulary: Vocabulary, text: str, name: str
) -> None:
    assert full_names(reader, vocabulary, text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "i can cook on sunday and the brown one is fine",
        "will cook be in the kitchen",
        "tell sophia please",
        "sophia, brown is the colour i want",
        "",
    ],
)
def test_without_a_name_before_it_or_apart_from_it_a_word_is_a_word(
    reader: TurnReader, vocabulary: Vocabulary, text: str
) -> None:
    assert full_names(reader, vocabulary, text) == []
