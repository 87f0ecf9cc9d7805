from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.entity import EntityType
from pipeline.redaction.cues import Cue, asks_something_else, find_cues, is_asking, is_label_only
from pipeline.redaction.vocabulary import read_sections

SECTIONS = read_sections("cues")


@pytest.mark.parametrize(
    ("said", "type"),
    [
        ("what is your date of birth", "DATE_OF_BIRTH"),
        ("and the expiry on that", "CREDIT_CARD_EXPIRY"),
        ("the three digits on the back", "CREDIT_CARD_CVV"),
        ("can i have the long number", "CREDIT_CARD"),
        ("last four of your social", "US_SSN"),
        ("your national insurance number", "NATIONAL_ID"),
        ("do you have the policy number", "ID_NUMBER"),
        ("what's your postcode", "ZIP_CODE"),
        ("who am i speaking with", "PERSON"),
        ("and your email", "EMAIL_ADDRESS"),
        ("where do you live", "STREET_ADDRESS"),
        ("a number to reach you on, reach you at", "PHONE_NUMBER"),
        ("what is the registration plate", "VEHICLE"),
        ("your medical record number", "MEDICAL_RECORD"),
        ("the one time code we sent", "PIN"),
        ("what password did you set", "PASSWORD"),
        ("your i p address", "IP_ADDRESS"),
        ("your passport number", "PASSPORT"),
        ("your driver's licence number", "DRIVER_LICENSE"),
        ("your iban please", "IBAN_CODE"),
        ("your user name", "USERNAME"),
    ],
)
def test_each_kind_of_personal_data_is_recognised_by_what_people_call_it(said: str, type: str) -> None:
    assert type in {cue.type.value for cue in find_cues(said)}


def test_the_more_special_name_wins_its_place() -> None:
    assert [cue.type.value for cue in find_cues("your email address")] == ["EMAIL_ADDRESS"]


def test_requests_are_told_from_statements() -> None:
    assert is_asking("could you confirm the postcode")
    assert not is_asking("the postcode is wrong")


def test_a_bare_label_is_a_request() -> None:
    assert is_label_only("okay and your zip code")
    assert not is_label_only("my zip code is somewhere in the letter you sent")


def test_questions_about_amounts_and_times_are_other_questions() -> None:
    assert asks_something_else("how much was it")
    assert not asks_something_else("okay thank you")


TALK = st.text("abcdefghijklmnopqrstuvwxyz '0123456789", max_size=20)


@settings(max_examples=40)
@given(st.data(), TALK, TALK)
@pytest.mark.parametrize("kind", [kind for kind in SECTIONS if kind in EntityType.__members__])
def test_the_quick_look_passes_over_nothing_that_a_pattern_would_find(
    kind: str, data: st.DataObject, before: str, after: str
) -> None:
    name = data.draw(st.sampled_from(SECTIONS[kind]).flatmap(lambda pattern: st.from_regex(pattern, fullmatch=True)))
    for text in (name, f"{before} {name} {after}", f"{before}{name}{after}"):
        assert find_cues(text) == _looked_for_everywhere(text)


def _looked_for_everywhere(text: str) -> tuple[Cue, ...]:
    """Find cues by the patterns alone, all of them."""
    taken: list[Cue] = []
    for kind, patterns in SECTIONS.items():
        if kind not in EntityType.__members__:
            continue
        for found in re.finditer("|".join(patterns), text):
            if found.end() > found.start() and not any(c.start < found.end() and found.start() < c.end for c in taken):
                taken.append(Cue(EntityType(kind), found.start(), found.end()))
    return tuple(sorted(taken, key=lambda cue: cue.start))
