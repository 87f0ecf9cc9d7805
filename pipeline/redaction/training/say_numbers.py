"""How people say numbers, and how recognisers write them down: one by one, in pairs, in groups, as figures.

Like all `say_` modules: every choice comes of a seeded random source, so that a call can be made again word for word.
"""

from __future__ import annotations

from random import Random
from typing import Final

UNITS: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_AFTER_TENS: Final = tuple([tens] for tens in TENS)
"""After these a single digit would be taken for the end of the same number."""

MANNERS: Final = (
    "single", "single", "doubles", "doubles", "pairs", "figures", "spaced figures", "mixed", "grouped", "hyphened",
)  # fmt: skip
"""Ways to say digits; some stand twice because they are common."""
_WITHIN: Final = {
    "grouped": ("single", "pairs"),
    "mixed": ("single", "doubles", "pairs", "figures", "spaced figures"),
}
"""Ways whose groups each have a way of their own."""
_TELEPHONE: Final = range(7, 12)
"""Lengths of what recognisers write with hyphens."""


def number(value: int, *, with_and: bool = False) -> str:
    """Say a number below a million as an amount of things: 123 is "one hundred (and) twenty three"."""
    if value < 20:
        return UNITS[value]
    if value < 100:
        return TENS[value // 10] + (f" {UNITS[value % 10]}" if value % 10 else "")
    head, rest = (value // 100, value % 100) if value < 1000 else (value // 1000, value % 1000)
    said = f"{number(head, with_and=with_and)} {'hundred' if value < 1000 else 'thousand'}"
    joiner = " and " if with_and and rest < 100 else " "
    return f"{said}{joiner}{number(rest, with_and=with_and)}" if rest else said


def amount(rng: Random, value: int) -> str:
    """Say a number below a million as it is said in one country or another."""
    return number(value, with_and=rng.random() < 0.3)


def digits(rng: Random, figures: str, manner: str | None = None) -> list[str]:
    """Say a string of digits and signs; signs are dropped."""
    bare = "".join(c for c in figures if c.isdecimal())
    manner = manner or rng.choice(MANNERS)
    match manner:
        case "figures":
            return _groups(rng, bare)
        case "spaced figures":
            return list(bare)
        case "pairs":
            return _pairs(rng, bare)
        case "hyphened":
            return _hyphened(bare) if len(bare) in _TELEPHONE else _groups(rng, bare)
        case "grouped" | "mixed":
            return [w for group in _groups(rng, bare) for w in digits(rng, group, rng.choice(_WITHIN[manner]))]
        case _:
            return _singles(rng, bare, doubles=manner == "doubles")


def _singles(rng: Random, bare: str, *, doubles: bool) -> list[str]:
    zero = rng.choice(("zero", "oh", "oh", "zero", "nought" if rng.random() < 0.2 else "oh"))
    said: list[str] = []
    at = 0
    while at < len(bare):
        same = 1
        while at + same < len(bare) and bare[at + same] == bare[at] and same < 3:
            same += 1
        word = zero if bare[at] == "0" else UNITS[int(bare[at])]
        if doubles and same > 1:
            said += ["double" if same == 2 else "triple", word]
            at += same
        else:
            said.append(word)
            at += 1
    return said


def _pairs(rng: Random, bare: str) -> list[str]:
    said: list[str] = []
    at = 0
    if len(bare) % 2 and len(bare) > 1:
        if len(bare) == 3 and bare[0] != "0" and rng.random() < 0.5:
            return amount(rng, int(bare)).split()
        said += _singles(rng, bare[0], doubles=False)
        at = 1
    while at < len(bare):
        two = bare[at : at + 2]
        if two == "00" and said and at + 2 == len(bare) and rng.random() < 0.6:
            said.append("hundred")  # elsewhere it would be taken together with what follows
        elif two[0] == "0" or (said[-1:] not in _AFTER_TENS and rng.random() < 0.08):
            said += _singles(rng, two, doubles=False)
        else:
            said += number(int(two)).split()
        at += 2
    return said


def _groups(rng: Random, bare: str) -> list[str]:
    if len(bare) <= 4 or rng.random() < 0.25:
        return [bare]
    size = rng.choice((3, 4, 4, 2))
    return [bare[at : at + size] for at in range(0, len(bare), size)]


def _hyphened(bare: str) -> list[str]:
    """Write digits as telephone numbers are: the last four together, threes before, what is left over in front."""
    front, last = bare[:-4], bare[-4:]
    lead = len(front) % 3
    parts = [front[:lead], *(front[at : at + 3] for at in range(lead, len(front), 3)), last]
    return ["-".join(part for part in parts if part)]
