"""Whether two spellings can be one name, heard twice.

Stricter than the sound by which propagation hides what was said again: there a name too many is hidden and nothing is
lost, here two people who merely sound similar (John and Jane) would become one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

_LEAST_ALIKE: Final = 0.8
_SHORTEST: Final = 3
_SOUNDS: Final = (
    ("ph", "f"), ("ck", "k"), ("gh", "g"), ("kn", "n"), ("wr", "r"), ("sch", "sk"), ("th", "t"), ("sh", "s"),
    ("ch", "c"), ("c", "k"), ("q", "k"), ("x", "ks"), ("z", "s"), ("v", "f"), ("j", "g"), ("y", "i"),
)  # fmt: skip
"""How English recognisers write one sound in several ways, applied in this order."""
_VOICED: Final = re.compile(r"(?<=.)[dbg]")
_UNVOICED: Final = {"d": "t", "b": "p", "g": "k"}
"""Consonants that the telephone hardly tells apart, except at the beginning of a word (Hartwell, Hardwell)."""
_SILENT: Final = re.compile(r"(?<=.)h|[^a-z]|(?<=...)e$")
_WEAK: Final = re.compile(r"(?<=.)[aeiouw]")
_DOUBLED: Final = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Sound:
    """A word as it is heard, and the consonants of that."""

    heard: str = field(repr=False)
    frame: str = field(repr=False)

    def is_like(self, other: Sound) -> bool:
        """Say whether two words sound nearly the same: the same consonants, and few vowels that differ.

        Words of one or two sounds are alike only where those are the same; words without Latin letters never are.
        """
        if self.frame != other.frame or not self.frame:
            return False
        one, two = sorted((self.heard, other.heard))  # the ratio depends on the order
        if one == two or min(len(one), len(two)) < _SHORTEST:
            return one == two
        return SequenceMatcher(None, one, two, autojunk=False).ratio() > _LEAST_ALIKE


def sound(word: str) -> Sound:
    """Write a word as it is heard."""
    plain = unicodedata.normalize("NFKD", word.lower())
    text = "".join(sign for sign in plain if not unicodedata.combining(sign))
    for spelled, heard in _SOUNDS:
        text = text.replace(spelled, heard)
    text = _VOICED.sub(lambda found: _UNVOICED[found.group()], _SILENT.sub("", text))
    text = _DOUBLED.sub(r"\1", text)
    return Sound(text, _DOUBLED.sub(r"\1", _WEAK.sub("", text)))
