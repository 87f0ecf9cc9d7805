from __future__ import annotations

import pytest

from pipeline.redaction.evaluation.signs import fold, runs


def signs(text: str) -> list[str]:
    return [sign.text for sign in fold(text.split())]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("four five three two", "4532"),
        ("zero oh nought", "000"),
        ("double four triple seven", "44 777"),
        ("forty two", "42"),
        ("forty and two", "40 and 2"),
        ("nineteen eighty six", "1986"),
        ("twenty eight", "28"),
        ("two hundred and five", "205"),
        ("three hundred", "300"),
        ("two thousand eleven", "2011"),
        ("two thousand and eleven", "2,011"),
        ("four-five-three", "453"),
        ("double L", "l l"),
    ],
)
def test_what_is_said_and_what_is_written_fold_alike(said, written):
    assert signs(said) == signs(written)


def test_letters_stand_alone_and_words_stay_whole():
    assert signs("K, R, four. O'Dell's ref") == ["k", "r", "4", "o'dell", "s", "ref"]


@pytest.mark.parametrize("text", ["and", "double", "hundred", "double glazing", "a hundred"])
def test_number_words_that_stand_for_no_number_are_words(text):
    assert signs(text) == text.split()


def test_every_sign_knows_its_word():
    assert [(s.text, s.word) for s in fold(["so", "forty", "two", "4532", "double", "eight"])] == [
        ("so", 0),
        ("4", 1),
        ("2", 2),
        *(("4", 3), ("5", 3), ("3", 3), ("2", 3)),
        ("8", 4),
        ("8", 5),
    ]


def test_runs_are_parted_by_words():
    found = [
        [sign.text for sign in run] for run in runs(fold(["it", "is", "b", "d", "five", "one", "and", "then", "six"]))
    ]
    assert found == [["b", "d", "5", "1"], ["6"]]
