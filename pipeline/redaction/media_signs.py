"""Digits and letters said one by one, read out of words: number words folded to digits, spellings to letters.

It is our own small folding, apart from the one that detection uses, so that one mistake does not pass both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_UNITS: Final = {
    "zero": 0, "oh": 0, "o": 0, "nought": 0, "naught": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "niner": 9,
}  # fmt: skip
_TEENS: Final = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_TIMES: Final = {"double": 2, "triple": 3, "treble": 3}
_SCALES: Final = {"hundred": 100, "thousand": 1000}
# Misheard digits; taken for digits only between digits.
_HOMOPHONES: Final = {"to": "2", "too": "2", "for": "4", "fore": "4", "ate": "8", "won": "1", "tree": "3"}
_FILLERS: Final = frozenset(["um", "uh", "er", "erm", "and", "dash", "hyphen", "space", "then", "dot", "point"])
_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class Sign:
    """A digit or a letter that stood alone, and the word it came from."""

    sign: str
    word: int


def is_number_word(token: str) -> bool:
    """Say whether a token is the name of a digit or of a number below a hundred, or repeats one (`double`)."""
    return token in _UNITS or token in _TEENS or token in _TENS or token in _TIMES


def count_signs(texts: Sequence[str]) -> tuple[int, int]:
    """Count the digits of the run of signs that has most, and the signs of the longest run."""
    runs = ["".join(sign.sign for sign in run) for run in sign_runs(texts)]
    digits = max((sum(sign.isdecimal() for sign in run) for run in runs), default=0)
    return digits, max((len(run) for run in runs), default=0)


def tokens_of(text: str) -> list[str]:
    """Give the runs of letters and of digits in a text, lower case, without accents and possessive endings."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return _TOKEN.findall(bare.replace("’", "'").replace("'s", "").replace("'", ""))


def sign_runs(texts: Sequence[str]) -> Iterator[list[Sign]]:
    """Give the runs of digits and single letters, number words folded; any other word but a filler ends a run."""
    tokens = [(token, index) for index, text in enumerate(texts) for token in tokens_of(text)]
    run: list[Sign] = []
    at = 0
    while at < len(tokens):
        signs, used = _fold([token for token, _ in tokens[at : at + 6]], is_in_run=bool(run))
        if signs:
            run += [Sign(sign, tokens[at][1]) for sign in signs]
        elif tokens[at][0] not in _FILLERS and run:
            yield run
            run = []
        at += used
    if run:
        yield run


def _fold(tokens: Sequence[str], *, is_in_run: bool) -> tuple[str, int]:
    """Read the digits or the letter that the first tokens say, and how many tokens that took."""
    token, following = tokens[0], tokens[1] if len(tokens) > 1 else ""
    if token.isdigit():
        return token, 1
    if token in _TIMES and (following in _UNITS or (following.isalnum() and len(following) == 1)):
        return str(_UNITS.get(following, following)) * _TIMES[token], 2
    number, used = _number(tokens)
    if used:
        return str(number), used
    if token in _HOMOPHONES and is_in_run and (following.isdigit() or following in _UNITS):
        return _HOMOPHONES[token], 1
    return (token, 1) if len(token) == 1 else ("", 1)


def _number(tokens: Sequence[str]) -> tuple[int, int]:
    """Read a number below 100 and what `hundred` or `thousand` makes of it: `two thousand and eighteen` is 2018."""
    value, used = _small(tokens)
    if not used or used >= len(tokens) or tokens[used] not in _SCALES:
        return value, used
    value, used = value * _SCALES[tokens[used]], used + 1
    joiner = 1 if tokens[used : used + 1] == ["and"] else 0
    more, more_used = _small(tokens[used + joiner :])
    return (value + more, used + joiner + more_used) if more_used else (value, used)


def _small(tokens: Sequence[str]) -> tuple[int, int]:
    if not tokens:
        return 0, 0
    if tokens[0] in _TENS:
        unit = _UNITS.get(tokens[1], 0) if len(tokens) > 1 else 0
        return (_TENS[tokens[0]] + unit, 2) if unit else (_TENS[tokens[0]], 1)
    for known in (_UNITS, _TEENS):
        if tokens[0] in known:
            return known[tokens[0]], 1
    return 0, 0
