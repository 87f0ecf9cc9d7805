"""What a person says where an exchange asks for something of their own, and what kind of data that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from pipeline.model.entity import EntityType as T
from pipeline.redaction.training.persona import Persona, plain
from pipeline.redaction.training.say_addresses import address, house, postcode, street, unit
from pipeline.redaction.training.say_dates import MONTHS, date, day_and_month, expiry, ordinal, year
from pipeline.redaction.training.say_letters import code, letter, spelling
from pipeline.redaction.training.say_mail import mail, mail_host, signs, site
from pipeline.redaction.training.say_numbers import digits

Say = Callable[[Random, Persona], str]

_DIALLED: Final = ("1", "44", "61", "64", "91", "353")
_ABROAD: Final = 0.06
_TITLES: Final = ("mister", "missus", "miss", "mrs", "mr", "ms", "doctor")


def _titled(rng: Random, who: Persona) -> str:
    return f"{rng.choice(_TITLES)} {who.last}"


def _full(rng: Random, who: Persona) -> str:
    middle = f"{rng.choice('abcdefghjklmnprstw')} " if rng.random() < 0.06 else ""
    return f"{who.last} {who.first}" if rng.random() < 0.03 else f"{who.first} {middle}{who.last}"


def _spelled(*fields: str) -> Say:
    return lambda rng, who: " ".join(word for field in fields for word in spelling(rng, getattr(who, field)))


def _figures(field: str, first: float = 0, last: float = 1) -> Say:
    """Say a number, or the part of it between two shares of its length."""

    def say(rng: Random, who: Persona) -> str:
        whole = getattr(who, field)
        return " ".join(digits(rng, whole[round(len(whole) * first) : round(len(whole) * last)]))

    return say


def _phone(rng: Random, who: Persona) -> str:
    if rng.random() >= _ABROAD:
        return " ".join(digits(rng, who.phone))
    dialled = rng.choice(_DIALLED)
    front = f"+{dialled}" if rng.random() < 0.3 else f"plus {' '.join(digits(rng, dialled))}"
    return f"{front} {' '.join(digits(rng, who.phone.lstrip('0')))}"


def _tail(field: str, count: int) -> Say:
    return lambda rng, who: " ".join(digits(rng, getattr(who, field)[-count:]))


def _some(field: str) -> Say:
    def say(rng: Random, who: Persona) -> str:
        whole = getattr(who, field)
        size = rng.randrange(3, max(4, len(whole) - 1))
        at = rng.choice((0, len(whole) - size))
        return " ".join(digits(rng, whole[at : at + size]))

    return say


def _code(kind: str) -> Say:
    def say(rng: Random, who: Persona) -> str:
        text = who.codes[kind]
        return " ".join(digits(rng, text) if text.isdecimal() else code(rng, text))

    return say


def _birth_part(rng: Random, who: Persona) -> str:
    return rng.choice((day_and_month(rng, who.day, who.month), year(rng, who.year), MONTHS[who.month - 1]))


def _ip(rng: Random, who: Persona) -> str:
    if rng.random() < 0.2:
        return who.codes["ip"]
    dot = rng.choice(("dot", "dot", "point"))
    parts = [digits(rng, p, rng.choice(("single", "pairs", "figures"))) for p in who.codes["ip"].split(".")]
    return f" {dot} ".join(" ".join(part) for part in parts)


def _names(who: Persona) -> tuple[str, str]:
    return plain(who.first), plain(who.last)


def _signs(field: str) -> Say:
    return lambda rng, who: " ".join(signs(rng, getattr(who, field), names=_names(who)))


PERSONAL: Final[Mapping[str, tuple[T, Say]]] = {
    "first": (T.PERSON, lambda _, p: p.first),
    "last": (T.PERSON, lambda _, p: p.last),
    "full": (T.PERSON, _full),
    "title_last": (T.PERSON, _titled),
    "initial": (T.PERSON, lambda rng, p: letter(rng, p.first[0])),
    "spelled_first": (T.PERSON, _spelled("first")),
    "spelled_last": (T.PERSON, _spelled("last")),
    "spelled_full": (T.PERSON, _spelled("first", "last")),
    "phone": (T.PHONE_NUMBER, _phone),
    "phone_a": (T.PHONE_NUMBER, _figures("phone", 0, 0.3)),
    "phone_b": (T.PHONE_NUMBER, _figures("phone", 0.3, 0.6)),
    "phone_c": (T.PHONE_NUMBER, _figures("phone", 0.6, 1)),
    "part_phone": (T.PHONE_NUMBER, _some("phone")),
    "email": (T.EMAIL_ADDRESS, lambda rng, p: " ".join(mail(rng, p.local, p.host, names=_names(p)))),
    "email_user": (T.EMAIL_ADDRESS, _signs("local")),
    "email_host": (T.EMAIL_ADDRESS, lambda rng, p: " ".join(mail_host(rng, p.host))),
    "username": (T.USERNAME, _signs("username")),
    "password": (T.PASSWORD, _signs("password")),
    "pin": (T.PIN, _code("pin")),
    "otp": (T.PIN, _code("otp")),
    "address": (T.STREET_ADDRESS, address),
    "house": (T.STREET_ADDRESS, house),
    "street": (T.STREET_ADDRESS, lambda _, p: street(p)),
    "street_bare": (T.STREET_ADDRESS, lambda _, p: p.street_bare),
    "spelled_street": (T.STREET_ADDRESS, _spelled("street_bare")),
    "unit": (T.STREET_ADDRESS, unit),
    "town": (T.LOCATION, lambda _, p: p.town),
    "region": (T.LOCATION, lambda _, p: p.region),
    "zip": (T.ZIP_CODE, postcode),
    "zip_a": (T.ZIP_CODE, lambda rng, p: " ".join(code(rng, p.zip[: len(p.zip) // 2]))),
    "zip_b": (T.ZIP_CODE, lambda rng, p: " ".join(code(rng, p.zip[len(p.zip) // 2 :]))),
    "dob": (T.DATE_OF_BIRTH, lambda rng, p: date(rng, p.day, p.month, p.year)),
    "dob_day_month": (T.DATE_OF_BIRTH, lambda rng, p: day_and_month(rng, p.day, p.month)),
    "dob_year": (T.DATE_OF_BIRTH, lambda rng, p: year(rng, p.year)),
    "dob_day": (T.DATE_OF_BIRTH, lambda rng, p: ordinal(rng, p.day)),
    "dob_month": (T.DATE_OF_BIRTH, lambda _, p: MONTHS[p.month - 1]),
    "part_dob": (T.DATE_OF_BIRTH, _birth_part),
    "ssn": (T.US_SSN, _figures("ssn")),
    "ssn4": (T.US_SSN, _tail("ssn", 4)),
    "card": (T.CREDIT_CARD, _figures("card")),
    "card_a": (T.CREDIT_CARD, _figures("card", 0, 0.25)),
    "card_b": (T.CREDIT_CARD, _figures("card", 0.25, 0.5)),
    "card_c": (T.CREDIT_CARD, _figures("card", 0.5, 0.75)),
    "card_d": (T.CREDIT_CARD, _figures("card", 0.75, 1)),
    "card4": (T.CREDIT_CARD, _tail("card", 4)),
    "part_card": (T.CREDIT_CARD, _some("card")),
    "cvv": (T.CREDIT_CARD_CVV, _figures("cvv")),
    "expiry": (T.CREDIT_CARD_EXPIRY, lambda rng, p: expiry(rng, *p.expiry)),
    "account": (T.ACCOUNT_NUMBER, _figures("account")),
    "account_a": (T.ACCOUNT_NUMBER, _figures("account", 0, 0.5)),
    "account_b": (T.ACCOUNT_NUMBER, _figures("account", 0.5, 1)),
    "account4": (T.ACCOUNT_NUMBER, _tail("account", 4)),
    "part_account": (T.ACCOUNT_NUMBER, _some("account")),
    "sort": (T.ACCOUNT_NUMBER, _code("sort")),
    "routing": (T.ACCOUNT_NUMBER, _code("routing")),
    "iban": (T.IBAN_CODE, _code("iban")),
    **{k: (T.ID_NUMBER, _code(k)) for k in ("policy", "member", "order", "case", "booking", "employee", "student")},
    "passport": (T.PASSPORT, _code("passport")),
    "licence": (T.DRIVER_LICENSE, _code("licence")),
    **{kind: (T.NATIONAL_ID, _code(kind)) for kind in ("ird", "nhi", "nino", "nhs", "tfn", "medicare")},
    "mrn": (T.MEDICAL_RECORD, _code("mrn")),
    "vin": (T.VEHICLE, _code("vin")),
    "plate": (T.VEHICLE, _code("plate")),
    "ip": (T.IP_ADDRESS, _ip),
    "url": (T.URL, lambda rng, p: site(rng, plain(p.local))),
}
"""What is said in a slot, and its kind."""
