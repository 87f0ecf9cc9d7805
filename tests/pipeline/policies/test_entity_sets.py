from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipeline.model.entity import EntityType as T
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.policies.entity_sets import ALWAYS_HIDDEN, EntitySet, list_entity_sets, load_entity_set
from pipeline.policies.loader import check
from pipeline.redaction.profile import DEFAULT_PROFILE

SETS = list_entity_sets()
CARD = {T.CREDIT_CARD, T.CREDIT_CARD_CVV, T.CREDIT_CARD_EXPIRY, T.PIN}


def document(name: str = "default") -> dict[str, Any]:
    return load_entity_set(name).model_dump(mode="json")


def test_the_sets_are_these() -> None:
    assert SETS == ("children", "default", "health", "payment")


@pytest.mark.parametrize("name", SETS)
def test_a_set_has_its_name_a_source_and_a_day_it_was_checked_on(name: str) -> None:
    loaded = load_entity_set(name)
    assert loaded.id == name
    assert date(2026, 1, 1) < loaded.checked_on < date(2030, 1, 1)
    assert len(loaded.source) > 20


@pytest.mark.parametrize("name", SETS)
def test_a_set_decides_about_every_type_with_a_reason_and_always_hides_what_nobody_can_name(name: str) -> None:
    loaded = load_entity_set(name)
    assert set(loaded.hides) | set(loaded.shows) == set(T)
    assert set(loaded.hides) >= ALWAYS_HIDDEN | CARD


@pytest.mark.parametrize("name", ["default", "health", "children"])
def test_a_set_for_people_shows_nothing(name: str) -> None:
    assert load_entity_set(name).shows == {}


def test_payment_shows_who_called_and_hides_what_pays_and_what_may_be_a_piece_of_it() -> None:
    payment = load_entity_set("payment")
    assert {T.PERSON, T.PHONE_NUMBER, T.STREET_ADDRESS} <= set(payment.shows)
    assert CARD | {T.ACCOUNT_NUMBER, T.IBAN_CODE, T.PASSWORD, T.ID_NUMBER} <= set(payment.hides)


def test_patients_and_children_are_hidden_on_less_evidence() -> None:
    assert load_entity_set("default").ceilings == {}
    assert load_entity_set("health").ceilings[T.MEDICAL_RECORD] < 0.3
    assert load_entity_set("children").ceilings[T.PERSON] < load_entity_set("health").ceilings[T.PERSON] < 0.3
    for name in ("health", "children"):
        assert max(load_entity_set(name).ceilings.values()) < DEFAULT_PROFILE.threshold


def test_no_word_is_kept_for_children() -> None:
    assert {name: load_entity_set(name).keep_words.allowed for name in SETS} == {
        "children": False, "default": True, "health": True, "payment": True,
    }  # fmt: skip


def test_a_set_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(NotFound, match="children, default, health, payment"):
        load_entity_set("../nejix")


def _without(part: str, type: str) -> dict[str, Any]:
    bent = document("payment")
    del bent[part][type]
    return bent


def _shown(type: str) -> dict[str, Any]:
    bent = _without("hides", type)
    bent["shows"][type] = "It says so."
    return bent


@pytest.mark.parametrize(
    ("bent", "fault"),
    [
        (_without("hides", "PIN"), "PIN is neither hidden nor shown"),
        (_without("shows", "PERSON"), "PERSON is neither hidden nor shown"),
        (document() | {"shows": {"PIN": "It says so."}}, "PIN is hidden and shown"),
        (_shown("OTHER"), "OTHER is always hidden"),
        (_shown("TENANT_WORD"), "TENANT_WORD is always hidden"),
        (document() | {"hides": {"PINS": {"why": "It says so."}}}, "hides"),
        (document() | {"source": ""}, "source"),
        (document() | {"checked_on": None}, "checked_on"),
        (document() | {"about": "no sentence"}, "about"),
        (document() | {"more": 1}, "more"),
    ],
)
def test_a_set_that_leaves_something_open_is_refused(bent: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidInput, match=fault):
        check(EntitySet, bent, name="bent.yaml")


@pytest.mark.parametrize("ceiling", [0, 1, -0.1, 2])
def test_a_ceiling_that_hides_nothing_or_everything_is_refused(ceiling: float) -> None:
    bent = document()
    bent["hides"]["PIN"] = {"why": "A secret.", "at_most": ceiling}
    with pytest.raises(InvalidInput, match="at_most"):
        check(EntitySet, bent, name="bent.yaml")
