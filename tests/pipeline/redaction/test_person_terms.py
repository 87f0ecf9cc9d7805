from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import EntityType as T
from pipeline.model.errors import InvalidInput
from pipeline.model.subject import Identifier, IdentifierKind
from pipeline.redaction.person_terms import (
    check_identifier,
    counted_form,
    index_key,
    number_terms,
    said_terms,
    wanted_terms,
)

KEY, OTHER = index_key(b"k" * 32), index_key(b"o" * 32)
K = IdentifierKind


def sought(kind: IdentifierKind, value: str, key: bytes = KEY):
    return wanted_terms(Identifier(kind=kind, value=value), key=key)


def is_found(kind: IdentifierKind, value: str, type: T, said: str) -> str:
    sure, together, maybe = sought(kind, value)
    terms = said_terms(type, said, key=KEY)
    if sure & terms or (len(together) > 1 and together <= terms):
        return "sure"
    return "maybe" if (together | maybe) & terms else "no"


@pytest.mark.parametrize(
    "said",
    [
        "Anna Müller",
        "ANNA MULLER",
        "anna muller",
        "A n n a Müller",
        "Müller, Anna",
        "Anna spelled A N N A Muller",
        "a n n a m u l l e r",
        "Anna m as in mike u l l e r",
        "Mrs Anna Müller's",
        "annamuller",
    ],
)
def test_a_name_is_found_said_spelled_and_in_any_case(said):
    assert is_found(K.NAME, "Anna Müller", T.PERSON, said) == "sure"


@pytest.mark.parametrize(("said", "how"), [("Anna", "maybe"), ("Anne Muller", "maybe"), ("Hanna Miller", "no")])
def test_who_is_only_alike_or_named_in_part_is_not_taken_for_the_person(said, how):
    assert is_found(K.NAME, "Anna Müller", T.PERSON, said) == how


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Kathryn Bell", "catherine k a t h r y n bell"),
        ("Catherine Bell", "catherine k a t h r y n bell"),
        ("Kathryn Bell", "catherine spelled k a t h r y n bell"),
        ("Neil Neill", "neil neill"),
        ("Neil Neill", "Mr Neil N e i l l"),
        ("Philip Phillip", "phillip philip"),
        ("Peter Spelt", "peter spelt"),
        ("Anna Strauss", "anna strauß"),
        ("Anna STRAUẞ", "anna strauss"),
    ],
)
def test_a_word_that_sounds_like_another_of_the_name_is_not_lost(name: str, said: str) -> None:
    assert is_found(K.NAME, name, T.PERSON, said) == "sure"
    assert sought(K.NAME, name)[0] & said_terms(T.PERSON, said, key=KEY)


@pytest.mark.parametrize(
    ("name", "said"), [("Neil Neill", "neil"), ("Neill", "neil neill"), ("Neil Neill", "neil bell")]
)
def test_one_of_two_words_that_sound_alike_is_not_the_whole_name(name: str, said: str) -> None:
    assert is_found(K.NAME, name, T.PERSON, said) == "maybe"


@pytest.mark.parametrize(
    ("name", "forms", "how"),
    [
        ("Anna Bell", ["w:anna", "w:bell", "f:anna bell", "j:annabell"], "sure"),
        ("Catherine Kathryn Bell", ["f:bell catherine"], "sure"),
        ("Catherine Kathryn Bell", ["j:catherinebell"], "sure"),
        ("Catherine Kathryn Bell", ["w:catherine", "w:bell"], "sure"),
        ("Neil Neill", ["w:neil", "f:neil", "j:neil"], "maybe"),
        ("Dr Spelt", ["f:dr spelt"], "sure"),
    ],
)
def test_a_name_is_found_by_the_terms_that_were_stored_without_the_words_that_sound_alike(
    name: str, forms: list[str], how: str
) -> None:
    stored = {hmac.digest(KEY, f"name\x00{form}".encode(), "sha256").hex() for form in forms}
    sure, together, maybe = sought(K.NAME, name)
    is_sure = bool(sure & stored) or (len(together) > 1 and together <= stored)
    assert ("sure" if is_sure else "maybe" if (together | maybe) & stored else "no") == how


def test_a_first_name_alone_is_never_sure():
    assert is_found(K.NAME, "Anna", T.PERSON, "Anna") == "maybe"


