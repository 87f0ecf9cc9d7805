from __future__ import annotations

import pytest

from pipeline.model.transcript import Word, turn_from_words
from pipeline.redaction.evaluation.heard import is_heard, secrets_of
from pipeline.redaction.evaluation.labelled import LabelledConversation, LabelledTurn
from tests.pipeline.redaction.evaluation.calls import a_turn


def a_spoken_call(*marked: str, word_ms: int = 300) -> LabelledConversation:
    """Make a labelled call on channel 1 whose words follow each other."""
    turns, at = [], 0
    for index, text in enumerate(marked):
        labelled = a_turn(text, index)
        words = []
        for word in labelled.turn.text.split():
            words.append(Word(text=word, channel=1, start_ms=at, end_ms=at + word_ms))
            at += word_ms
        turns.append(LabelledTurn(turn=turn_from_words(index, "agent", tuple(words)), labels=labelled.labels))
    return LabelledConversation(id="call", source="s", turns=tuple(turns))


def heard(*texts: str, at_ms: int, channel: int = 1) -> list[Word]:
    return [
        Word(text=text, channel=channel, start_ms=at_ms + 200 * n, end_ms=at_ms + 200 * n + 200)
        for n, text in enumerate(texts)
    ]


def the_secret(marked: str):
    [secret] = secrets_of(a_spoken_call(marked))
    return secret


def test_names_and_runs_of_signs_are_secrets_and_short_or_plain_parts_are_none():
    call = a_spoken_call(
        "i am [PERSON|Jo Bennett] of [STREET_ADDRESS|forty two Maple Avenue]",
        "[CREDIT_CARD|four five] [?PHONE_NUMBER|one two three] [ID_NUMBER|K R, four eight]",
        "the year [DATE_OF_BIRTH|nineteen eighty six]",
    )
    found = [(s.text, s.is_name, s.turn, s.words) for s in secrets_of(call)]
    assert found == [
        ("bennett", True, 0, (3,)),
        ("maple", True, 0, (7,)),
        ("kr48", False, 1, (5, 6, 7, 8)),
        ("1986", False, 2, (2, 3, 4)),
    ]


def test_a_secret_has_the_time_and_the_channel_of_its_words():
    secret = the_secret("the code is [PIN|four seven one]")
    assert (secret.channel, secret.time.start_ms, secret.time.end_ms) == (1, 900, 1800)
    assert "471" not in repr(secret)


@pytest.mark.parametrize("texts", [["Bennett,"], ["bennet"], ["mister-bennett's"], ["well", "Bennett"]])
def test_a_name_is_heard_as_it_is_or_nearly_so(texts):
    assert is_heard(the_secret("i am [PERSON|Bennett]"), heard(*texts, at_ms=600))


@pytest.mark.parametrize("texts", [["better"], ["ben"], ["net"], []])
def test_another_word_is_not_the_name(texts):
    assert not is_heard(the_secret("i am [PERSON|Bennett]"), heard(*texts, at_ms=600))


@pytest.mark.parametrize("texts", [["4532"], ["so", "45", "3"], ["five", "three", "two"], ["4-5-3"]])
def test_three_digits_in_a_row_give_a_number_away(texts):
    assert is_heard(the_secret("it is [CREDIT_CARD|four five three two]"), heard(*texts, at_ms=600))


@pytest.mark.parametrize("texts", [["45"], ["four", "so", "five", "three"], ["254"], ["for", "five"]])
def test_two_digits_or_others_do_not(texts):
    assert not is_heard(the_secret("it is [CREDIT_CARD|four five three two]"), heard(*texts, at_ms=600))


def test_a_spelled_name_is_heard_spelled_or_as_a_word():
    secret = the_secret("it is [PERSON|H A R T]")
    assert is_heard(secret, heard("H-A-R", at_ms=600))
    assert is_heard(secret, heard("Hart", at_ms=600))
    assert not is_heard(secret, heard("hats", "off", at_ms=600))


@pytest.mark.parametrize(("at_ms", "is_near"), [(0, False), (99, False), (101, True), (1399, True), (1400, False)])
def test_only_what_is_heard_within_half_a_second_of_its_place_counts(at_ms, is_near):
    secret = the_secret("i am [PERSON|Bennett]")
    assert (secret.time.start_ms, secret.time.end_ms) == (600, 900)
    assert is_heard(secret, [Word(text="Bennett", channel=1, start_ms=at_ms, end_ms=at_ms)]) is is_near


def test_what_is_heard_on_another_channel_does_not_count():
    assert not is_heard(the_secret("i am [PERSON|Bennett]"), heard("Bennett", at_ms=600, channel=0))
