from __future__ import annotations

from random import Random

import pytest

from pipeline.model.entity import EntityType
from pipeline.redaction.training.cast import Cast
from pipeline.redaction.training.slots_personal import PERSONAL

CONSTANT = {"first", "last", "street", "street_bare", "town", "region", "dob_month"}
"""What there is only one way to say."""


@pytest.mark.parametrize("slot", sorted(PERSONAL))
def test_every_slot_says_words_and_says_them_again_from_the_same_seed(slot: str, people: Cast) -> None:
    _, say = PERSONAL[slot]
    for seed in range(60):
        assert say(Random(seed), people.caller).split()
        assert say(Random(seed), people.caller) == say(Random(seed), people.caller)


@pytest.mark.parametrize("slot", sorted(set(PERSONAL) - CONSTANT))
def test_what_can_be_said_in_several_ways_is(slot: str, people: Cast) -> None:
    _, say = PERSONAL[slot]
    assert len({say(Random(seed), people.caller) for seed in range(80)}) > 1


def test_every_kind_of_data_that_is_asked_for_on_a_telephone_has_a_slot() -> None:
    assert set(EntityType) - {kind for kind, _ in PERSONAL.values()} <= {EntityType.OTHER, EntityType.TENANT_WORD}


def test_a_number_from_abroad_has_its_country(people: Cast) -> None:
    _, say = PERSONAL["phone"]
    said = [say(Random(seed), people.caller).split()[0] for seed in range(300)]
    assert any(word == "plus" or word.startswith("+") for word in said)


def test_parts_of_a_card_make_the_whole(people: Cast) -> None:
    whole = people.caller.card
    heard = ""
    for part in ("card_a", "card_b", "card_c", "card_d"):
        spaced = (PERSONAL[part][1](Random(seed), people.caller) for seed in range(200))
        heard += next(said for said in spaced if said.replace(" ", "").isdecimal()).replace(" ", "")
    assert heard == whole
