from __future__ import annotations

import pytest

from pipeline.redaction.normalise.reading import read_pieces
from pipeline.redaction.normalise.tables import ENGLISH
from pipeline.redaction.normalise.written import Kind, tokenise


def kinds(said: str) -> list[str]:
    return [piece.kind.value for piece in read_pieces(tokenise(said), ENGLISH)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("mike called", ["word", "word"]),
        ("mike 5", ["letter", "digits"]),
        ("oh well", ["word", "word"]),
        ("five oh", ["digits", "digits"]),
        ("a car", ["word", "word"]),
        ("a b c", ["letter", "letter", "letter"]),
        ("3rd of may", ["ordinal", "word", "month"]),
        ("um 5", ["filler", "digits"]),
    ],
)
def test_neighbours_settle_what_an_ambiguous_word_is(said: str, expected: list[str]) -> None:
    assert kinds(said) == expected


def test_a_letter_explained_by_a_word_is_one_piece() -> None:
    (piece,) = read_pieces(tokenise("n as in november"), ENGLISH)
    assert (piece.text, piece.kind, piece.last) == ("n", Kind.LETTER, 4)
