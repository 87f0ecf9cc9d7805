"""How people say days, months, years and whole dates."""

from __future__ import annotations

from calendar import monthrange
from random import Random
from typing import Final

from pipeline.redaction.training.say_numbers import TENS, UNITS, number

_ORDINALS: Final = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
                    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
                    "eighteenth", "nineteenth", "twentieth")  # fmt: skip
MONTHS: Final = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
                 "november", "december")  # fmt: skip
_ENDINGS: Final = {1: "st", 2: "nd", 3: "rd"}


def day_of(rng: Random, month: int, value: int) -> int:
    """Draw a day that the month has."""
    return rng.randrange(1, monthrange(value, month)[1] + 1)


def ordinal(rng: Random, value: int) -> str:
    """Say a day of the month."""
    if rng.random() < 0.12:
        return f"{value}{'th' if value in (11, 12, 13) else _ENDINGS.get(value % 10, 'th')}"
    if value <= 20:
        return _ORDINALS[value]
    if value % 10 == 0:
        return TENS[value // 10][:-1] + "ieth"
    return f"{TENS[value // 10]} {_ORDINALS[value % 10]}"


def year(rng: Random, value: int) -> str:
    """Say a year."""
    if rng.random() < 0.15:
        return str(value)
    century, rest = divmod(value, 100)
    short = f"{'oh ' if rest < 10 else ''}{number(rest)}"
    if value >= 2000:
        if rest == 0:
            return "two thousand"
        if rng.random() < 0.6:
            return f"two thousand {rng.choice(('', 'and '))}{number(rest)}"
        return f"twenty {short}"
    if rng.random() < 0.2:
        return short
    if rest == 0:
        return f"{UNITS[century]} hundred"
    return f"{UNITS[century]} {rng.choice(('', '', '', 'hundred and ')) if rest >= 10 else ''}{short}"


def date(rng: Random, day: int, month: int, value: int) -> str:
    """Say a whole date, month by name or by number."""
    said, name, nth = year(rng, value), MONTHS[month - 1], ordinal(rng, day)
    form = rng.randrange(10)
    if form < 7:
        return (
            f"{name} {nth} {said}", f"{name} {nth} {said}", f"the {nth} of {name} {said}", f"{nth} of {name} {said}",
            f"{nth} {name} {said}", f"{name} {number(day)} {said}", f"{nth} of the {ordinal(rng, month)} {said}",
        )[form]  # fmt: skip
    first, second = (day, month) if rng.random() < 0.5 else (month, day)
    return rng.choice((
        f"{number(first)} {number(second)} {said}", f"{number(first)} {number(second)} {said}",
        f"{_two(first)} {_two(second)} {said}", f"{first}/{second}/{value}",
        f"{first:02d}/{second:02d}/{value % 100:02d}", f"{first:02d}-{second:02d}-{value}",
    ))  # fmt: skip


def day_and_month(rng: Random, day: int, month: int) -> str:
    """Say a day and a month without the year."""
    name, nth = MONTHS[month - 1], ordinal(rng, day)
    return rng.choice((f"{name} {nth}", f"the {nth} of {name}", f"{nth} {name}", f"{name} the {nth}"))


def expiry(rng: Random, month: int, value: int) -> str:
    """Say until when a card is good."""
    last, name = number(value % 100), MONTHS[month - 1]
    return rng.choice((
        f"{number(month)} {last}", f"{_two(month)} {last}", f"{name} {year(rng, value)}", f"{month:02d}/{value % 100}",
        f"{number(month)} slash {last}", f"{name} of {last}",
    ))  # fmt: skip


def _two(value: int) -> str:
    return f"{'oh ' if value < 10 else ''}{number(value)}"
