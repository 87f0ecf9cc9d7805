from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from pipeline.model.entity import EntityType
from pipeline.redaction.training.cast import Cast, Said
from pipeline.redaction.training.slots import fill, fill_plain, is_slot, whose


@pytest.mark.parametrize(("slot", "parts"), [
    ("first", ("", "first")), ("other_dob_year", ("other_", "dob_year")), ("another_full", ("another_", "full")),
    ("wrong_agent_first", ("wrong_agent_", "first")), ("agent_email", ("agent_", "email")),
])  # fmt: skip
def test_a_slot_says_whose_it_is(slot: str, parts: tuple[str, str]) -> None:
    assert whose(slot) == parts


def test_a_slot_that_there_is_not_is_known_as_such() -> None:
    assert is_slot("wrong_card_a", "")
    assert is_slot("", "company")
    assert is_slot("famous", "")
    assert not is_slot("other_shoe", "")
    assert not is_slot("", "first")


def test_a_title_is_not_personal_and_the_name_after_it_is(people: Cast) -> None:
    title, name = fill(Random(1), "title_last", replace(people.caller, last="de silva"))
    assert title.type is None
    assert name == Said(("de", "silva"), EntityType.PERSON)


def test_the_article_of_a_place_is_not_personal(people: Cast) -> None:
    article, place = fill(Random(1), "region", replace(people.caller, region="the yukon"))
    assert article == Said(("the",))
    assert place == Said(("yukon",), EntityType.LOCATION)


def test_somebody_famous_is_a_person(people: Cast) -> None:
    (said,) = fill_plain(Random(1), "famous", people)
    assert said.type is EntityType.PERSON


def test_what_may_be_hidden_or_not_is_marked(people: Cast) -> None:
    assert fill_plain(Random(1), "flight", people)[0].free
    assert not fill_plain(Random(1), "amount", people)[0].free


def test_a_slot_that_there_is_not_cannot_be_filled(people: Cast) -> None:
    with pytest.raises(KeyError):
        fill(Random(1), "shoe", people.caller)
