from __future__ import annotations

import pytest

from pipeline.redaction.normalise import ENGLISH, Kind
from pipeline.redaction.normalise.grammar import Open, grammar_of
from pipeline.redaction.normalise.neighbours import Neighbours
from pipeline.redaction.normalise.reading import read_pieces, word_pieces


def neighbours(text: str) -> Neighbours:
    grammar = grammar_of(ENGLISH)
    said = grammar.cutter.cut(text)
    return Neighbours(said, read_pieces(said, word_pieces(said, grammar), grammar), grammar)


@pytest.mark.parametrize(
    ("text", "index", "beside"),
    [
        ("four um five", 0, 2),
        ("four - five", 0, 2),
        ("b , c", 0, 2),
        ("four , five", 0, 1),
        ("four . now", 0, 1),
        ("four um", 0, None),
        ("four", 0, None),
        ("four -", 0, 1),
    ],
)
def test_what_stands_beside_a_piece_is_found_past_hesitations_and_signs(
    text: str, index: int, beside: int | None
) -> None:
    assert neighbours(text).beside(index, 1) == beside


def test_further_words_of_a_kind_are_passed() -> None:
    assert neighbours("a oh i b").past_lone_letters(0, 1) == 3
    assert neighbours("a oh b").past_lone_letters(0, 1) == 2
    assert neighbours("see are b").past_misheard(0, 1) == 2
    assert neighbours("november 4 5 b").past_digits(0, 1) == 3


def test_what_is_not_there_is_nothing() -> None:
    one = neighbours("five")
    assert not any((one.is_code(None), one.is_open(None, *Open), one.is_kind(None, Kind.DIGITS)))
    assert not any((one.is_sure_letter(None), one.is_lone_letter(None), one.single_digits(None, 1)))


def test_digits_said_one_by_one_are_counted_and_pairs_end_the_count() -> None:
    assert neighbours("to four double five twenty two").single_digits(1, 1) == 3 + 2
    assert neighbours("to four twenty one").single_digits(1, 1) == 1


def test_more_that_is_spelled_is_given_from_near_to_far() -> None:
    assert list(neighbours("bee a dee mike four you").spelled_on(0, 1)) == [2, 3, 4]


@pytest.mark.parametrize(
    ("text", "is_all"),
    [("b four see", True), ("u n four five", True), ("four five you", False), ("b see you", False),
     ("b four please", False), ("b , four um see", True)],
)  # fmt: skip
def test_a_turn_that_is_nothing_but_code_and_what_sounds_like_it(text: str, is_all: bool) -> None:
    assert neighbours(text).is_all_code() is is_all
