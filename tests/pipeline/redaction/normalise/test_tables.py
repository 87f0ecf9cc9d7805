from __future__ import annotations

from pipeline.redaction.normalise.tables import ENGLISH


def test_each_spelling_word_begins_with_its_letter_but_x_ray() -> None:
    assert {w for w, letter in ENGLISH.spelling_words.items() if w[0] != letter} == set()


def test_all_words_of_the_tables_are_lower_case() -> None:
    words = [*ENGLISH.units, *ENGLISH.teens, *ENGLISH.tens, *ENGLISH.months, *ENGLISH.fillers, *ENGLISH.spelling_words]
    assert all(word == word.lower() for word in words)


def test_the_alphabet_can_be_spelled() -> None:
    assert set(ENGLISH.spelling_words.values()) == set("abcdefghijklmnopqrstuvwxyz")
