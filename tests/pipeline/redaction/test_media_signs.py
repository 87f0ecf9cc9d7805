from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction.media_signs import count_signs, is_number_word, sign_runs, tokens_of


def runs(text: str) -> list[str]:
    return ["".join(sign.sign for sign in run) for run in sign_runs(text.split())]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("four five three two", ["4532"]),
        ("double four one triple nine", ["441999"]),
        ("oh eight hundred", ["0800"]),
        ("nineteen eighty four", ["1984"]),
        ("two thousand and eighteen", ["2018"]),
        ("it is 12-34 or 56", ["1234", "56"]),
        ("s as in sam", ["s"]),
        ("S I T I double L E", ["sitille"]),
        ("eight for two", ["842"]),
        ("for two of us", ["2"]),
        ("nothing at all", []),
    ],
)
def test_signs_are_read_as_they_are_said(said: str, expected: list[str]) -> None:
    assert runs(said) == expected


def test_each_sign_knows_its_word() -> None:
    (run,) = sign_runs(["my", "code", "is", "forty", "two", "B"])

    assert [(sign.sign, sign.word) for sign in run] == [("4", 3), ("2", 3), ("b", 5)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [("one two and four five six", (5, 5)), ("a b c 1", (1, 4)), ("call me at nine", (1, 1)), ("", (0, 0))],
)
def test_the_digits_and_the_signs_of_the_longest_runs_are_counted(said: str, expected: tuple[int, int]) -> None:
    assert count_signs(said.split()) == expected


def test_tokens_are_plain() -> None:
    assert tokens_of("José's 12-b, O’Brien") == ["jose", "12", "b", "obrien"]


def test_number_words_are_told_from_others() -> None:
    assert all(is_number_word(word) for word in ("oh", "seven", "twelve", "ninety", "triple"))
    assert not any(is_number_word(word) for word in ("for", "hundred", "ten4", "maple"))


@given(st.text("0123456789", min_size=1, max_size=30))
def test_digits_written_apart_or_together_are_the_same_run(digits: str) -> None:
    assert runs(digits) == runs(" ".join(digits)) == [digits]
