from __future__ import annotations

import pytest

from pipeline.redaction.normalise import ENGLISH, Kind, write
from pipeline.redaction.normalise.codes import read_codes
from pipeline.redaction.normalise.grammar import grammar_of

GRAMMAR = grammar_of(ENGLISH)


def letters(text: str) -> list[tuple[str, bool]]:
    found = read_codes(GRAMMAR.cutter.cut(text), GRAMMAR)
    return [(piece.text, piece.certain) for _, piece in sorted(found.items()) if piece.kind is Kind.LETTER]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SW1A 1AA", [("SW", True), ("A", True), ("AA", True)]),
        ("b41 9xy", [("b", True), ("xy", False)]),
        ("QQ 12 34 56 C", [("QQ", False)]),
        ("my number is QQ 12 34 56 C", [("QQ", False)]),
        ("AB123456C", [("AB", True), ("C", True)]),
        ("zzz0016", [("zzz", False)]),
        ("flat 4b", [("b", True)]),
        ("MY NUMBER IS AB 12 34 56", []),
        ("the NHS 111 service", []),
        ("mp3 covid19 coq10", [("mp", False)]),
        ("john84@gmail.com", []),
        ("hello there", []),
    ],
)
def test_letters_beside_written_digits_are_part_of_their_code(text: str, expected: list[tuple[str, bool]]) -> None:
    assert letters(text) == expected


@pytest.mark.parametrize("text", ["5pm", "20kg please", "100mg twice", "a 90s song", "it cost 50p", "at 10am."])
def test_what_measures_a_number_is_a_word(text: str) -> None:
    assert letters(text) == []
    assert write(text).text == text


def test_the_end_of_a_code_that_looks_like_a_unit_is_code() -> None:
    assert [run.code for run in write("W1G 6PM").runs] == ["W1G6PM"]
