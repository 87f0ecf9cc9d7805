"""The one exact form of an address or a number by which somebody can prove who they are; None where there is none.

Other than what a person is found by, nothing is left out of it: `anna@g-mail.com` is another than `anna@gmail.com`, and
a number without its country is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import phonenumbers

from pipeline.model.entity import EntityType
from pipeline.model.subject import Identifier, IdentifierKind
from pipeline.redaction.normalise import write

_ADDRESS: Final = re.compile(r"([a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})@((?:[a-zA-Z0-9-]{1,63}\.)+[a-zA-Z]{2,63})")
_NUMBER: Final = re.compile(r"\+?[0-9][0-9 ().-]*")
_SIGNS: Final = re.compile(r"[ ().-]")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_AFTER: Final = " .,;:?!"


def asked_form(sought: Identifier) -> str | None:
    """Give the exact form of what somebody wrote: a code goes there and nowhere else."""
    match sought.kind:
        case IdentifierKind.EMAIL:
            return _address(sought.value.strip())
        case IdentifierKind.NUMBER:
            return exact_number(sought.value)
        case _:
            return None


def said_form(type: EntityType, said: str, *, country: str | None) -> str | None:
    """Give the exact form of what somebody said; a number without its country takes that of its leg."""
    if type is EntityType.EMAIL_ADDRESS:
        return _address(write(said).text.strip(_AFTER))
    if type is EntityType.PHONE_NUMBER:
        return exact_number(write(said).text.strip(_AFTER), country=country)
    return None


def exact_number(number: str, *, country: str | None = None) -> str | None:
    """Give a number in full international form."""
    written = number.strip()
    if not _NUMBER.fullmatch(written):
        return None
    try:
        parsed = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is not None and phonenumbers.is_valid_number(parsed):
        return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    plain = _SIGNS.sub("", written)
    return plain if _E164.fullmatch(plain) else None


def country_of(places: Iterable[str]) -> str | None:
    """Give the one country of all the places that somebody may be in; None where there are several, or one unknown."""
    countries = {place.partition("-")[0] for place in places}
    country = countries.pop() if len(countries) == 1 else ""
    return country if _COUNTRY.fullmatch(country) else None


def _address(written: str) -> str | None:
    """Signs, dots and the capitals before the @ all count; a domain has no capitals."""
    found = _ADDRESS.fullmatch(written)
    return None if found is None else f"{found[1]}@{found[2].lower()}"
