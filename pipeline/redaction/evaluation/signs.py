"""Folds spoken words into signs that can be compared: digits, letters said one by one, whole words.

It is the evaluation's own, apart from what detection and verification use, so that no mistake is made on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

_ONES: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS: Final = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_DIGIT: Final = {word: str(value) for value, word in enumerate(_ONES)} | {"oh": "0", "nought": "0", "niner": "9"}
_SMALL: Final = (
    {word: value for value, word in enumerate(_ONES)}
    | {word: value for value, word in enumerate(_TEENS, start=10)}
    | {word: 10 * value for value, word in enumerate(_TENS, start=2)}
)
_AGAIN: Final = {"double": 2, "triple": 3, "treble": 3}
_ROUND: Final = {"hundred": 2, "thousand": 3}
"""How many digits follow, said or not."""
_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d")


@dataclass(frozen=True, slots=True)
class Sign:
    """A digit, a letter or a word, and the number of the word that it was said in."""

    text: str = field(repr=False)
    word: int

    @property
    def is_single(self) -> bool:
        """Say whether it is one digit or letter."""
        return len(self.text) == 1


def fold(words: Sequence[str]) -> list[Sign]:
    """Fold words: `forty two` and `42` are the same two signs, so are `double four` and `44`."""
    tokens = [(token.lower(), at) for at, word in enumerate(words) for token in _TOKEN.findall(word)]
    signs: list[Sign] = []
    at = 0
    while at < len(tokens):
        texts, used = _read([token for token, _ in tokens[at : at + 6]])
        owners = [owner for _, owner in tokens[at : at + used]]
        # The first signs belong to the first words, and what more there is to the last.
        signs += [Sign(text, owners[min(place, used - 1)]) for place, text in enumerate(texts)]
        at += used
    return signs


def runs(signs: Sequence[Sign]) -> Iterator[list[Sign]]:
    """Give the longest stretches of single digits and letters."""
    for is_single, stretch in groupby(signs, key=lambda sign: sign.is_single):
        if is_single:
            yield list(stretch)


def _read(tokens: Sequence[str]) -> tuple[Sequence[str], int]:
    """Read the signs that the first tokens make, and how many tokens that took."""
    token, following = tokens[0], tokens[1] if len(tokens) > 1 else ""
    repeated = _DIGIT.get(following, following)
    if token in _AGAIN and len(repeated) == 1:
        return repeated * _AGAIN[token], 2
    if token in _DIGIT and following in _ROUND:
        rest, used = _after(tokens[2:], _ROUND[following])
        return _DIGIT[token] + rest, 2 + used
    if token in _DIGIT:
        return _DIGIT[token], 1
    value, used = _small(tokens)
    return (str(value), used) if used else ((token,), 1)


def _after(tokens: Sequence[str], width: int) -> tuple[str, int]:
    """Read what follows a hundred or a thousand: a small number, noughts when there is none."""
    joiner = int(tokens[:1] == ["and"])
    value, used = _small(tokens[joiner:])
    return (str(value).zfill(width), used + joiner) if used else ("0" * width, 0)


def _small(tokens: Sequence[str]) -> tuple[int, int]:
    value = _SMALL.get(tokens[0]) if tokens else None
    if value is None:
        return 0, 0
    unit = _SMALL.get(tokens[1], 0) if len(tokens) > 1 and value >= 20 else 0
    return (value + unit, 2) if 0 < unit < 10 else (value, 1)
