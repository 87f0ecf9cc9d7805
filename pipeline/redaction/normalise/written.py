"""The written view of spoken words, and the way back from each of its characters to the words that made it.

`Token` and `Piece` are named tuples rather than frozen dataclasses: some are made for every word of every call, and
they are made twice as fast. They show no words when printed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate
from operator import sub
from typing import Final, NamedTuple

from pipeline.model.span import CharSpan


class Kind(StrEnum):
    """What a piece of the written view is."""

    WORD = "word"
    DIGITS = "digits"
    LETTER = "letter"
    ORDINAL = "ordinal"
    MONTH = "month"
    SYMBOL = "symbol"
    FILLER = "filler"


_DIGITS: Final = Kind.DIGITS
_LETTER: Final = Kind.LETTER


class Token(NamedTuple):
    """A word, number or sign of a turn's text, where it stands there, and how it is compared.

    `key` is in lower case, its accents composed, with straight apostrophes.
    """

    text: str
    start: int
    end: int
    key: str

    def __repr__(self) -> str:
        return f"Token({self.start}, {self.end})"


class Piece(NamedTuple):
    """What tokens `first` up to `last` were written as.

    `glued` when no space stands before it. `certain` is false where only the words around it, not its own, make it
    what it is: "to" taken for a 2, "see" for a c, "oh" at the end of a number.
    """

    text: str
    kind: Kind
    first: int
    last: int
    glued: bool = False
    certain: bool = True

    @property
    def is_code(self) -> bool:
        """Digits or spelled letters: what numbers and codes are made of."""
        return self.kind is _DIGITS or self.kind is _LETTER

    def __repr__(self) -> str:
        return f"Piece({self.kind.value}, {self.first}, {self.last})"


@dataclass(frozen=True, slots=True)
class Run:
    """Digits and letters said one after another: pieces `first` up to `last`, written together as `code`."""

    code: str = field(repr=False)
    first: int
    last: int
    certain: bool = True

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
    """A turn as it would be written; `starts[i]` is where piece i begins in `text`.

    Every token belongs to exactly one piece, pieces keep the order of their tokens, and every character of `text`
    belongs to one piece or is the space between two.
    """

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
        return max(0, bisect_right(self.starts, at) - 1)

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
        return self.spoken(owners[0][0], owners[-1][1])


def assemble(tokens: tuple[Token, ...], pieces: Sequence[Piece]) -> Written:
    """Join pieces to the written text and find its runs of digits and letters."""
    texts = [piece[0] for piece in pieces]
    parts = [piece[0] if piece[4] else f" {piece[0]}" for piece in pieces]
    for index, text in enumerate(texts):
        parts[index] = text  # nothing is written before it, so there is nothing to stand apart from
        if text:
            break
    starts = tuple(map(sub, accumulate(map(len, parts)), map(len, texts)))
    return Written(tokens, tuple(pieces), "".join(parts), starts, _runs(pieces))


def _runs(pieces: Sequence[Piece]) -> tuple[Run, ...]:
    """Find maximal runs; hesitations and dashes inside a run do not end it."""
    code = [i for i, piece in enumerate(pieces) if piece[1] is _DIGITS or piece[1] is _LETTER]
    runs: list[Run] = []
    first = 0
    for at, index in enumerate(code):
        after = code[at + 1] if at + 1 < len(code) else len(pieces)
        if after == len(pieces) or not all(map(_keeps_run_open, pieces[index + 1 : after])):
            runs.append(_run([pieces[i] for i in code[first : at + 1]], code[first], index + 1))
            first = at + 1
    return tuple(runs)


def _keeps_run_open(piece: Piece) -> bool:
    return piece.kind is Kind.FILLER or (piece.kind is Kind.SYMBOL and piece.text in "-,./()")


def _run(code: Sequence[Piece], first: int, last: int) -> Run:
    return Run("".join([p[0] for p in code]), first, last, all([p[5] for p in code]))
