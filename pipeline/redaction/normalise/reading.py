"""First pass: each word read on its own grammar. What is ambiguous alone is settled from its neighbours at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from pipeline.redaction.normalise.numbers import read_number, read_ordinal
from pipeline.redaction.normalise.tables import Tables
from pipeline.redaction.normalise.written import Kind, Piece, Token

_Rule = Callable[[Sequence[str], int, Tables], Piece | None]


def read_pieces(tokens: Sequence[Token], tables: Tables) -> list[Piece]:
    """Read all tokens, left to right, the longest rule first; every token is in exactly one piece."""
    keys = [token.key for token in tokens]
    pieces: list[Piece] = []
    at = 0
    while at < len(keys):
        piece = next((p for p in (rule(keys, at, tables) for rule in _RULES) if p), None)
        piece = piece or Piece(tokens[at].text, Kind.WORD, at, at + 1)
        pieces.append(piece)
        at = piece.last
    return _settle(pieces, keys, tables)


def _filler(keys: Sequence[str], at: int, tables: Tables) -> Piece | None:
    return Piece("", Kind.FILLER, at, at + 1) if keys[at] in tables.fillers else None


def _repeated(keys: Sequence[str], at: int, tables: Tables) -> Piece | None:
    times = tables.repeats.get(keys[at])
    if times is None or at + 1 >= len(keys):
        return None
    said = keys[at + 1]
    if said == "u" and times == 2:
        return Piece("w", Kind.LETTER, at, at + 2)
    if said in tables.units or (said.isdecimal() and len(said) == 1):
        return Piece(str(tables.units.get(said, said)) * times, Kind.DIGITS, at, at + 2)
    if said in tables.teens or said in tables.tens:
        number = read_number(keys, at + 1, tables)
        return Piece(number[0] * times, Kind.DIGITS, at, number[1]) if number else None
    if said in tables.zero_or_letter:
        return Piece("0" * times, Kind.DIGITS, at, at + 2)
    letter = _letter_of(said, tables)
    return Piece(letter * times, Kind.LETTER, at, at + 2) if letter else None


def _explained_letter(keys: Sequence[str], at: int, tables: Tables) -> Piece | None:
    """Read "m as in mike", "m for mother", "m mike" and "capital m"."""
    if keys[at] in tables.case_words and at + 1 < len(keys) and _letter_of(keys[at + 1], tables):
        inner = _explained_letter(keys, at + 1, tables)
        return Piece(_letter_of(keys[at + 1], tables).upper(), Kind.LETTER, at, inner.last if inner else at + 2)
    letter = keys[at] if len(keys[at]) == 1 and keys[at].isalpha() else tables.letter_names.get(keys[at], "")
    if not letter:
        return None
    for phrase in tables.as_in:
        end = at + 1 + len(phrase)
        if tuple(keys[at + 1 : end]) == phrase and end < len(keys) and _explains(keys[end], letter):
            return Piece(letter, Kind.LETTER, at, end + 1)
    if at + 1 < len(keys) and tables.spelling_words.get(keys[at + 1]) == letter:
        return Piece(letter, Kind.LETTER, at, at + 2)
    return None


def _ordinal(keys: Sequence[str], at: int, tables: Tables) -> Piece | None:
    read = read_ordinal(keys, at, tables)
    return Piece(read[0], Kind.ORDINAL, at, read[1]) if read else None


def _number(keys: Sequence[str], at: int, tables: Tables) -> Piece | None:
    if keys[at].isdecimal():
        return Piece(keys[at], Kind.DIGITS, at, at + 1)
    read = read_number(keys, at, tables)
    return Piece(read[0], Kind.DIGITS, at, read[1]) if read else None


def _month(keys: Sequence[str], at: int, tables: Tables) -> Piece | None:
    return Piece(keys[at], Kind.MONTH, at, at + 1) if keys[at] in tables.months else None


def _letter(keys: Sequence[str], at: int, tables: Tables) -> Piece | None:
    key = keys[at]
    if key == "x" and "ray" in keys[at + 1 : at + 3]:
        return Piece("x", Kind.LETTER, at, keys.index("ray", at) + 1)
    if len(key) == 1 and key.isalpha():
        return Piece(key, Kind.LETTER, at, at + 1)
    if key in tables.letter_names:
        return Piece(tables.letter_names[key], Kind.LETTER, at, at + 1)
    return None


def _symbol(keys: Sequence[str], at: int, tables: Tables) -> Piece | None:
    for length in (2, 1):
        sign = tables.symbols.get(tuple(keys[at : at + length]))
        if sign and at + length <= len(keys):
            return Piece(sign, Kind.SYMBOL, at, at + length)
    if len(keys[at]) > 1 and keys[at].startswith("["):
        return Piece("[]", Kind.SYMBOL, at, at + 1)
    if len(keys[at]) == 1 and not keys[at].isalnum():
        return Piece(keys[at], Kind.SYMBOL, at, at + 1)
    return None


_RULES: Final[tuple[_Rule, ...]] = (
    _filler, _repeated, _explained_letter, _ordinal, _number, _month, _letter, _symbol,
)  # fmt: skip


def _letter_of(key: str, tables: Tables) -> str:
    if len(key) == 1 and key.isalpha():
        return key
    return tables.letter_names.get(key) or tables.spelling_words.get(key, "")


def _explains(word: str, letter: str) -> bool:
    return len(word) > 1 and word.startswith(letter)


def _settle(pieces: list[Piece], keys: Sequence[str], tables: Tables) -> list[Piece]:
    """Decide from neighbours what "oh", "a", "i", "may", "mike" and a lone ordinal word are."""
    settled = list(pieces)
    for index, piece in enumerate(pieces):
        key = keys[piece.first] if piece.last == piece.first + 1 else ""
        if key in tables.spelling_words:
            settled[index] = _settle_spelling_word(pieces, settled, index, tables.spelling_words[key], keys, tables)
        elif key in tables.zero_or_letter:
            settled[index] = _settle_zero(pieces, settled, index, tables.zero_or_letter[key])
        elif key in tables.ambiguous_letters and not _beside_letter(settled, pieces, index, keys, tables):
            settled[index] = replace(piece, text=key, kind=Kind.WORD)
    return settled


def _settle_spelling_word(
    pieces: list[Piece], settled: list[Piece], index: int, letter: str, keys: Sequence[str], tables: Tables
) -> Piece:
    """A spelling word is a letter beside code or beside another spelling word; else it is the word itself."""
    piece = pieces[index]
    for other in (_neighbour(settled, index, -1), _neighbour(pieces, index, 1)):
        if other is None:
            continue
        word = keys[other.first]
        sure = other.is_code and word not in tables.ambiguous_letters and word not in tables.zero_or_letter
        if sure or (word in tables.spelling_words and word not in tables.months):
            return replace(piece, text=letter, kind=Kind.LETTER)
    return piece


def _settle_zero(pieces: list[Piece], settled: list[Piece], index: int, letter: str) -> Piece:
    """An "oh" is a zero after digits or before two of them, a letter among letters, else an interjection."""
    piece = pieces[index]
    left, right = _neighbour(settled, index, -1), _neighbour(pieces, index, 1)
    if left is not None and left.kind is Kind.DIGITS:
        return replace(piece, text="0", kind=Kind.DIGITS)
    if right is not None and right.kind is Kind.DIGITS:
        ahead = pieces[index + 1 : index + 4]
        if sum(len(p.text) for p in ahead if p.kind is Kind.DIGITS) >= 2:
            return replace(piece, text="0", kind=Kind.DIGITS)
    if any(other is not None and other.kind is Kind.LETTER for other in (left, right)):
        return replace(piece, text=letter, kind=Kind.LETTER)
    return replace(piece, kind=Kind.WORD, text="oh")


def _beside_letter(settled: list[Piece], pieces: list[Piece], index: int, keys: Sequence[str], tables: Tables) -> bool:
    """Say whether an "a" or "i" is spelled: a sure letter stands beside it, or code on both sides."""
    left, right = _neighbour(settled, index, -1), _neighbour(pieces, index, 1)
    for other in (left, right):
        if other is not None and other.kind is Kind.LETTER and keys[other.first] not in tables.ambiguous_letters:
            return True
        if other is not None and keys[other.first] in tables.spelling_words:
            return True
    if left is not None and left.kind is Kind.LETTER and index >= 2 and settled[index - 2].is_code:
        return True
    return left is not None and right is not None and left.is_code and right.is_code


def _neighbour(pieces: Sequence[Piece], index: int, step: int) -> Piece | None:
    at = index + step
    while 0 <= at < len(pieces):
        if pieces[at].kind is not Kind.FILLER and pieces[at].text not in ("-", "."):
            return pieces[at]
        at += step
    return None
