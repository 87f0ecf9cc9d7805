"""Dates said aloud: where they are, and which of them tell a birth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

from pipeline.model.entity import EntityType as T
from pipeline.redaction.normalise import ENGLISH, Kind, Piece, Written
from pipeline.redaction.read_turn import ReadTurn
from pipeline.redaction.recognizers.spoken import Found, SpokenRecognizer

_BETWEEN: Final = frozenset(
    {"of", "the", "and", "to", ",", "/", "-", ".", "in", "on", "or", "no", "day", "year", "sorry", "month"}
)
_REACH: Final = 10
_FIRST_BIRTH: Final = 1900
_LAST_BIRTH: Final = 2010
"""Children's births are later, and are asked for; a later date unasked is more often of a purchase."""


@dataclass(frozen=True, slots=True)
class SaidDate:
    """Pieces [first, last) that say a date, and which parts it has."""

    first: int
    last: int
    has_day: bool
    has_month: bool
    has_year: bool

    @property
    def parts(self) -> int:
        """How many of day, month and year were said."""
        return self.has_day + self.has_month + self.has_year


def find_dates(written: Written) -> tuple[SaidDate, ...]:
    """Find stretches of ordinals, months, days and years, with small words between them."""
    dates: list[SaidDate] = []
    at = 0
    while at < len(written.pieces):
        if not _is_date_part(written, at):
            at += 1
            continue
        end = _stretch_end(written, at)
        dates.append(_date(written, at, end))
        at = end
    return tuple(dates)


class BirthDates(SpokenRecognizer):
    """Dates beside "born" or "date of birth"."""

    types: ClassVar = (T.DATE_OF_BIRTH,)

    def find(self, turn: ReadTurn) -> Iterable[Found]:
        """Find dates within a few words of what names a birth, and whole dates of long ago."""
        written = turn.written
        named = list(self._near_cue(turn))
        yield from named
        known = {found.first for found in named}
        for date in find_dates(written):
            if date.first not in known and date.parts == 3 and _is_of_a_lifetime(written, date):
                yield Found(T.DATE_OF_BIRTH, date.first, date.last, 0.5, "day, month and year of long ago")

    def _near_cue(self, turn: ReadTurn) -> Iterable[Found]:
        written = turn.written
        cued = {turn.text[: c.start].count(" ") for c in turn.cues if c.type is T.DATE_OF_BIRTH}
        if not cued:
            return
        for date in find_dates(written):
            near = any(-_REACH <= written.pieces[date.first].first - cue <= _REACH for cue in cued)
            if near and (date.parts >= 2 or date.has_year):
                yield Found(T.DATE_OF_BIRTH, date.first, date.last, 0.9, "birth")


def _is_date_part(written: Written, index: int) -> bool:
    piece = written.pieces[index]
    if piece.kind in (Kind.ORDINAL, Kind.MONTH) or _is_month(written, index):
        return True
    return piece.kind is Kind.DIGITS and len(piece.text) <= 8


def _stretch_end(written: Written, at: int) -> int:
    end = at + 1
    ahead = end
    while ahead < len(written.pieces) and ahead - end <= 2:
        piece = written.pieces[ahead]
        if _is_date_part(written, ahead):
            end = ahead + 1
        elif piece.kind is not Kind.FILLER and written.tokens[piece.first].key not in _BETWEEN:
            break
        ahead += 1
    return end


def _is_month(written: Written, index: int) -> bool:
    """Say whether a piece is a month; "november" among digits was read as a spelled letter."""
    piece = written.pieces[index]
    return written.tokens[piece.first].key in ENGLISH.months and piece.last == piece.first + 1


def _date(written: Written, first: int, last: int) -> SaidDate:
    parts: tuple[Piece, ...] = written.pieces[first:last]
    numbers = [p.text for p in parts if p.kind is Kind.DIGITS]
    joined = "".join(numbers)
    year = any(_is_year(n) for n in numbers) or _is_year(joined[-4:]) or len(joined) in (5, 6, 8)
    if [len(n) for n in numbers[-2:]] == [2, 2] and _is_year("".join(numbers[-2:])):
        numbers = numbers[:-2]
    days = sum(p.kind is Kind.ORDINAL for p in parts) + sum(len(n) <= 2 for n in numbers)
    months = any(_is_month(written, i) for i in range(first, last)) or days > 1 or len(joined) >= 6
    return SaidDate(first, last, days > 0 or len(joined) >= 6, months, year)


def _is_of_a_lifetime(written: Written, date: SaidDate) -> bool:
    """Say whether a date lies where births lie and orders, warranties and appointments hardly do."""
    numbers = "".join(p.text for p in written.pieces[date.first : date.last] if p.kind is Kind.DIGITS)
    return _is_year(numbers[-4:]) and _FIRST_BIRTH <= int(numbers[-4:]) <= _LAST_BIRTH


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits[:2] in ("18", "19", "20")
