"""Codes that a recogniser has written already: letters written at once with digits ("SW1A 1AA", "b41"), or capitals
beside them ("QQ 12 34 56 C").

What measures its number ("5pm", "20kg") is a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipeline.redaction.normalise.grammar import Grammar
from pipeline.redaction.normalise.tokens import Said
from pipeline.redaction.normalise.written import Kind, Piece

_GROUP: Final = 3
"""How many letters a group within a code has at most."""
_LONGEST_WORD: Final = 32
"""How many tokens to look on each side for the "@" of a mail address."""
_DIGITS_AFTER: Final = 5
_DIGITS_ALONE: Final = 4
"""How many digits follow a group of capitals that is written apart: in a turn, and in a turn of nothing else."""


def read_codes(said: Said, grammar: Grammar) -> dict[int, Piece]:
    """Give pieces for the letter tokens that belong to written codes, and for the units written with a number."""
    found: dict[int, Piece] = {}
    has_mail = "@" in said.keys
    for at in _groups_beside_digits(said):
        word = said.words[at]
        if (has_mail and _is_in_mail(said, at)) or said.keys[at] in grammar.tables.zero_or_letter:
            continue
        if _is_unit(said, at, grammar):
            found[at] = Piece(word, Kind.WORD, at, at + 1, True)
        elif len(word) < _GROUP or word.isupper() or _is_followed_by(said, at, _GROUP):
            found[at] = Piece(word, Kind.LETTER, at, at + 1, said.is_joined(at), len(word) == 1 or word.isupper())
    if said.words is not said.keys:
        found = {at: Piece(said.words[at], Kind.LETTER, at, at + 1, False, False) for at in _capitals(said)} | found
    return found


def _groups_beside_digits(said: Said) -> Iterator[int]:
    """Find the short letter tokens that are written at once with digits."""
    for at, key in enumerate(said.keys):
        if key[0].isdecimal():
            if said.is_joined(at) and _is_group(said, at - 1):
                yield at - 1
            if key.isdecimal() and _is_joined_on(said, at) and _is_group(said, at + 1):
                yield at + 1


def _is_group(said: Said, at: int) -> bool:
    return len(said.words[at]) <= _GROUP and said.words[at].isalpha()


def _capitals(said: Said) -> Iterator[int]:
    """Find the groups of capitals that stand before digits, apart from them, in a turn that is not all in capitals."""
    words = [word for word in said.words if len(word) > 1 and word.isalpha()]
    if len(words) > 1 and all(word.isupper() for word in words):
        return
    least = _DIGITS_ALONE if len(words) == 1 else _DIGITS_AFTER
    for at, word in enumerate(said.words):
        if 1 < len(word) <= _GROUP and word.isupper() and word.isalpha() and _digits_after(said, at) >= least:
            yield at


def _digits_after(said: Said, at: int) -> int:
    """Count the digits of the code that follows a token, apart from it."""
    digits, end = 0, at + 1
    while digits < _DIGITS_AFTER and end < len(said.keys) and not (end == at + 1 and said.is_joined(end)):
        key = said.keys[end]
        if not key.isdecimal() and len(key) > 1:
            break
        digits += len(key) if key.isdecimal() else 0
        end += 1
    return digits


def _is_joined_on(said: Said, at: int) -> bool:
    return at + 1 < len(said.keys) and said.is_joined(at + 1)


def _is_unit(said: Said, at: int, grammar: Grammar) -> bool:
    """Say whether letters end a word of digits alone and measure them."""
    if said.keys[at] not in grammar.tables.unit_suffixes or not said.is_joined(at):
        return False
    if _is_joined_on(said, at) and said.keys[at + 1].isalnum():
        return False
    if said.is_joined(at - 1) and said.keys[at - 2].isalpha():
        return False
    return not (_is_beside_code(said, at, grammar) if len(said.keys[at]) == 1 else _is_mixed(said, at - 2))


def _is_beside_code(said: Said, at: int, grammar: Grammar) -> bool:
    sides = (said.keys[at - 2] if at > 1 else "", said.keys[at + 1] if at + 1 < len(said.keys) else "")
    words = grammar.tables.ambiguous_letters
    return any(key.isdecimal() or (len(key) == 1 and key.isalpha() and key not in words) for key in sides)


def _is_mixed(said: Said, at: int) -> bool:
    """Say whether a token ends a word of letters and digits."""
    return at > 0 and said.is_joined(at) and said.keys[at].isdecimal() != said.keys[at - 1].isdecimal()


def _is_followed_by(said: Said, at: int, digits: int) -> bool:
    return _is_joined_on(said, at) and len(said.keys[at + 1]) >= digits and said.keys[at + 1].isdecimal()


def _is_in_mail(said: Said, at: int) -> bool:
    """Say whether a token is part of a written mail address, where letters and digits are words too."""
    first, last = at, at
    while said.is_joined(first) and at - first < _LONGEST_WORD:
        first -= 1
    while _is_joined_on(said, last) and last - at < _LONGEST_WORD:
        last += 1
    return "@" in said.keys[first : last + 1]
