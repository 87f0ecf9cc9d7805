from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction.alike import sound

ONE_NAME = [
    ("anna", "ana"), ("bell", "belle"), ("catherine", "kathryn"), ("steven", "stephen"), ("sara", "sarah"),
    ("jon", "john"), ("smith", "smyth"), ("megan", "meghan"), ("jason", "jayson"), ("tomasz", "thomas"),
    ("josé", "jose"), ("o'brien", "obrien"), ("margaret", "margret"), ("hartwell", "hardwell"), ("bryan", "Brian"),
]  # fmt: skip
TWO_NAMES = [
    ("john", "jane"), ("dan", "don"), ("tim", "tom"), ("bell", "ball"), ("sione", "shawn"), ("martin", "marvin"),
    ("bridget", "budget"), ("anna", "hannah"), ("logan", "login"), ("lee", "leo"), ("tina", "dina"),
    ("李", "王"), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ONE_NAME)
def test_spellings_of_one_name_are_alike(one: str, other: str) -> None:
    assert sound(one).is_like(sound(other))


@pytest.mark.parametrize(("one", "other"), TWO_NAMES)
def test_names_that_merely_sound_similar_are_not(one: str, other: str) -> None:
    assert not sound(one).is_like(sound(other))


@given(st.text("abcehijkopstuvyz'é", max_size=9), st.text("abcehijkopstuvyz'é", max_size=9))
def test_it_does_not_matter_which_was_said_first(one: str, other: str) -> None:
    assert sound(one).is_like(sound(other)) == sound(other).is_like(sound(one))
