from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction.normalise.tokens import Cutter, cut_phrase

ENGLISH = Cutter(("'s", "’s"), ("st", "nd", "rd", "th"), {})
SPANISH = Cutter((), ("º", "er"), {"é": "e"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("t w 4M o'brien's 21st", ["t", "w", "4", "M", "o'brien's", "21st"]),
        ("o’neill’s née", ["o’neill’s", "née"]),
        ("the 5's", ["the", "5", "'s"]),
        ("21ST 21stly", ["21ST", "21", "stly"]),
        ("[PERSON_1] and [PIN:9f2c0a1b2c3d4e5f] [no]", ["[PERSON_1]", "and", "[PIN:9f2c0a1b2c3d4e5f]", "[", "no", "]"]),
        ("[PIN:4821] [PIN_4821]", ["[", "PIN", ":", "4821", "]", "[", "PIN", "_", "4821", "]"]),
        ("a\tb\u00a0c\n", ["a", "b", "c"]),
        ("jose\u0301", ["jose\u0301"]),
    ],
)
def test_a_text_is_cut_into_words_numbers_and_signs(text: str, words: list[str]) -> None:
    assert ENGLISH.cut(text).words == words


def test_words_are_compared_in_lower_case_with_composed_accents_and_straight_apostrophes() -> None:
    assert [token.key for token in ENGLISH.cut("O’Neill JOSE\u0301 Ann").tokens] == ["o'neill", "josé", "ann"]


def test_words_are_looked_up_without_the_accents_that_a_language_folds() -> None:
    said = SPANISH.cut("café ñ 3er 1º")
    assert said.keys == ["cafe", "ñ", "3er", "1º"]
    assert said.tokens[0].key == "café"


def test_tokens_know_whether_a_space_stands_before_them() -> None:
    said = ENGLISH.cut("sw1a 1aa")
    assert [said.is_joined(at) for at in range(len(said.words))] == [False, True, True, False, True]
    assert said.between(0, 5) == "sw1a 1aa"
    assert said.between(1, 3) == "1a"


def test_a_phrase_is_cut_like_a_turn() -> None:
    assert cut_phrase("x-ray") == ("x", "-", "ray")


@given(st.text(max_size=80), st.sampled_from([ENGLISH, SPANISH]))
def test_every_character_but_white_space_is_in_exactly_one_token_where_it_stood(text: str, cutter: Cutter) -> None:
    said = cutter.cut(text)
    assert all(text[t.start : t.end] == t.text and t.text for t in said.tokens)
    assert "".join(said.words) == "".join(text.split())
    assert said.starts == sorted(said.starts)
    assert len(said.words) == len(said.keys) == len(said.tokens)


@given(st.text("abcABC' \t123.-[]@st", max_size=60))
def test_plain_text_is_cut_alike_with_and_without_a_letter_beyond_ascii(text: str) -> None:
    assert ENGLISH.cut(text).words == ENGLISH.cut(f"{text} é").words[:-1]
