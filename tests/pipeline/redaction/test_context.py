from __future__ import annotations

from pipeline.redaction.detect import Detector
from tests.pipeline.redaction.dialogues import a_conversation, hidden, left


def test_an_answer_is_hidden_as_what_was_asked_and_names_the_question(detector: Detector) -> None:
    call = a_conversation(
        "agent: what is your member number", "caller: four four", "agent: and your pin", "caller: nine one"
    )
    entities = detector.detect(call)
    assert hidden(call, entities) == ["ID_NUMBER four four", "PIN nine one"]
    assert [entity.evidence[0].question_turn for entity in entities] == [0, 2]


def test_a_slot_stays_open_over_an_interruption(detector: Detector) -> None:
    call = a_conversation(
        "agent: can i take the card number",
        "caller: hold on let me find it",
        "agent: no rush",
        "caller: four five four three",
        "agent: mm hmm",
        "caller: one two",
    )
    assert hidden(call, detector.detect(call)) == ["CREDIT_CARD four five four three", "CREDIT_CARD one two"]


def test_a_read_back_and_its_correction_are_hidden_on_both_channels(detector: Detector) -> None:
    call = a_conversation(
        "agent: what is the best number for you",
        "caller: two oh six five five five",
        "agent: two zero six five five five",
        "caller: no five five four",
        "agent: okay five five four",
    )
    assert left(call, detector.detect(call)) == ["what is the best number for you", "_", "_", "no _", "okay _"]


def test_a_date_told_in_pieces_is_hidden_in_each(detector: Detector) -> None:
    call = a_conversation(
        "agent: and your date of birth", "caller: march third", "agent: and the year", "caller: eighty seven"
    )
    assert left(call, detector.detect(call))[1::2] == ["_", "_"]


def test_a_number_that_answers_another_kind_of_question_is_left(detector: Detector) -> None:
    call = a_conversation(
        "agent: what is your zip code",
        "caller: nine eight one oh one",
        "agent: how many pizzas would you like",
        "caller: two large ones",
    )
    assert left(call, detector.detect(call))[3] == "two large ones"


def test_a_question_to_spell_a_postcode_is_about_the_postcode(detector: Detector) -> None:
    call = a_conversation("agent: could you spell your postcode", "caller: sierra whiskey one alpha two be a")
    assert hidden(call, detector.detect(call)) == ["ZIP_CODE sierra whiskey one alpha two be a"]
