from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import EntityType as T
from pipeline.redaction.said_value import Match, spoken_words, value_of


def fit(type: T, part: str, whole: str) -> Match:
    return value_of(type, part).fits(value_of(type, whole))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("anna bell", ["anna", "bell"]),
        ("A-N-N-A, b e double l", ["anna", "bell"]),
        ("a n n a", ["anna"]),
        ("H -A -R -T", ["hart"]),
        ("A - N - N - A", ["anna"]),
        ("Anna\u2019s", ["anna"]),
        ("o'brien", ["obrien"]),
        ("anna-marie", ["anna", "marie"]),
        ("double four one", ["441"]),
        ("twelve oak street", ["12", "oak", "street"]),
        ("", []),
    ],
)
def test_words_come_to_what_was_said(said: str, words: list[str]) -> None:
    assert spoken_words(said) == words


@pytest.mark.parametrize(
    ("type", "part", "whole", "match"),
    [
        (T.PERSON, "anna", "anna bell", Match.EXACT),
        (T.PERSON, "miss bell", "anna bell", Match.EXACT),
        (T.PERSON, "a n n a", "anna bell", Match.EXACT),
        (T.PERSON, "b e double l", "anna bell", Match.EXACT),
        (T.PERSON, "anna b", "anna bell", Match.EXACT),
        (T.PERSON, "anna macdonald", "anna mac donald", Match.EXACT),
        (T.PERSON, "macdonald", "anna mac donald", Match.EXACT),
        (T.PERSON, "ana belle", "anna bell", Match.BY_SOUND),
        (T.PERSON, "margarets", "margaret bell", Match.BY_SOUND),
        (T.PERSON, "anna smith", "anna bell", Match.NONE),
        (T.PERSON, "george bell", "anna bell", Match.NONE),
        (T.PERSON, "b", "anna bell", Match.NONE),
        (T.CREDIT_CARD, "double five nine seven", "4556 7586 8985 5679", Match.NONE),
        (T.CREDIT_CARD, "eight five", "4556 7586 8985 5679", Match.NONE),
        (T.CREDIT_CARD, "eight nine eight five", "4556 7586 8985 5679", Match.EXACT),
        (T.DATE_OF_BIRTH, "march eighty seven", "3/3/1987", Match.EXACT),
        (T.DATE_OF_BIRTH, "march the third nineteen eighty seven", "oh three oh three eighty seven", Match.EXACT),
        (T.DATE_OF_BIRTH, "third of may", "3/3/1987", Match.NONE),
        (T.STREET_ADDRESS, "oak street", "twelve oak street springfield", Match.EXACT),
        (T.STREET_ADDRESS, "4 oak street", "12 oak street", Match.NONE),
        (T.LOCATION, "springfield", "springfield illinois", Match.EXACT),
        (T.LOCATION, "york", "new york", Match.NONE),
        (T.EMAIL_ADDRESS, "gmail dot com", "anna dot bell at gmail dot com", Match.EXACT),
        (T.TENANT_WORD, "heron", "blue heron", Match.NONE),
        (T.TENANT_WORD, "Blue Heron's", "blue heron", Match.EXACT),
    ],
)
def test_a_part_fits_what_it_is_a_part_of(type: T, part: str, whole: str, match: Match) -> None:
    assert fit(type, part, whole) is match


@given(st.sampled_from(T), st.text(max_size=20))
def test_every_value_that_says_anything_fits_itself(type: T, said: str) -> None:
    value = value_of(type, said)
    assert value.fits(value) is (Match.EXACT if value.code else Match.NONE)


def test_a_name_that_is_spelled_after_it_was_said_is_one_word_also_where_the_spelling_was_misheard() -> None:
    assert value_of(T.PERSON, "anna bell b e double l").words == ("anna", "bell")
    assert value_of(T.PERSON, "It is Hartwell, H -A -R -T -W -E -W -L").words == ("hartwell",)


def test_a_value_does_not_print_what_was_said() -> None:
    assert "anna" not in repr(value_of(T.PERSON, "anna bell"))
