"""What stands in slots that are not personal: amounts, times, products, and whatever else looks like personal data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from pipeline.redaction.training.persona import Words
from pipeline.redaction.training.say_dates import MONTHS, date, day_and_month, day_of, ordinal
from pipeline.redaction.training.say_numbers import amount, digits, number

Say = Callable[[Random, Words], str]

_MEASURES: Final = (
    "miles", "kilometers", "feet", "inches", "pounds", "kilos", "milligrams", "degrees", "megabytes", "gigs", "liters",
    "gallons", "centimeters", "meters", "hours", "units", "watts",
)  # fmt: skip
_DURATIONS: Final = {"minutes": 55, "hours": 24, "days": 30, "weeks": 12, "months": 24, "years": 30}
"""Units of time and up to how many of them are said."""
_PAST_THE_HOUR: Final = ("", "", " thirty", " fifteen", " forty five", " oh five", " twenty", " o'clock")
_HALVES: Final = ("", "", " a m", " p m", " in the morning", " in the afternoon", " pm", " am")
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FREE_OF_CHARGE: Final = ("one eight hundred", "oh eight hundred", "thirteen hundred", "eight hundred", "1 800", "0800")
_CARRIERS: Final = ("flight", "a a", "b a", "n z", "q f", "u a", "e k")


def _money(rng: Random, _: Words) -> str:
    value = rng.choice((rng.randrange(1, 100), rng.randrange(100, 3000), rng.randrange(1, 99) * 100))
    unit = rng.choice(("dollars", "dollars", "dollars", "pounds", "pounds", "bucks", "euros", "rupees"))
    small = rng.randrange(2, 100)
    cents = rng.choice((
        "", "", f" and {number(small)} {'pence' if unit == 'pounds' else 'cents'}", f" {number(max(small, 10))}",
    ))  # fmt: skip
    said = f"{amount(rng, value)} {unit}{cents}"
    return rng.choice((
        said, said, f"${value}", f"{value} {unit}", f"{number(rng.randrange(2, 99))} {number(rng.randrange(10, 99))}",
        f"${value}.{rng.randrange(10, 99)}",
    ))  # fmt: skip


def _time(rng: Random, _: Words) -> str:
    hour = number(rng.randrange(1, 13))
    said = f"{hour}{rng.choice(_PAST_THE_HOUR)}{rng.choice(_HALVES)}".replace("o'clock a m", "a m")
    said = said.replace("o'clock p m", "p m")
    figures = f"{rng.randrange(1, 13)}:{rng.choice(('00', '15', '30', '45'))}"
    return rng.choice(
        (said, said, f"half past {hour}", f"quarter {rng.choice(('to', 'past'))} {hour}", figures, "noon")
    )


def _date(rng: Random, _: Words) -> str:
    month, value = rng.randrange(1, 13), rng.randrange(2022, 2027)
    day = day_of(rng, month, value)
    short = day_and_month(rng, day, month)
    return rng.choice((short, short, f"the {ordinal(rng, day)}", date(rng, day, month, value)))


def _duration(rng: Random, _: Words) -> str:
    unit = rng.choice(tuple(_DURATIONS))
    return f"{rng.choice(('a couple of', number(rng.randrange(2, _DURATIONS[unit])), 'a few'))} {unit}"


def _model(rng: Random, _: Words) -> str:
    sign, longer = rng.choice("abcdefghkmnprstvwxz"), digits(rng, str(rng.randrange(100, 9999)), "pairs")
    return rng.choice((
        f"{sign} {number(rng.randrange(1, 99))}", f"{sign} {' '.join(longer)}", f"{sign}{rng.randrange(1, 999)}",
        f"{number(rng.randrange(2, 19))} pro", f"series {number(rng.randrange(2, 9))}",
    ))  # fmt: skip


def _hotline(rng: Random, _: Words) -> str:
    return f"{rng.choice(_FREE_OF_CHARGE)} {' '.join(digits(rng, str(rng.randrange(100000, 9999999))))}"


def _flight(rng: Random, _: Words) -> str:
    return f"{rng.choice(_CARRIERS)} {' '.join(digits(rng, str(rng.randrange(10, 2000)), 'pairs'))}"


def _count(rng: Random, _: Words) -> str:
    return rng.choice((number(rng.randrange(2, 20)), amount(rng, rng.randrange(2, 400)), str(rng.randrange(2, 60))))


def _listed(name: str) -> Say:
    return lambda rng, words: rng.choice(words[name])


def _of(*choices: str) -> Say:
    return lambda rng, _: rng.choice(choices)


PLAIN: Final[Mapping[str, tuple[Say, bool]]] = {
    "company": (_listed("companies"), False),
    "product": (_listed("products"), False),
    "medicine": (_listed("medicines"), False),
    "condition": (_listed("conditions"), False),
    "job": (_listed("jobs"), False),
    "interjection": (_listed("interjections"), False),
    "country": (_listed("countries"), True),
    "nationality": (_listed("nationalities"), False),
    "food": (_listed("foods"), False),
    "size": (_listed("sizes"), False),
    "hotline": (_hotline, True),
    "amount": (_money, False),
    "time": (_time, False),
    "date": (_date, False),
    "measure": (lambda rng, _: f"{amount(rng, rng.randrange(2, 400))} {rng.choice(_MEASURES)}", False),
    "model": (_model, True),
    "flight": (_flight, True),
    "count": (_count, False),
    "age": (lambda rng, _: number(rng.randrange(2, 92)), False),
    "percent": (lambda rng, _: f"{number(rng.randrange(2, 100))} percent", False),
    "duration": (_duration, False),
    "weekday": (_of(*_WEEKDAYS), False),
    "month": (_of(*MONTHS), False),
}
"""What is said in a slot, and whether it may be hidden or not."""
