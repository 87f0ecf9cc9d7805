"""How people spell, and how recognisers write letters down: one by one, explained, doubled, or taken for words."""

from __future__ import annotations

import re
from random import Random
from typing import Final

from pipeline.redaction.training.say_numbers import digits
from pipeline.redaction.training.shipped import spelling_words

_LETTERS: Final = {
    "a": "a ay", "b": "b bee be", "c": "c see", "d": "d dee", "e": "e", "f": "f eff", "g": "g", "h": "h aitch",
    "i": "i eye", "j": "j jay", "k": "k kay", "l": "l el", "m": "m em", "n": "n en", "o": "o oh", "p": "p pee",
    "q": "q queue", "r": "r are", "s": "s ess", "t": "t tea", "u": "u you", "v": "v vee", "w": "w", "x": "x ex",
    "y": "y why", "z": "z zee zed",
}  # fmt: skip
_HEARD_AS: Final = {
    "a": "hey eh a", "b": "be bee me", "c": "see sea", "d": "the day d", "e": "he e", "f": "if f", "g": "gee jee",
    "h": "age each", "i": "i eye", "j": "jay j", "k": "car okay kay", "l": "el all", "m": "am him em", "n": "and an in",
    "o": "oh all", "p": "pee b", "q": "cue you", "r": "are our", "s": "is as us", "t": "tea to", "u": "you who",
    "v": "be we", "w": "double", "x": "eggs ex", "y": "why wise", "z": "said zed", "0": "oh", "1": "one won",
    "2": "to too", "3": "free three", "4": "for four", "5": "five", "6": "six sex", "7": "seven", "8": "eight ate",
    "9": "nine mine",
}  # fmt: skip
_GARBLED: Final = 0.2
"""How often spelled letters come out as a bad line leaves them."""
_JOINED: Final = 0.08
_AS_ONE_WORD: Final = 0.1
_ALIKE: Final = re.compile(r"[0-9]+|[^\W\d_]")
"""What of a code is said together: a stretch of digits, or a letter."""


def letter(rng: Random, sign: str, *, misheard: float = 0.06) -> str:
    """Say one letter; now and then a recogniser writes a word that sounds like it."""
    spellings = _LETTERS.get(sign.lower(), sign).split()
    return rng.choice(spellings) if rng.random() < misheard else spellings[0]


def spelling(rng: Random, word: str, *, explained: float = 0.15) -> list[str]:
    """Spell a word, some letters explained ("m as in mike"); doubles may be said as such."""
    letters = [c for c in word.lower() if c.isalpha()]
    if rng.random() < _GARBLED:
        return garbled(rng, word)
    if rng.random() < _JOINED:
        return ["-".join(letters)]
    style = rng.random()
    if style < 0.12:
        explained = 1.0
    elif style >= 0.4:
        explained = 0.0
    said: list[str] = []
    at = 0
    while at < len(letters):
        sign = letters[at]
        if letters[at : at + 2] == [sign, sign] and rng.random() < 0.5:
            said += ["double", letter(rng, sign)]
            at += 2
            continue
        said += _explained(rng, sign) if rng.random() < explained else [letter(rng, sign)]
        at += 1
    return said


def garbled(rng: Random, signs: str) -> list[str]:
    """Say letters and digits one by one as a recogniser on a bad line writes them: joined, split, taken for words."""
    said: list[str] = []
    at = 0
    bare = [c for c in signs.lower() if c.isalnum()]
    capital = rng.random() < 0.5
    while at < len(bare):
        size = rng.choice((1, 1, 1, 1, 2, 2, 3))
        part = "".join(bare[at : at + size])
        if size == 1 and rng.random() < 0.3:
            part = rng.choice(_HEARD_AS.get(part, part).split())
        elif size > 1 and capital:
            part = part.upper()
        elif rng.random() < 0.04:
            part = "-".join(part) if len(part) > 1 else f"{part}--"
        said.append(part)
        at += size
    return said


def code(rng: Random, signs: str) -> list[str]:
    """Say a code of letters and digits, digits in stretches."""
    if rng.random() < _GARBLED:
        return garbled(rng, signs)
    if rng.random() < _AS_ONE_WORD:
        return [rng.choice((signs.lower(), signs.upper()))]
    manner = rng.choice(("single", "doubles", "pairs", "figures"))
    said: list[str] = []
    for part in _ALIKE.findall(signs):
        if part.isdecimal():
            said += digits(rng, part, manner)
        else:
            said += _explained(rng, part) if rng.random() < 0.06 else [letter(rng, part)]
    return said


def _explained(rng: Random, sign: str) -> list[str]:
    """Say a letter with a word that begins with it; a letter that no list has words for stands alone."""
    known = spelling_words()[rng.choice(("nato", "homemade"))].get(sign.lower())
    if not known:
        return [sign]
    word = rng.choice(known)
    joiner = rng.choice(("", "for", "like", "as in", "as in", "as in"))
    return [letter(rng, sign), *joiner.split(), word] if joiner else [word]
