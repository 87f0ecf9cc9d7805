"""Cuts a turn's text into words, numbers and signs, and says how each is compared and looked up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import partial
from itertools import accumulate
from operator import add
from typing import Final, NamedTuple

from pipeline.redaction.normalise.written import Token
from pipeline.redaction.placeholder import PLACEHOLDER

_ACCENTED: Final = r"[^\W\d_][\u0300-\u036f]*"
_ODD: Final = re.compile(r"[\d\[]|[^\x00-\x7f]")
_make_token: Final = partial(tuple.__new__, Token)


class Said(NamedTuple):
    """A turn cut into tokens, as parallel sequences: what was said, how it is looked up, where it stands."""

    words: list[str]
    keys: list[str]
    starts: list[int]
    ends: list[int]
    tokens: tuple[Token, ...]
    is_spaced: bool
    """Whether single spaces, and nothing else, stand between the tokens."""
    is_odd: bool
    """Whether it holds digits, marks of redaction or letters beyond ASCII."""
    has_signs: bool
    """Whether it may hold anything but words of ASCII letters."""

    def is_joined(self, at: int) -> bool:
        """Say whether token `at` follows the one before it without a space."""
        return at > 0 and self.starts[at] == self.ends[at - 1]

    def between(self, first: int, last: int) -> str:
        """Give tokens [first, last) as they were said, single spaces where there were any."""
        spaced = (word if self.is_joined(i) else f" {word}" for i, word in enumerate(self.words[first:last], first))
        return "".join(spaced).strip()

    def __repr__(self) -> str:
        return f"Said({len(self.words)} tokens)"


class Cutter:
    """Cuts texts of one language."""

    def __init__(self, clitics: Collection[str], glued_suffixes: Collection[str], fold: dict[str, str]) -> None:
        self._ascii = _pattern("[a-zA-Z]+(?:'[a-zA-Z]+)*", clitics, glued_suffixes)
        self._any = _pattern(f"(?:{_ACCENTED})+(?:['’](?:{_ACCENTED})+)*", clitics, glued_suffixes)
        self._fold = str.maketrans(fold)

    def cut(self, text: str) -> Said:
        """Cut a text; every character but white space belongs to exactly one token."""
        plain = text.isascii()
        words = text.split()
        has_signs = not plain or not "".join(words).isalpha()
        if has_signs:
            words = (self._ascii if plain else self._any).findall(text)
        is_spaced = " ".join(words) == text
        starts, ends = _spaced_places(words) if is_spaced else _places(text, words)
        compared = _compared(text, words, plain)
        looked_up = [key.translate(self._fold) for key in compared] if self._fold and not plain else compared
        tokens = tuple(map(_make_token, zip(words, starts, ends, compared, strict=True)))
        is_odd = has_signs and _ODD.search(text) is not None
        return Said(words, looked_up, starts, ends, tokens, is_spaced, is_odd, has_signs)


def _spaced_places(words: list[str]) -> tuple[list[int], list[int]]:
    lengths = list(map(len, words))
    starts = list(map(add, accumulate(lengths, initial=0), range(len(words))))
    return starts, list(map(add, starts, lengths))


def _places(text: str, words: list[str]) -> tuple[list[int], list[int]]:
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for word in words:
        at = text.find(word, at)
        starts.append(at)
        at += len(word)
        ends.append(at)
    return starts, ends


def cut_phrase(text: str) -> tuple[str, ...]:
    """Cut a phrase of a language's tables the way turns are cut."""
    return tuple(_PHRASES.findall(text))


def _pattern(word: str, clitics: Collection[str], suffixes: Collection[str]) -> re.Pattern[str]:
    ends = "|".join(sorted(map(re.escape, clitics), key=len, reverse=True))
    ordinals = "|".join(sorted(map(re.escape, suffixes), key=len, reverse=True))
    parts = [
        word,
        rf"\d+(?i:{ordinals})\b" if ordinals else "",
        r"\d+",
        rf"(?i:{ends})\b" if ends else "",
        PLACEHOLDER,
        r"\S",
    ]
    return re.compile("|".join(part for part in parts if part))


def _compared(text: str, words: list[str], plain: bool) -> list[str]:
    if plain:
        return words if text.islower() or text == text.lower() else [word.lower() for word in words]
    return [unicodedata.normalize("NFC", word.lower()).replace("’", "'") for word in words]


_PHRASES: Final = _pattern(f"(?:{_ACCENTED})+(?:['’](?:{_ACCENTED})+)*", (), ())
