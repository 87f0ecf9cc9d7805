"""An invented person and everything about them that can be asked on a telephone. Check digits are not made to fit."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from pipeline.redaction.training.persona_numbers import codes, figures, letters, phone, postcode
from pipeline.redaction.training.say_dates import day_of

_STREET_WORDS: Final = (
    "street", "street", "road", "road", "avenue", "avenue", "lane", "drive", "drive", "court", "place", "way",
    "crescent", "close", "terrace", "boulevard", "circle", "parade", "grove", "square", "st", "rd", "ave", "dr",
    "highway", "parkway", "trail", "hill", "row", "gardens", "mews", "loop",
)  # fmt: skip
_UNIT_WORDS: Final = (
    "apartment", "apartment", "apt", "unit", "unit", "flat", "flat", "suite", "number", "building", "floor", "lot",
)  # fmt: skip
_COMMON_HOSTS: Final = ("gmail.com",) * 8 + ("yahoo.com", "hotmail.com", "outlook.com")
_MADE_UP: Final = 0.12
"""How many names are put together of parts of others, as no list holds them all."""
_COMMON: Final = 1.5
"""How much more often the names at the head of a list are drawn."""

Words = Mapping[str, Sequence[str]]
"""Word lists by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One person's data, as signs; how they are said is decided at each mention."""

    first: str = field(repr=False)
    last: str = field(repr=False)
    phone: str = field(repr=False)
    local: str = field(repr=False)
    host: str = field(repr=False)
    house: str = field(repr=False)
    street_bare: str = field(repr=False)
    street_word: str = field(repr=False)
    unit_word: str = field(repr=False)
    unit: str = field(repr=False)
    town: str = field(repr=False)
    region: str = field(repr=False)
    zip: str = field(repr=False)
    day: int = field(repr=False)
    month: int = field(repr=False)
    year: int = field(repr=False)
    ssn: str = field(repr=False)
    card: str = field(repr=False)
    cvv: str = field(repr=False)
    expiry: tuple[int, int] = field(repr=False)
    account: str = field(repr=False)
    codes: Mapping[str, str] = field(repr=False)
    username: str = field(repr=False)
    password: str = field(repr=False)


def invent(rng: Random, words: Words) -> Persona:
    """Invent a person."""
    first, last = name(rng, words["given_names"]), name(rng, words["surnames"])
    month, year = rng.randrange(1, 13), rng.randrange(1930, 2012)
    return Persona(
        first=first,
        last=last,
        phone=phone(rng),
        local=_local(rng, first, last, words),
        host=rng.choice((*_COMMON_HOSTS, *words["mail_hosts"])),
        house=str(rng.randrange(1, rng.choice((100, 100, 1000, 1000, 10000, 100000)))),
        street_bare=rng.choice(words["streets"]),
        street_word=rng.choice(_STREET_WORDS),
        unit_word=rng.choice(_UNIT_WORDS),
        unit=_unit(rng),
        town=rng.choice(words["towns"]),
        region=rng.choice(words["regions"]),
        zip=postcode(rng),
        day=day_of(rng, month, year),
        month=month,
        year=year,
        ssn=figures(rng, 9),
        card=rng.choice(("4", "5", "37", "6")) + figures(rng, rng.choice((14, 15, 15, 15))),
        cvv=figures(rng, rng.choice((3, 3, 4))),
        expiry=(rng.randrange(1, 13), rng.randrange(2024, 2034)),
        account=figures(rng, rng.choice((6, 7, 8, 8, 9, 10, 10, 12))),
        codes=codes(rng),
        username=_username(rng, first, last, words),
        password=_password(rng, words),
    )


def name(rng: Random, known: Sequence[str]) -> str:
    """Choose a name, those that lists have first more often, or make one up of the halves of two."""
    if rng.random() >= _MADE_UP:
        return known[int(len(known) * rng.random() ** _COMMON)]
    front, back = rng.choice(known), rng.choice(known)
    return (front[: len(front) // 2 + 1] + back[len(back) // 2 :]).replace(" ", "")


def plain(text: str) -> str:
    """Leave only what can stand in an address of mail: small letters and digits."""
    return "".join(c for c in text.lower() if c.isascii() and c.isalnum())


def _unit(rng: Random) -> str:
    mixed = f"{rng.randrange(1, 30)}{rng.choice('abcd')}"
    return rng.choice((str(rng.randrange(1, 40)), str(rng.randrange(100, 900)), rng.choice("abcdef"), mixed))


def _local(rng: Random, first: str, last: str, words: Words) -> str:
    first, last = plain(first), plain(last)
    tail = rng.choice(("", "", "", str(rng.randrange(1, 100)), str(rng.randrange(1950, 2010))))
    sign = rng.choice(("", "", ".", "_", "-"))
    thing = f"{plain(rng.choice(words['streets']))}{sign}{plain(rng.choice(words['products']))[:8]}"
    made = rng.choice((
        f"{first}{sign}{last}", f"{first}{sign}{last}", f"{first[:1]}{sign}{last}", first, f"{last}{sign}{first[:1]}",
        thing,
    ))  # fmt: skip
    return made + tail


def _username(rng: Random, first: str, last: str, words: Words) -> str:
    first, last = plain(first), plain(last)
    thing = f"{plain(rng.choice(words['products']))[:9]}{rng.randrange(1, 99)}"
    return rng.choice((f"{first}{rng.randrange(1, 999)}", f"{first[:1]}{last}", f"{last}_{first[:2]}", thing))


def _password(rng: Random, words: Words) -> str:
    street, given, product = (plain(rng.choice(words[kind])) for kind in ("streets", "given_names", "products"))
    made = rng.choice((
        f"{street}{rng.randrange(1, 999)}", f"{given}{rng.randrange(1950, 2020)}", product, figures(rng, 6),
        f"{rng.choice(string.ascii_lowercase)}{figures(rng, 5)}", f"{given}{letters(rng, 2)}{rng.randrange(10, 99)}",
    ))  # fmt: skip
    made = made[:1].upper() + made[1:] if rng.random() < 0.3 else made
    return made + rng.choice("!!#$?*&@") if rng.random() < 0.2 else made
