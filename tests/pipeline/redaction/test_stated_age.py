from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.transcript import Turn
from pipeline.redaction.stated_age import find_stated_age


def turns(*said: str) -> list[Turn]:
    return [
        Turn(index=n, speaker=text.split(":")[0], text=text.split(":", 1)[1].strip()) for n, text in enumerate(said)
    ]


def heard(*said: str) -> int | None:
    return find_stated_age(turns(*said))


@pytest.mark.parametrize(
    ("said", "age"),
    [
        ("I'm nine", 9),
        ("I’m nine.", 9),
        ("im 9", 9),
        ("I am nine years old", 9),
        ("hi, I'm only twelve years old and my mom is out", 12),
        ("I'm eleven and I want a game", 11),
        ("my age is 11", 11),
        ("I'm twenty", 20),
        ("I am 7 years old", 7),
        ("I'm nine almost ten", 9),
    ],
)
def test_an_age_that_somebody_states_of_himself_is_found(said, age):
    assert heard(f"caller: {said}") == age


@pytest.mark.parametrize(
    "said",
    [
        "I'm ten minutes away",
        "I'm calling about nine chairs",
        "my son is nine years old",
        "the contract is nine years old",
        "I'm 35",
        "I'm twenty one of them now",
        "there are nine of us",
        "I am here for twelve dollars",
        "nine",
        "I'm 911 support",
        "",
    ],
)
def test_what_is_no_age_of_the_speaker_is_none(said):
    assert heard(f"caller: {said}") is None


@pytest.mark.parametrize("question", ["how old are you?", "may I have your age please"])
@pytest.mark.parametrize("answer", ["nine", "nine years old", "um I think 9"])
def test_a_bare_number_answers_a_question_about_age(question, answer):
    assert heard(f"agent: {question}", f"caller: {answer}") == 9


def test_a_question_is_answered_only_by_the_next_turn():
    assert heard("agent: how old are you?", "caller: why?", "agent: just because", "caller: nine") is None


def test_the_answer_is_the_first_number_and_near_the_start():
    assert heard("agent: how old are you?", "caller: forty, and I have nine cats") is None
    assert heard("agent: how old are you?", "caller: well let me think about that hm nine") is None


@pytest.mark.parametrize("age", ["forty two", "thirty-five", "twenty one", "fifty", "61"])
def test_the_end_of_a_number_is_not_taken_for_a_childs_age(age):
    assert heard("agent: how old are you?", f"caller: {age}") is None
    assert heard(f"caller: I'm {age} years old") is None


def test_the_lowest_of_several_ages_counts():
    assert heard("caller: I'm seventeen", "caller: no, I'm twelve") == 12


def test_an_adult_who_answers_gives_no_sign_of_a_child():
    assert heard("agent: how old are you?", "caller: 42") is None


def test_only_the_speakers_that_count_are_listened_to():
    said = turns("agent: I'm nine", "caller: hello")
    assert find_stated_age(said, speakers=frozenset({"caller"})) is None
    assert find_stated_age(said, speakers=frozenset({"agent"})) == 9


def test_whoever_asks_does_not_need_to_count():
    said = turns("agent: how old are you?", "caller: twelve")
    assert find_stated_age(said, speakers=frozenset({"caller"})) == 12


@given(st.lists(st.text(max_size=30), max_size=5))
def test_whatever_is_said_gives_nothing_or_an_age_below_twenty_one(said):
    age = find_stated_age([Turn(index=n, speaker="caller", text=t) for n, t in enumerate(said)])
    assert age is None or 0 <= age < 21
