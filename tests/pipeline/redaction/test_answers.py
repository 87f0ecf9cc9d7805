from __future__ import annotations

import numpy as np
import pytest

from pipeline.model.entity import EntityType
from pipeline.model.transcript import Turn
from pipeline.redaction.answers import AnswerReader
from pipeline.redaction.read_turn import read_turn
from pipeline.redaction.tagger.network import LABELS
from pipeline.redaction.turn_view import TurnView
from pipeline.redaction.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def reader(vocabulary: Vocabulary) -> AnswerReader:
    return AnswerReader(vocabulary)


def a_view(text: str) -> TurnView:
    read = read_turn("caller", text)
    shares = np.zeros((len(read.written.tokens), len(LABELS)), np.float32)
    return TurnView(turn=Turn(index=0, speaker="caller", text=text), read=read, shares=shares, found=())


def answered(reader: AnswerReader, slot: EntityType, text: str, *, spelling: bool = False) -> list[str]:
    view = a_view(text)
    spans = [view.written.said(a.first, a.last) for a in reader.read(view, slot, alone=True, spelling=spelling)]
    return [text[s.start : s.end] for s in spans if s is not None]


@pytest.mark.parametrize(
    ("slot", "said", "expected"),
    [
        ("PERSON", "yes it's margaret okonkwo", "margaret okonkwo"),
        ("PERSON", "uh stone", "stone"),
        ("PERSON", "m a ra g a r et", "m a ra g a r et"),
        ("DATE_OF_BIRTH", "it's the third of march eighty seven", "third of march eighty seven"),
        ("DATE_OF_BIRTH", "fourteenth no fifteenth of may 1970", "fourteenth no fifteenth of may 1970"),
        ("STREET_ADDRESS", "it's forty one tasman street mount cook", "forty one tasman street mount cook"),
        ("ZIP_CODE", "sure s w one a two a a", "s w one a two a a"),
        ("ZIP_CODE", "for tea you why", "for tea you why"),
        ("PHONE_NUMBER", "two oh six", "two oh six"),
        ("CREDIT_CARD", "four one two to three four", "four one two to three four"),
        ("PIN", "it is seven", "seven"),
        ("PASSWORD", "it's blue tiger", "blue tiger"),
        ("EMAIL_ADDRESS", "margaret gee mail", "margaret gee mail"),
    ],
)
def test_the_answer_is_taken_without_the_talk_around_it(
    reader: AnswerReader, slot: str, said: str, expected: str
) -> None:
    assert answered(reader, EntityType(slot), said) == [expected]


@pytest.mark.parametrize(
    ("slot", "said"),
    [
        ("PERSON", "hold on a second please"),
        ("PERSON", "okay that sounds good"),
        ("PHONE_NUMBER", "i have been waiting for twenty minutes"),
        ("STREET_ADDRESS", "let me check"),
        ("ZIP_CODE", "i don't know"),
        ("CREDIT_CARD", "one moment"),
        ("PASSWORD", "why do you need that"),
    ],
)
def test_a_stall_or_a_question_back_is_no_answer(reader: AnswerReader, slot: str, said: str) -> None:
    assert answered(reader, EntityType(slot), said) == []


def test_scraps_of_words_belong_to_a_name_that_is_being_spelled(reader: AnswerReader) -> None:
    assert answered(reader, EntityType.PERSON, "empty car ti n", spelling=True) == ["empty car ti n"]


def test_in_a_long_answer_only_the_name_is_taken(reader: AnswerReader) -> None:
    said = "well it was booked by my sister siobhan and i only wanted to ask about the time of the visit"
    assert answered(reader, EntityType.PERSON, said) == ["siobhan"]


@pytest.mark.parametrize(
    ("slot", "said", "type"),
    [
        ("US_SSN", "503500000000001", "CREDIT_CARD"),
        ("US_SSN", "503500000000002", "US_SSN"),
        ("ACCOUNT_NUMBER", "503500000000001", "ACCOUNT_NUMBER"),
        ("ACCOUNT_NUMBER", "4111111111111111", "CREDIT_CARD"),
        ("PIN", "4111", "PIN"),
    ],
)
def test_what_is_too_long_for_what_was_asked_is_a_card_if_its_check_digit_says_so(
    reader: AnswerReader, slot: str, said: str, type: str
) -> None:
    (answer,) = reader.read(a_view(said), EntityType(slot), alone=True)
    assert answer.type is EntityType(type)