@pytest.mark.parametrize(
    ("said", "how"),
    [
        ("+1 (212) 555-0144", "sure"),
        ("two one two five five five oh one double four", "sure"),
        ("five five five oh one four four", "maybe"),
        ("555 0144", "maybe"),
        ("212 555 0145", "no"),
        ("zero two one two five five five oh one four four", "sure"),
    ],
)
def test_a_number_is_found_with_and_without_its_country_and_by_its_last_digits(said, how):
    assert is_found(K.NUMBER, "+12125550144", T.PHONE_NUMBER, said) == how


@pytest.mark.parametrize(
    "said", ["Anna.Meier@Gmail.com", "anna dot meier at gmail dot com", "a n n a dot meier at gmail dot com"]
)
def test_an_address_is_found_written_said_and_spelled(said):
    assert is_found(K.EMAIL, "anna.meier@gmail.com", T.EMAIL_ADDRESS, said) == "sure"


@pytest.mark.parametrize("type", [T.ACCOUNT_NUMBER, T.ID_NUMBER, T.USERNAME])
def test_an_account_is_found_however_it_is_parted(type):
    for said in ("AB-12444", "a b dash 12 triple four", "AB 12 444"):
        assert is_found(K.ACCOUNT, "ab12444", type, said) == "sure"


def test_another_key_gives_other_terms_and_a_plain_digest_is_never_one():
    ours, theirs = number_terms("+12125550144", key=KEY), number_terms("+12125550144", key=OTHER)
    assert ours
    assert not ours & theirs
    guesses = {hashlib.sha256(f"number\x00n:{digits}".encode()).hexdigest() for digits in ("12125550144", "5550144")}
    unkeyed = {hmac.digest(b"", f"number\x00n:{digits}".encode(), "sha256").hex() for digits in ("12125550144",)}
    assert not ours & (guesses | unkeyed)


def test_the_kinds_do_not_meet_and_places_and_dates_name_nobody():
    assert not said_terms(T.ACCOUNT_NUMBER, "2125550144", key=KEY) & number_terms("2125550144", key=KEY)
    assert (
        said_terms(T.LOCATION, "Hamburg", key=KEY) == said_terms(T.DATE_OF_BIRTH, "3 May 1990", key=KEY) == frozenset()
    )


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (K.NUMBER, "0211234567"),
        (K.NUMBER, "+12"),
        (K.NUMBER, ""),
        (K.EMAIL, "anna"),
        (K.EMAIL, "a@b"),
        (K.NAME, "  "),
        (K.NAME, "..."),
        (K.NAME, "a" * 201),
        (K.NAME, "Anna\nMeier"),
        (K.ACCOUNT, "12"),
    ],
)
def test_what_nobody_can_be_found_by_is_refused_without_repeating_it(kind, value):
    with pytest.raises(InvalidInput) as caught:
        check_identifier(Identifier(kind=kind, value=value))
    assert not value.strip() or value.strip() not in str(caught.value)


@given(st.from_regex(r"[1-9][0-9]{8,13}", fullmatch=True), st.integers(0, 5))
def test_every_number_is_found_by_itself_and_by_what_follows_its_country(digits, cut):
    said = digits[min(cut, len(digits) - 9) :]
    sure, _, maybe = sought(K.NUMBER, f"+{digits}")
    assert sure | maybe
    if not said.startswith("0"):
        assert sure & number_terms(said, key=KEY)


@pytest.mark.parametrize(
    ("kind", "spelled"),
    [
        (K.NUMBER, ("+6491234567", "+64 9 123-4567", "+64 (0)9 123 4567", "+64091234567")),
        (K.EMAIL, ("anna.meier@gmail.com", " Anna.Meier@Gmail.com ", "ANNA.MEIER@GMAIL.COM")),
        (K.EMAIL, ("annameier@gmail.com", "anna.meier@gmail.com")),
        (K.NUMBER, ("x", " X ")),
    ],
)
def test_tries_are_counted_under_one_form_however_a_number_or_address_is_spelled(kind, spelled):
    assert len({counted_form(Identifier(kind=kind, value=value)) for value in spelled}) == 1
    assert counted_form(Identifier(kind=kind, value=spelled[0])) != counted_form(
        Identifier(kind=kind, value="+4912345")
    )
