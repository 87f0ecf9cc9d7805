from __future__ import annotations

import pytest

from pipeline.model.entity import EntityType
from pipeline.redaction.read_turn import read_turn


def test_a_turn_is_read_once_with_its_words_and_what_it_names() -> None:
    turn = read_turn("agent", "And what's your  Date of Birth?")
    assert turn.text == "and what's your date of birth ?"
    assert [cue.type for cue in turn.cues] == [EntityType.DATE_OF_BIRTH]
    assert [token.text for token in turn.written.tokens][:2] == ["And", "what's"]


@pytest.mark.parametrize(
    ("said", "asks"),
    [("what is your zip code", True), ("and your zip code", True), ("my zip code is wrong", False), ("hello", False)],
)
def test_naming_is_asking_only_in_the_form_of_a_question(said: str, asks: bool) -> None:
    assert read_turn("agent", said).is_asking is asks
