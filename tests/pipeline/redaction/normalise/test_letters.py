from __future__ import annotations

import pytest

from pipeline.redaction.normalise import ENGLISH, Kind, Piece
from pipeline.redaction.normalise.grammar import grammar_of
from pipeline.redaction.normalise.letters import (
    explained_end,
    letter_of,
    read_cased,
    read_explained,
    read_letter,
    read_letter_name,
    read_spelling_phrase,
)

GRAMMAR = grammar_of(ENGLISH)


def seen(piece: Piece | None) -> tuple[str, int] | None:
    return None if piece is None else (piece.text, piece.last)


@pytest.mark.parametrize(
    ("word", "letter"),
    [("m", "m"), ("zed", "z"), ("bee", "b"), ("mike", "m"), ("see", ""), ("you", ""), ("5", ""), ("hello", "")],
)
def test_a_word_is_a_letter_where_one_is_expected_unless_it_is_ordinary(word: str, letter: str) -> None:
    assert letter_of(word, GRAMMAR) == letter


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("m as in mike", ("m", 4)),
        ("m for mother", ("m", 3)),
        ("m like mary", ("m", 3)),
        ("m mike", ("m", 2)),
        ("b as in the letter bee", ("b", 6)),
        ("b as in boy", ("b", 4)),
        ("see as in cat", ("c", 4)),
        ("oh as in oscar", ("o", 4)),
        ("a for apple b", ("a", 3)),
        ("b boy c", ("b", 2)),
        ("m as in kilo", None),
        ("i like ice cream", None),
        ("a for apple", None),
        ("see for cat", None),
        ("m mary", None),
        ("m as in", None),
        ("m", None),
        ("five as in fun", None),
    ],
)
def test_a_letter_is_read_with_the_word_that_makes_it_plain(said: str, read: tuple[str, int] | None) -> None:
    assert seen(read_explained(GRAMMAR.cutter.cut(said), 0, GRAMMAR)) == read


def test_an_explanation_goes_on_from_the_one_before_it() -> None:
    said = GRAMMAR.cutter.cut("m for mother o for orange")
    assert seen(read_explained(said, 3, GRAMMAR)) == ("o", 6)


def test_what_was_cut_off_a_name_is_not_explained_by_the_town_after_it() -> None:
    assert read_explained(GRAMMAR.cutter.cut("it s in sydney"), 1, GRAMMAR) is None
    assert read_explained(GRAMMAR.cutter.cut("anna s in sydney"), 1, GRAMMAR) is None


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("capital m", ("M", 2)),
        ("upper case b", ("B", 3)),
        ("lower case b as in bob", ("b", 6)),
        ("capital city", None),
        ("capital", None),
        ("capital you", None),
    ],
)
def test_the_case_of_a_letter_is_written(said: str, read: tuple[str, int] | None) -> None:
    assert seen(read_cased(GRAMMAR.cutter.cut(said), 0, GRAMMAR)) == read


@pytest.mark.parametrize(
    ("said", "at", "read"),
    [
        ("it s", 1, None),
        ("don t", 1, None),
        ("i m fine", 1, None),
        ("k i m", 2, ("m", 3)),
        ("a i d a n", 2, ("d", 3)),
        ("B", 0, ("B", 1)),
    ],
)
def test_a_letter_that_a_recogniser_cut_off_a_word_is_none(said: str, at: int, read: tuple[str, int] | None) -> None:
    assert seen(read_letter(GRAMMAR.cutter.cut(said), at, GRAMMAR)) == read


def test_a_name_of_several_words_is_one_letter() -> None:
    assert seen(read_letter_name(GRAMMAR.cutter.cut("double u"), 0, GRAMMAR)) == ("w", 2)
    assert seen(read_letter_name(GRAMMAR.cutter.cut("zed as in zebra"), 0, GRAMMAR)) == ("z", 4)
    assert read_letter_name(GRAMMAR.cutter.cut("double five"), 0, GRAMMAR) is None


def test_an_x_ray_is_a_letter_only_where_something_is_spelled() -> None:
    assert seen(read_spelling_phrase(GRAMMAR.cutter.cut("x-ray delta"), 0, GRAMMAR)) == ("x", 3)
    word = read_spelling_phrase(GRAMMAR.cutter.cut("x ray today"), 0, GRAMMAR)
    assert word is not None
    assert (word.text, word.kind, word.last) == ("x ray", Kind.WORD, 2)


def test_a_letter_without_explanation_ends_where_it_is() -> None:
    assert explained_end(GRAMMAR.cutter.cut("t now"), 0, "t", GRAMMAR) == 1
