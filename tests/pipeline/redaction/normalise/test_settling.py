from __future__ import annotations

import pytest

from pipeline.redaction.normalise import Kind, write


def kinds(said: str) -> list[str]:
    return [piece.kind.value for piece in write(said).pieces]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("mike called", ["word", "word"]),
        ("mike 5", ["letter", "digits"]),
        ("november 5", ["month", "digits"]),
        ("november 4 0 1 uniform yankee", ["letter", "digits", "digits", "digits", "letter", "letter"]),
        ("november 29 b", ["month", "digits", "letter"]),
        ("o 7 k", ["digits", "digits", "letter"]),
        ("oscar november four", ["letter", "letter", "digits"]),
        ("oh well", ["word", "word"]),
        ("five oh", ["digits", "digits"]),
        ("oh four one", ["digits", "digits", "digits"]),
        ("oh 1, 0", ["digits", "digits", "symbol", "digits"]),
        ("oh, 10", ["word", "symbol", "digits"]),
        ("oh five", ["word", "digits"]),
        ("oh oh seven", ["digits", "digits", "digits"]),
        ("b o b", ["letter", "letter", "letter"]),
        ("five o clock", ["digits", "word", "word"]),
        ("a car", ["word", "word"]),
        ("a b c", ["letter", "letter", "letter"]),
        ("i o b four", ["letter", "letter", "letter", "digits"]),
        ("with a capital t", ["word", "word", "letter"]),
        ("b a capital t", ["letter", "letter", "letter"]),
        ("the letter a", ["word", "word", "letter"]),
        ("w one a a", ["letter", "digits", "letter", "letter"]),
        ("w one a two a a okay", ["letter", "digits", "letter", "digits", "letter", "letter", "word"]),
        ("four five a car", ["digits", "digits", "word", "word"]),
        ("jay z", ["word", "letter"]),
        ("jay kay four", ["letter", "letter", "digits"]),
        ("k you l", ["letter", "letter", "letter"]),
        ("see you there", ["word", "word", "word"]),
        ("okay five b", ["word", "digits", "letter"]),
        ("four one for two three", ["digits", "digits", "digits", "digits", "digits"]),
        ("one to two five four eight four eight one two one", ["digits", "word", *["digits"] * 9]),
        ("s w one space two b", ["letter", "letter", "digits", "filler", "digits", "letter"]),
        ("a space for two", ["word", "word", "word", "digits"]),
        ("john no spaces 4", ["word", "filler", "digits"]),
        ("it has no spaces", ["word", "word", "word", "word"]),
        ("M, I, K, E", ["letter", "symbol", "letter", "symbol", "letter", "symbol", "letter"]),
    ],
)
def test_neighbours_settle_what_an_ambiguous_word_is(said: str, expected: list[str]) -> None:
    assert kinds(said) == expected


@pytest.mark.parametrize(
    ("said", "certain"),
    [
        ("nine oh two one oh", False),
        ("nine oh two", True),
        ("mike 5", False),
        ("mike bravo", True),
        ("k you l", False),
        ("that one", False),
        ("that one two", True),
    ],
)
def test_what_only_neighbours_made_code_says_so(said: str, certain: bool) -> None:
    code = [piece for piece in write(said).pieces if piece.is_code]
    assert code
    assert all(piece.certain for piece in code) is certain


def test_a_word_that_stays_a_word_keeps_its_spelling() -> None:
    assert [p.text for p in write("Ow that Mike").pieces if p.kind is Kind.WORD] == ["Ow", "that", "Mike"]
