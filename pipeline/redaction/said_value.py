"""What an entity's words come to, however they were said, and whether one can be another said in part.

"A n n a", "Anna's" and "anna" come to the same words, "double four one" and "441" to the same code, "third of march
eighty seven" and "3/3/1987" to the same date. Values live as long as one conversation and are never stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from pipeline.model.entity import EntityType as T
from pipeline.redaction.alike import Sound, sound
from pipeline.redaction.normalise import Kind, Written, write
from pipeline.redaction.vocabulary import TITLES, bare_word, word_set

DATES: Final = frozenset({T.DATE_OF_BIRTH, T.CREDIT_CARD_EXPIRY})
WORDED: Final = frozenset({T.STREET_ADDRESS, T.OTHER})
"""Types whose values are words in any order and number; a part of them is some of their words."""
_MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NOT_OF_A_NAME: Final = TITLES | word_set("spelled spelt spelling that's it's it is with")
_LEAST_CODE: Final = 3
_OF_A_DATE: Final = 8


class Match(IntEnum):
    """How well one value fits into another."""

    NONE = 0
    BY_SOUND = 1
    EXACT = 2


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word and the pieces [first, last) of the written view that it was written in."""

    text: str = field(repr=False)
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Value:
    """The words of a value, all its letters and digits in a row, and how the words of a name sound."""

    type: T
    words: tuple[str, ...] = field(repr=False)
    code: str = field(repr=False)
    sounds: tuple[Sound, ...] = field(default=(), repr=False)

    @property
    def size(self) -> int:
        """How much was said of it: words of a name, an address or a date, otherwise characters."""
        return len(self.words) if self.type in DATES | WORDED | {T.PERSON, T.LOCATION} else len(self.code)

    def fits(self, whole: Value) -> Match:
        """Say whether this can be `whole` said again or in part, `whole` being at least as long."""
        if self.code == whole.code:
            return Match.EXACT if self.code else Match.NONE
        if self.type is T.PERSON:
            return _fits_name(self, whole)
        if self.type is T.LOCATION:
            return _exact(bool(self.words) and self.words == whole.words[: len(self.words)])
        if self.type in DATES | WORDED:
            return _exact(bool(self.words) and _are_among(self.words, whole.words))
        is_long = self.type is not T.TENANT_WORD and len(self.code) >= _LEAST_CODE
        return _exact(is_long and self.code in whole.code)


def value_of(type: T, said: str) -> Value:
    """Read the value of what was said."""
    words = tuple(spoken_words(said))
    if type is T.PERSON:
        words = tuple(_once(w for w in words if w not in _NOT_OF_A_NAME)) or words
    code = "".join(words)
    if type in DATES:
        words = tuple(part for word in words for part in _date_parts(word))
        code = "-".join(words)
    return Value(type, words, code, tuple(map(sound, words)) if type is T.PERSON else ())


def _once(words: Iterable[str]) -> dict[str, Sound]:
    """Keep each word of a name once: what is spelled after it is the same word again, now and then misheard."""
    once: dict[str, Sound] = {}
    for word in words:
        if word not in once and not any(sound(word).is_like(known) for known in once.values()):
            once[word] = sound(word)
    return once


def name_readings(said: str) -> tuple[tuple[str, ...], ...]:
    """Give the words of a name as they may be meant: the first of those that sound alike, the last, or all of them.

    The first reading is that of `value_of`; the last one keeps all that was said but titles and what was said twice.
    """
    words = spoken_words(said)
    of_name = [w for w in words if w not in _NOT_OF_A_NAME] or words
    corrected = tuple(reversed(_once(reversed(of_name))))
    untitled = tuple(dict.fromkeys(w for w in words if w not in TITLES) or dict.fromkeys(words))
    return value_of(T.PERSON, said).words, corrected, untitled


def spoken_words(said: str) -> list[str]:
    """Give the words of what was said in lower case, spelled ones and numbers joined, without signs and possessives."""
    return [word.text for word in locate_words(write(said))]


def locate_words(written: Written) -> list[SpokenWord]:
    """Give the words of a turn in the same way, each with the pieces that it was written in."""
    words: list[SpokenWord] = []
    before: Kind | None = None  # of the piece before, hyphens aside: recognisers write "h a r", "h-a-r" and "h -a -r"
    is_hyphened = False
    for index, piece in enumerate(written.pieces):
        text = "".join(sign for sign in bare_word(piece.text.lower().replace("’", "'")) if sign.isalnum())
        if piece.kind is Kind.SYMBOL:
            is_hyphened = piece.text == "-"
            before = before if is_hyphened else None
        elif text and not (piece.kind is Kind.FILLER or piece.text in ("'s", "’s")):
            is_letter_again = is_hyphened and piece.kind is before is Kind.LETTER
            if piece.is_code and before in (Kind.LETTER, Kind.DIGITS) and (piece.glued or is_letter_again):
                words[-1] = SpokenWord(words[-1].text + text, words[-1].first, index + 1)
            else:
                words.append(SpokenWord(text, index, index + 1))
            before, is_hyphened = piece.kind, False
    return words


def _exact(is_exact: bool) -> Match:
    return Match.EXACT if is_exact else Match.NONE


def _fits_name(part: Value, whole: Value) -> Match:
    """A name fits where each of its words is a word of the other, an initial, or several written as one."""
    if not part.words:
        return Match.NONE
    runs = {"".join(whole.words[a:b]) for a in range(len(whole.words)) for b in range(a + 1, len(whole.words) + 1)}
    if part.code in runs or _are_among(part.words, whole.words, with_initials=True):
        return Match.EXACT
    rest = list(zip(whole.words, whole.sounds, strict=True))
    for word, heard in zip(part.words, part.sounds, strict=True):
        like = next((w for w in rest if heard.is_like(w[1]) or _is_possessive(word, w[0])), None)
        if like is None:
            return Match.NONE
        rest.remove(like)
    return Match.BY_SOUND


def _is_possessive(one: str, other: str) -> bool:
    """Say whether one word is the other with a possessive that was written without its sign."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) > _LEAST_CODE and longer == shorter + "s"


def _are_among(words: tuple[str, ...], whole: tuple[str, ...], *, with_initials: bool = False) -> bool:
    rest = list(whole)
    is_told = False
    for word in sorted(words, key=len, reverse=True):
        like = word if word in rest else None
        if like is None and with_initials and len(word) == 1 and is_told:
            like = next((w for w in rest if w.startswith(word)), None)
        if like is None:
            return False
        is_told = True
        rest.remove(like)
    return True


def _date_parts(word: str) -> list[str]:
    """Take a part of a date for what it says: no leading zeros, a year by its last two digits, "03031987" apart."""
    if word in ("of", "the", "in", "on", "and"):
        return []
    if not word.isdecimal():
        return [str(_MONTHS.index(word[:3]) + 1)] if word[:3] in _MONTHS else [word]
    if len(word) in (_OF_A_DATE - 2, _OF_A_DATE):
        return [word[:2].lstrip("0") or "0", word[2:4].lstrip("0") or "0", word[-2:]]
    is_year = len(word) == 4
    return [word[-2:] if is_year else word.lstrip("0") or "0"]
