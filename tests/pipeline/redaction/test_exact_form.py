from __future__ import annotations

import pytest

from pipeline.model.entity import EntityType
from pipeline.model.subject import Identifier, IdentifierKind
from pipeline.redaction.exact_form import asked_form, country_of, exact_number, said_form

MAIL, NUMBER = EntityType.EMAIL_ADDRESS, EntityType.PHONE_NUMBER


@pytest.mark.parametrize(
    ("written", "form"),
    [
        (" anna@Gmail.COM ", "anna@gmail.com"),
        ("Anna.Meier@gmail.com", "Anna.Meier@gmail.com"),
        ("anna@g-mail.com", "anna@g-mail.com"),
        ("anna@gmail.co.m", None),
        ("anna@\u212aiwi.com", None),
        ("anna@gmail.com,ben@example.com", None),
        ("anna@ben@example.com", None),
        ("anna", None),
    ],
)
def test_an_address_is_kept_sign_by_sign(written, form):
    assert asked_form(Identifier(kind=IdentifierKind.EMAIL, value=written)) == form


@pytest.mark.parametrize(
    ("said", "form"),
    [
        ("anna dot meier at gmail dot com", "anna.meier@gmail.com"),
        ("a n n a dash m at Web dot co dot nz.", "anna-m@web.co.nz"),
        ("anna at gmail", None),
    ],
)
def test_a_said_address_has_the_form_in_which_it_would_be_written(said, form):
    assert said_form(MAIL, said, country=None) == form


@pytest.mark.parametrize(
    ("said", "country", "form"),
    [
        ("two one two five five five oh one double four", "US", "+12125550144"),
        ("212-555-0144.", "US", "+12125550144"),
        ("plus one two one two five five five oh one double four", "NZ", "+12125550144"),
        ("oh nine two three four five six seven eight", "NZ", "+6492345678"),
        ("two one two five five five oh one double four", None, None),
        ("five five five oh one double four", "US", None),
        ("twelve oranges", "US", None),
    ],
)
def test_a_said_number_counts_in_full_alone(said, country, form):
    assert said_form(NUMBER, said, country=country) == form


def test_a_number_of_a_leg_is_its_own_form_and_a_zero_before_the_area_is_none_of_it():
    assert exact_number("+12125550100") == "+12125550100"
    assert exact_number("+64092345678") == exact_number("+6492345678") == "+6492345678"
    assert exact_number("2125550100") is exact_number("anonymous") is exact_number("") is None
    assert exact_number("+999123456789") == "+999123456789"


def test_names_and_accounts_have_no_exact_form():
    assert asked_form(Identifier(kind=IdentifierKind.NAME, value="Anna Meier")) is None
    assert said_form(EntityType.PERSON, "anna meier", country="US") is None


@pytest.mark.parametrize(
    ("places", "country"),
    [(("US-NY", "US-CA"), "US"), (("NZ",), "NZ"), (("US-NY", "CA-ON"), None), (("unknown",), None), ((), None)],
)
def test_a_leg_has_a_country_where_all_its_places_are_in_one(places, country):
    assert country_of(places) == country
