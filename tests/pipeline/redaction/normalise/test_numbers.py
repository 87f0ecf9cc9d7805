from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction.normalise.language import Tables
from pipeline.redaction.normalise.numbers import read_figure, read_number
from pipeline.redaction.normalise.tables import ENGLISH, load_tables
from tests.pipeline.redaction.normalise.sayings import in_full, por_extenso

SPANISH = load_tables("es")


@given(st.integers(min_value=1, max_value=99_999), st.sampled_from([" and ", " "]))
def test_a_number_said_in_full_is_read_as_itself(number: int, joiner: str) -> None:
    keys = in_full(number, joiner).split()
    assert read_number(keys, 0, ENGLISH) == (str(number), len(keys))


@given(st.integers(min_value=1, max_value=99_999))
def test_a_spanish_number_said_in_full_is_read_as_itself(number: int) -> None:
    keys = por_extenso(number).split()
    assert read_number(keys, 0, SPANISH) == (str(number), len(keys))


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("zero five", ("0", 1)),
        ("nineteen sixty", ("19", 1)),
        ("nineteen hundred", ("1900", 2)),
        ("forty one hundred eleven", ("4111", 4)),
        ("a hundred and five", ("105", 4)),
        ("a thousand", ("1000", 2)),
        ("a car", None),
        ("eight hundred five five five", ("800", 2)),
        ("eight hundred five", ("805", 3)),
        ("eight hundred and five five", ("805", 4)),
        ("one hundred twenty three thousand four hundred", ("123400", 7)),
        ("two thousand and five", ("2005", 4)),
        ("19 hundred", ("1900", 2)),
        ("2 thousand 19", ("2019", 3)),
        ("100 hundred", None),
        ("hundred", None),
        ("twenty - five", ("25", 3)),
    ],
)
def test_english_numbers_in_the_ways_of_telephones(said: str, read: tuple[str, int] | None) -> None:
    assert read_number(said.split(), 0, ENGLISH) == read


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("mil", ("1000", 1)),
        ("veintiun mil", ("21000", 2)),
        ("treinta y un mil quinientos", ("31500", 5)),
        ("treinta cinco", ("30", 1)),
        ("diez y seis", ("16", 3)),
        ("novecientos dos", ("902", 2)),
        ("un momento", None),
    ],
)
def test_spanish_numbers_need_their_y(said: str, read: tuple[str, int] | None) -> None:
    assert read_number(said.split(), 0, SPANISH) == read


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("twenty first", ("21", 2)),
        ("twenty - first", ("21", 3)),
        ("21st", ("21", 1)),
        ("thirty one st of", ("31", 3)),
        ("21 st of", ("21", 2)),
        ("5 th", ("5", 2)),
        ("second", ("2", 1)),
        ("one hundred and first", ("101", 4)),
        ("hundred and first", None),
        ("one hundred twenty first", ("121", 4)),
        ("twenty one st street", None),
        ("twenty one", None),
        ("hello", None),
    ],
)
def test_ordinals_are_read_and_a_street_is_none(said: str, read: tuple[str, int] | None) -> None:
    assert ordinal(said, ENGLISH) == read


@pytest.mark.parametrize(("said", "read"), [("primero", ("1", 1)), ("1º", ("1", 1)), ("3er", ("3", 1))])
def test_spanish_ordinals_are_read(said: str, read: tuple[str, int]) -> None:
    assert ordinal(said, SPANISH) == read


def ordinal(said: str, tables: Tables) -> tuple[str, int] | None:
    """Give what is read as an ordinal, if it is one."""
    figure = read_figure(said.split(), 0, tables)
    return figure[:2] if figure is not None and figure[2] else None
