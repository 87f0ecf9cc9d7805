from __future__ import annotations

import pytest

from pipeline.model.entity import EntityType
from pipeline.redaction.detect import Detector
from pipeline.redaction.propagate import Learned, sound_of
from tests.pipeline.redaction.dialogues import a_conversation, hidden, left


def test_what_a_call_taught_does_not_print_its_words() -> None:
    numbers = {"canary1": (EntityType.PIN, 1)}
    learned = Learned(names={"canary2": 1}, sounds={"canary3": 1}, numbers=numbers, places={"canary4": 1})
    assert "canary" not in repr(learned)


def test_a_name_once_given_is_that_name_everywhere(detector: Detector) -> None:
    call = a_conversation(
        "caller: my name is zbigniew okonkwo",
        "agent: i see a note that okonkwo paid and zbigniew's invoice is open",
    )
    assert left(call, detector.detect(call))[1] == "i see a note that _ paid and _ invoice is open"


def test_a_misheard_or_spelled_name_is_recognised(detector: Detector) -> None:
    call = a_conversation(
        "caller: my name is theo castellanos",
        "agent: c a s t e l l a n o s right",
        "agent: the kastellanos account is open",
    )
    assert left(call, detector.detect(call))[1:] == ["_ right", "the _ account is open"]


def test_the_last_digits_of_a_known_number_are_hidden_later(detector: Detector) -> None:
    call = a_conversation(
        "agent: your card number please",
        "caller: four one one one two two three three four four five five six seven eight nine",
        "agent: perfect how can i help today",
        "caller: i was charged twice",
        "agent: i see a charge on the one with six seven eight nine",
    )
    assert left(call, detector.detect(call))[4] == "i see a charge on the one with _"


def test_an_address_is_hidden_when_it_is_read_back(detector: Detector) -> None:
    call = a_conversation(
        "agent: what is your address",
        "caller: flat two forty one tasman street mount cook",
        "agent: forty one tasman street in mount cook thank you",
    )
    assert "tasman" not in left(call, detector.detect(call))[2]


def test_evidence_names_the_turn_a_value_was_learned_from(detector: Detector) -> None:
    call = a_conversation("caller: my name is zbigniew okonkwo", "agent: so the okonkwo file")
    learned = {e.learned_from_turn for entity in detector.detect(call) if entity.turn == 1 for e in entity.evidence}
    assert 0 in learned
    assert len(hidden(call, detector.detect(call))) == 2


@pytest.mark.parametrize(("one", "other"), [("catherine", "kathryn"), ("philips", "fillips"), ("stephen", "stefan")])
def test_spellings_of_one_name_sound_alike(one: str, other: str) -> None:
    assert sound_of(one) == sound_of(other)


def test_different_names_sound_different() -> None:
    assert len({sound_of(name) for name in ("margaret", "theo", "okonkwo", "castellanos", "sione")}) == 5
