from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction.read_turn import read_turn
from pipeline.redaction.tagger.features import TABLE_SIZE, TOKEN_COLUMNS, TurnFeatures, boundary_ids, features_of

QUESTION = ("agent", "what's your date of birth please")


def features(*turns: tuple[str, str]) -> list[TurnFeatures]:
    return features_of([read_turn(speaker, text) for speaker, text in turns])


def test_an_open_question_marks_the_answer_and_then_fades_and_goes() -> None:
    waiting = [("customer", "hold on"), ("agent", "okay")]
    plain = features(("agent", "hello there you"), *waiting * 5)
    asked = features(QUESTION, *waiting * 5)
    new = [set(own.turn) - set(other.turn) for own, other in zip(asked, plain, strict=True)]
    assert len(new[1]) == 1
    assert len(new[3]) == 1
    assert new[1] != new[3]
    assert not new[9]


def test_who_asked_does_not_owe_the_answer() -> None:
    same = features(QUESTION, ("agent", "hold on"))[1]
    other = features(QUESTION, ("customer", "hold on"))[1]
    assert set(other.turn) - set(same.turn)


def test_names_are_told_by_nothing_but_their_form() -> None:
    one, other = features(("customer", "it's anna"))[0], features(("customer", "it's bell"))[0]
    assert np.array_equal(one.words, other.words)
    assert one.turn == other.turn


def test_a_long_number_is_told_from_a_short_one() -> None:
    short, long = (features(("customer", f"it's {said}"))[0].words for said in ("four one", "four one " * 5))
    assert not {*short[2:, 1].tolist()} & {*long[2:, 1].tolist()}


@given(st.lists(st.text("ab 1,.é'", max_size=12), max_size=6))
def test_every_word_has_its_features_inside_the_table(texts: list[str]) -> None:
    made = features(*[("customer", text) for text in texts])
    assert [turn.words.shape for turn in made] == [(len(turn.texts), TOKEN_COLUMNS) for turn in made]
    for turn in made:
        assert ((turn.words >= 0) & (turn.words < TABLE_SIZE)).all()
        assert all(0 <= mark < TABLE_SIZE for mark in turn.turn)


def test_what_stands_between_turns_has_features_of_its_own() -> None:
    words = features(QUESTION)[0].words
    assert not set(boundary_ids().ravel().tolist()) & set(words.ravel().tolist())
