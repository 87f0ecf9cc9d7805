"""A child who says how old it is. Only what is said counts; how a voice sounds never does."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final

from pipeline.model.transcript import Turn

_UNITS: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_AGES: Final = {word: number for number, word in enumerate(_UNITS)}
_TENS: Final = {
    word: 10 * number
    for number, word in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
}
_WORD: Final = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")
_CHILD_BELOW: Final = 21
"""Ages from here on are no sign of a child anywhere; which of those below is one, policy and place decide."""


def find_stated_age(turns: Sequence[Turn], *, speakers: frozenset[str] | None = None) -> int | None:
    """Find the lowest age below 21 that somebody states of himself.

    Understood are "I'm nine", "I am nine years old", "I'm only twelve", "my age is 11", and a bare "nine" or
    "nine years old" in answer to a question about age.

    Args:
        turns: the conversation in order.
        speakers: whose statements count; None: everybody's.
    """
    ages: list[int] = []
    is_asked = False
    for turn in turns:
        words = _joined(_WORD.findall(turn.text.lower().replace("’", "'")))
        if speakers is None or turn.speaker in speakers:
            ages += _stated(words)
            ages += _answered(words) if is_asked else []
        is_asked = _asks(words)
    return min((age for age in ages if age < _CHILD_BELOW), default=None)


def _joined(words: list[str]) -> list[str]:
    """Write tens with what follows them as one number: "forty two" is no two."""
    joined: list[str] = []
    for word in words:
        unit = _AGES.get(word, 0)
        if joined and joined[-1] in _TENS and 1 <= unit <= 9:
            joined[-1] = str(_TENS[joined[-1]] + unit)
        else:
            joined.append(word)
    return [str(_TENS[word]) if word in _TENS else word for word in joined]


def _stated(words: list[str]) -> list[int]:
    found: list[int] = []
    for at, word in enumerate(words):
        age = _age(word)
        if age is None:
            continue
        before, after = words[max(0, at - 4) : at], words[at + 1 : at + 4]
        is_self = any(w in ("i'm", "im") for w in before[-2:]) or _pairs(before[-3:], "i", "am")
        is_age = after[:2] in (["years", "old"], ["year", "old"]) or _pairs(before, "my", "age")
        # "I'm nine" ends there or goes on without a unit: "I'm ten minutes away" is no age.
        is_bare = not after or after[0] in ("and", "so", "but", "almost", "my", "i", "is", "mom", "years")
        if (is_self and (is_age or is_bare)) or _pairs(before, "my", "age"):
            found.append(age)
    return found


def _answered(words: list[str]) -> list[int]:
    ages = [age for age in map(_age, words[:6]) if age is not None]
    return ages[:1]


def _asks(words: list[str]) -> bool:
    return _pairs(words, "how", "old") or _pairs(words, "your", "age")


def _age(word: str) -> int | None:
    return int(word) if word.isdigit() and len(word) <= 2 else _AGES.get(word)


def _pairs(words: list[str], first: str, second: str) -> bool:
    return any(a == first and b == second for a, b in itertools.pairwise(words))
