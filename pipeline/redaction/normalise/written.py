"""The written view of spoken words, and the way back from each of its characters to the words that made it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pipeline.model.span import CharSpan

_TOKEN: Final = re.compile(
    # What redaction put there ("[PERSON_1]", "[PIN:9f2c]") is one sign, never read again.
    r"(?-i:\[[A-Z][A-Z_]*(?:_\d+)?(?::[^\]\s]+)?\])"
    r"|['’]s\b|\d+(?:st|nd|rd|th)\b|\d+|[^\W\d_]+(?:['’][^\W\d_]+)*|\S",
    re.IGNORECASE,
)


class Kind(StrEnum):
    """What a piece of the written view is."""

    WORD = "word"
    DIGITS = "digits"
    LETTER = "letter"
    ORDINAL = "ordinal"
    MONTH = "month"
    SYMBOL = "symbol"
    FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign of a turn's text, and where it stands there."""

    text: str = field(repr=False)
    start: int
    end: int

    @property
    def key(self) -> str:
        """How it is compared: lower case, straight apostrophes."""
        return self.text.lower().replace("’", "'")


@dataclass(frozen=True, slots=True)
class Piece:
    """What tokens `first` up to `last` were written as; `glued` when no space stands before it."""

    text: str = field(repr=False)
    kind: Kind
    first: int
    last: int
    glued: bool = False

    @property
    def is_code(self) -> bool:
        """Digits or a spelled letter: what numbers and codes are made of."""
        return self.kind in (Kind.DIGITS, Kind.LETTER)


@dataclass(frozen=True, slots=True)
class Run:
    """Digits and letters said one after another: pieces `first` up to `last`, written together as `code`."""

    code: str = field(repr=False)
    first: int
    last: int

    @property
    def digits(self) -> int:
        """How many of its characters are digits."""
        return sum(c.isdecimal() for c in self.code)

    @property
    def letters(self) -> int:
        """How many of its characters are letters."""
        return len(self.code) - self.digits


@dataclass(frozen=True, slots=True)
class Written:
    """A turn as it would be written; `starts[i]` is where piece i begins in `text`."""

    tokens: tuple[Token, ...] = field(repr=False)
    pieces: tuple[Piece, ...] = field(repr=False)
    text: str = field(repr=False)
    starts: tuple[int, ...] = field(repr=False)
    runs: tuple[Run, ...] = field(repr=False)

    def owner(self, at: int) -> tuple[int, int]:
        """Give the tokens [first, last) that made character `at`; a joining space was made by none."""
        index = self.piece_at(at)
        piece = self.pieces[index]
        if at - self.starts[index] < len(piece.text):
            return piece.first, piece.last
        return piece.last, piece.last

    def piece_at(self, at: int) -> int:
        """Give the piece that character `at` belongs to, or the one before it when it is a joining space."""
        low, high = 0, len(self.starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.starts[middle] <= at else (low, middle)
        return low

    def said(self, first: int, last: int) -> CharSpan | None:
        """Give where pieces [first, last) stand in the spoken text; None for no pieces."""
        return None if last <= first else self.spoken(self.pieces[first].first, self.pieces[last - 1].last)

    def spoken(self, first: int, last: int) -> CharSpan | None:
        """Give where tokens [first, last) stand in the spoken text; None for no tokens."""
        return None if last <= first else CharSpan(self.tokens[first].start, self.tokens[last - 1].end)

    def said_at(self, start: int, end: int) -> CharSpan | None:
        """Give the spoken words that made characters [start, end) of the written text, whole words only."""
        owners = [o for o in (self.owner(at) for at in range(start, min(end, len(self.text)))) if o[0] < o[1]]
        if not owners:
            return None
        return self.spoken(min(first for first, _ in owners), max(last for _, last in owners))


def tokenise(text: str) -> tuple[Token, ...]:
    """Cut a text into words, numbers and signs; every character but white space belongs to exactly one."""
    return tuple(Token(found.group(), found.start(), found.end()) for found in _TOKEN.finditer(text))


def assemble(tokens: Sequence[Token], pieces: Sequence[Piece]) -> Written:
    """Join pieces to the written text and find its runs of digits and letters."""
    starts: list[int] = []
    parts: list[str] = []
    at = 0
    for index, piece in enumerate(pieces):
        if index and not piece.glued:
            parts.append(" ")
            at += 1
        starts.append(at)
        parts.append(piece.text)
        at += len(piece.text)
    return Written(tuple(tokens), tuple(pieces), "".join(parts), tuple(starts), _runs(pieces))


def _runs(pieces: Sequence[Piece]) -> tuple[Run, ...]:
    """Find maximal runs; hesitations and dashes inside a run do not end it."""
    runs: list[Run] = []
    first: int | None = None
    last = 0
    for index, piece in enumerate(pieces):
        if piece.is_code:
            first, last = (index, index + 1) if first is None else (first, index + 1)
        elif first is not None and not _keeps_run_open(piece):
            runs.append(_run(pieces, first, last))
            first = None
    if first is not None:
        runs.append(_run(pieces, first, last))
    return tuple(runs)


def _keeps_run_open(piece: Piece) -> bool:
    return piece.kind is Kind.FILLER or (piece.kind is Kind.SYMBOL and piece.text in "-,./()")


def _run(pieces: Sequence[Piece], first: int, last: int) -> Run:
    return Run("".join(p.text for p in pieces[first:last] if p.is_code), first, last)
