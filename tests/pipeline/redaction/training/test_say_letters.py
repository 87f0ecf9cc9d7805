from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction.training.say_letters import code, garbled, letter, spelling

SEEDS = range(300)


def test_a_letter_is_mostly_written_as_itself() -> None:
    assert [letter(Random(seed), "B", misheard=0) for seed in SEEDS] == ["b"] * len(SEEDS)
    assert {letter(Random(seed), "b") for seed in SEEDS} > {"b"}


def test_a_name_is_spelled_in_all_the_ways_that_people_spell() -> None:
    said = [" ".join(spelling(Random(seed), "anna")) for seed in SEEDS]
    assert "a n n a" in said
    assert "a double n a" in said
    assert "a-n-n-a" in said
    assert any(" as in " in one for one in said)
    assert any(" for " in one or " like " in one for one in said)


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9), st.integers(0, 99))
def test_every_explaining_word_begins_with_its_letter(name: str, seed: int) -> None:
    said = spelling(Random(seed), name)
    for at, word in enumerate(said[1:-1], 1):
        if word == "in" and said[at - 1] == "as":
            assert said[at + 1][0] in name


def test_what_a_bad_line_garbles_is_never_more_than_was_said() -> None:
    for seed in SEEDS:
        said = garbled(Random(seed), "qz4x")
        assert 1 <= len(said) <= 4
        assert all(said)


def test_a_code_keeps_letters_and_digits_in_their_order() -> None:
    said = {" ".join(code(Random(seed), "kx43")) for seed in SEEDS}
    assert {"k x four three", "k x forty three", "k x 43"} <= said
    assert {"kx43", "KX43"} & said


def test_letters_of_other_scripts_stand_for_themselves() -> None:
    assert spelling(Random(1), "é", explained=1.0) == ["é"]
