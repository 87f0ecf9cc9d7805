from __future__ import annotations

import pytest

from pipeline.redaction.detect import Detector
from tests.pipeline.redaction.dialogues import a_conversation, hidden


@pytest.mark.parametrize(
    "said",
    [
        "thank you for calling northside dental how can i help",
        "i take lisinopril and metformin every morning",
        "my elbow is swollen and my abdomen hurts",
        "i bought it on amazon with my visa at starbucks",
        "hmmm alrighty then",
        "it's two thirty on a tuesday",
        "that is a hundred and forty dollars",
    ],
)
def test_companies_medicines_and_talk_are_not_taken_for_people(detector: Detector, said: str) -> None:
    call = a_conversation(f"agent: {said}")
    assert hidden(call, detector.detect(call)) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("margaret okonkwo", ["PERSON margaret okonkwo"]),
        ("zbigniew", ["PERSON zbigniew"]),
        ("five zero three four", ["ID_NUMBER five zero three four"]),
        ("priya double four nine one eight", ["PERSON priya", "ID_NUMBER double four nine one eight"]),
    ],
)
def test_a_turn_that_is_only_a_name_or_number_is_hidden_without_its_question(
    detector: Detector, said: str, expected: list[str]
) -> None:
    call = a_conversation(f"caller: {said}")
    assert hidden(call, detector.detect(call)) == expected
