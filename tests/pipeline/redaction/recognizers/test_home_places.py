from __future__ import annotations

import pytest

from pipeline.redaction.read_turn import read_turn
from pipeline.redaction.recognizers.home_places import HomePlaces
from pipeline.redaction.vocabulary import load_vocabulary


@pytest.fixture(scope="module")
def recognizer():
    return HomePlaces(load_vocabulary(frozenset({"house", "park", "morning", "marketing"})))


def found(recognizer, text):
    turn = read_turn("caller", text)
    said = (turn.written.said(f.first, f.last) for f in recognizer.find(turn))
    return [text[span.start : span.end] for span in said if span]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("I go to school in Boulder.", "Boulder"),
        ("I live in Springfield and work at night", "Springfield"),
        ("We grew up in Reading, near the river", "Reading"),
        ("i'm from dunkerton originally", "dunkerton"),
        ("I work in a mill in Dayton", "Dayton"),
    ],
)
def test_a_town_is_told_by_how_people_speak_of_their_lives(recognizer, text, place):
    assert found(recognizer, text) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "I live in a house near the park",
        "we work from home in the morning",
        "I work in Marketing from Monday to Friday",
        "the parcel is in the box",
    ],
)
def test_ordinary_words_after_a_dwelling_are_no_town(recognizer, text):
    assert found(recognizer, text) == []
