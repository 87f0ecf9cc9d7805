"""People who are asked."""

from __future__ import annotations

from samples.scenario import Answer
from samples.twilio_standin.leg import Person

YES, NO = Answer(kind="digits", digits="1"), Answer(kind="digits", digits="2")


def test_a_person_answers_each_time_as_prepared_and_the_last_again_and_again():
    person = Person({"record": (YES, NO)})
    assert [person.answer("record") for _ in range(3)] == [YES, NO, NO]


def test_a_question_that_nobody_prepared_for_is_met_with_silence():
    assert Person({"record": (YES,)}).answer("training").kind == "silence"


def test_answers_to_one_question_do_not_use_up_those_to_another():
    person = Person({"record": (YES, NO), "training": (NO,)})
    assert [person.answer(purpose) for purpose in ("record", "training", "record")] == [YES, NO, NO]


def test_any_stands_for_purposes_not_listed():
    assert Person({"any": (YES,)}).answer("whisper") == YES
