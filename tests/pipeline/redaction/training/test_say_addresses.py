from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from pipeline.redaction.training.cast import Cast
from pipeline.redaction.training.persona import Persona
from pipeline.redaction.training.say_addresses import address, house, postcode, street, unit

SEEDS = range(300)


@pytest.fixture
def resident(people: Cast) -> Persona:
    return replace(people.caller, house="142", street_bare="ash", street_word="lane", unit_word="flat", unit="3b",
                   town="poole", region="dorset", zip="2041")  # fmt: skip


def test_a_house_is_said_as_an_amount_in_pairs_or_as_figures(resident: Persona) -> None:
    said = {house(Random(seed), resident) for seed in SEEDS}
    assert {"one hundred and forty two", "one forty two", "one four two", "142"} <= said


def test_an_address_names_its_street_and_as_much_more_as_people_give(resident: Persona) -> None:
    said = [address(Random(seed), resident) for seed in SEEDS]
    assert all("ash" in one.split() for one in said)
    assert any(one.endswith("ash lane") for one in said)
    assert any(one.endswith("poole") for one in said)
    assert any(one.endswith("dorset") for one in said)
    assert any(one.startswith("flat ") for one in said)
    assert any(one.startswith("number ") for one in said)


def test_streets_units_and_postcodes_are_said_by_themselves(resident: Persona) -> None:
    assert street(resident) == "ash lane"
    assert {"three b", "3 b"} <= {unit(Random(seed), resident) for seed in SEEDS}
    assert {"twenty forty one", "two oh four one", "2041"} <= {postcode(Random(seed), resident) for seed in SEEDS}
