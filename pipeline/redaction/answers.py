"""What of an answer is personal, given what was asked. Pure functions from a turn and a slot to stretches of pieces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pipeline.model.entity import EntityType as T
from pipeline.redaction.check_digits import proven_type
from pipeline.redaction.normalise import ENGLISH, Kind, Run, Written
from pipeline.redaction.recognizers.amounts import is_amount
from pipeline.redaction.recognizers.dates import find_dates
from pipeline.redaction.recognizers.name_words import NameReader
from pipeline.redaction.recognizers.number_shapes import NUMBER_TYPES, confidence
from pipeline.redaction.turn_view import TurnView
from pipeline.redaction.vocabulary import STREET_WORDS, TITLES, Vocabulary, read_sections, word_set

_SHORT: Final = 12
_TALK: Final = read_sections("answers")
_STALL: Final = re.compile(rf"\b(?:{'|'.join(_TALK['stalls'])})\b")
_OPENERS, _CLOSERS, _CHATTER, _MISHEARD = (
    word_set(" ".join(_TALK[title])) for title in ("openers", "closers", "chatter", "misheard")
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Pieces [first, last) that answer, as what, how surely, and by which rule."""

    type: T
    first: int
    last: int
    score: float
    pattern: str


class AnswerReader:
    """Reads answers by the kind of thing that was asked."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._names = NameReader(vocabulary)

    def read(self, view: TurnView, slot: T, *, alone: bool, spelling: bool = False) -> list[Answer]:
        """Read what answers a slot in a turn.

        Args:
            view: the turn after, or soon after, the question.
            slot: what was asked.
            alone: nothing else was asked at the same time, so that a short turn as a whole may be the answer.
            spelling: it was asked to be spelled, so that scraps of words belong to it.
        """
        if spelling and alone and (slot is T.PERSON or slot is T.EMAIL_ADDRESS):
            return self._whole(view, slot) or self._names_in(view)
        if slot is T.PERSON:
            return self._names_in(view)
        if slot is T.DATE_OF_BIRTH or slot is T.CREDIT_CARD_EXPIRY:
            return _dates_in(view, slot) or (_runs_in(view, slot) if any(r.digits for r in view.written.runs) else [])
        if slot in (T.STREET_ADDRESS, T.LOCATION):
            return self._address_in(view, slot)
        if slot in (T.EMAIL_ADDRESS, T.PASSWORD, T.USERNAME):
            return self._whole(view, slot) if alone else []
        runs = _runs_in(view, slot)
        if slot is T.ZIP_CODE and alone and (runs or self._has_code(view.written) or _is_all_misheard(view.written)):
            return self._whole(view, slot) or runs
        return runs

    def _names_in(self, view: TurnView) -> list[Answer]:
        written = view.written
        if _is_spelling(written) and not _STALL.search(view.text):
            first, last = self._bare(written, _OPENERS)
            return [Answer(T.PERSON, first, last, 0.9, "spelled answer")] if first < last else []
        first, last = self._bare(written)
        if first >= last:
            return []
        if last - first <= 5 and not _STALL.search(view.text):
            keys = [self._names.key(written, i) for i in range(first, last)]
            spelled = any(written.pieces[i].kind is Kind.LETTER for i in range(first, last))
            unusual = last - first <= 3 and not any(self._vocabulary.is_talk(k) for k in keys)
            if spelled or unusual or any(k and self._is_name_word(k) for k in keys):
                return [Answer(T.PERSON, first, last, 0.9, "answer")]
            return []
        return self._names_among(written, first, last)

    def _names_among(self, written: Written, first: int, last: int) -> list[Answer]:
        """In a long answer: names at its start, and everything spelled."""
        answers = [
            Answer(T.PERSON, run.first, run.last, 0.85, "spelled")
            for run in written.runs
            if run.letters >= 2 and run.letters > run.digits
        ]
        index = first
        while index < last:
            key = self._names.key(written, index)
            if key and len(key) > 1 and self._names.is_likely(key):
                end = max(self._names.after_weak_sign(written, index), index + 1)
                answers.append(Answer(T.PERSON, index, end, 0.7, "named in answer"))
                index = end
            else:
                index += 1
        return answers

    def _is_name_word(self, key: str) -> bool:
        known = self._vocabulary.is_name(key) and key not in ("do", "so", "he", "an", "may", "will", "the")
        return known or self._vocabulary.is_stranger(key)

    def _address_in(self, view: TurnView, slot: T) -> list[Answer]:
        written = view.written
        first, last = self._bare(written)
        if first >= last or (_STALL.search(view.text) and not written.runs):
            return []
        brief = last - first <= _SHORT
        marks = [i for i in range(first, last) if self._is_address_mark(written, i, brief=brief)]
        if not marks:
            return []
        if brief:
            return [Answer(slot, first, last, 0.85, "answer")]
        return [Answer(slot, a, b, 0.75, "part of answer") for a, b in _stretches(marks, 3) if b - a > 1 or slot]

    def _is_address_mark(self, written: Written, index: int, *, brief: bool) -> bool:
        """Say whether a piece can be part of an address; in a long answer dictionary words do not count."""
        piece = written.pieces[index]
        if piece.is_code or piece.kind is Kind.ORDINAL:
            return True
        key = self._names.key(written, index)
        if not brief:
            known = key in self._vocabulary.place_starts or key in STREET_WORDS or self._vocabulary.is_stranger(key)
            return known and len(key) > 1
        return bool(key) and not self._vocabulary.is_talk(key) and key not in self._vocabulary.not_personal

    def _whole(self, view: TurnView, slot: T) -> list[Answer]:
        """Take a short turn as the answer, without the talk around it."""
        tight = self._has_code(view.written) or slot in (T.ZIP_CODE, T.PERSON)
        first, last = self._bare(view.written, _OPENERS if tight else _CHATTER)
        if first >= last or last - first > _SHORT or _STALL.search(view.text):
            return []
        pieces = view.written.pieces[first:last]
        telling = (
            any(p.is_code or p.kind is not Kind.WORD for p in pieces)
            or _is_all_misheard(view.written)
            or any(not self._vocabulary.is_talk(view.written.tokens[p.first].key) for p in pieces)
        )
        return [Answer(slot, first, last, 0.8, "answer")] if telling else []

    def _bare(self, written: Written, talk: frozenset[str] | None = None) -> tuple[int, int]:
        """Give the pieces without the talk at both ends: "yes it's ... thanks"."""
        first, last = 0, len(written.pieces)
        while first < last and _is_chatter(written, first, talk or _CHATTER):
            first += 1
        while last > first and _is_chatter(written, last - 1, _OPENERS if talk is _OPENERS else _CLOSERS):
            last -= 1
        return first, last

    def _has_code(self, written: Written) -> bool:
        return any(p.is_code for p in written.pieces)


def _is_chatter(written: Written, index: int, talk: frozenset[str]) -> bool:
    piece = written.pieces[index]
    if piece.kind in (Kind.FILLER, Kind.SYMBOL):
        return True
    key = written.tokens[piece.first].key
    return piece.kind is Kind.WORD and (key in talk or key in TITLES)


def _is_spelling(written: Written) -> bool:
    """Say whether a turn is mostly letters and scraps of letters: a name being spelled."""
    pieces = [p for p in written.pieces if p.kind not in (Kind.FILLER, Kind.SYMBOL)]
    scraps = [
        p for p in pieces if p.kind is Kind.LETTER or written.tokens[p.first].end - written.tokens[p.first].start < 3
    ]
    letters = sum(p.kind is Kind.LETTER for p in pieces)
    return len(pieces) > 1 and letters >= 2 and len(scraps) >= 0.5 * len(pieces)


def _dates_in(view: TurnView, slot: T) -> list[Answer]:
    dates = list(find_dates(view.written))
    if not any(d.parts > 1 or d.has_year for d in dates) and len(view.written.pieces) > 5:
        return []
    if len(dates) > 1 and dates[-1].last - dates[0].first <= _SHORT and len(view.written.pieces) <= _SHORT + 4:
        return [Answer(slot, dates[0].first, dates[-1].last, 0.9, "dates in answer")]
    return [Answer(slot, d.first, d.last, 0.9 if d.parts > 1 else 0.7, "date in answer") for d in dates]


def _runs_in(view: TurnView, slot: T) -> list[Answer]:
    """Take the runs of an answer: any when they make up the turn, long ones anywhere."""
    written = view.written
    said = sum(1 for p in written.pieces if p.kind is not Kind.FILLER) or 1
    code = sum(1 for p in written.pieces if p.is_code)
    dense = code / said >= 0.4 or said <= 4
    runs = [r for r in written.runs if (dense or len(r.code) >= 3) and not is_amount(written, r)]
    if _STALL.search(view.text):
        runs = [r for r in runs if len(r.code) >= 3]
    kind = slot if slot in NUMBER_TYPES else T.ID_NUMBER
    return [Answer(_typed(kind, run), a, b, confidence(kind, run.code), "number in answer")
            for run, a, b in _bridged(written, runs)]  # fmt: skip


def _typed(slot: T, run: Run) -> T:
    """Give what a run is that answers; too long for what was asked and with a card's check digit, it is a card."""
    if len(run.code) < 13:
        return slot
    is_card = confidence(slot, run.code) < 0.9 and confidence(T.CREDIT_CARD, run.code) > 0.9
    return proven_type(run.code) or (T.CREDIT_CARD if is_card else slot)


def _bridged(written: Written, runs: list[Run]) -> list[tuple[Run, int, int]]:
    """Join runs that one or two misheard words separate ("four to for five")."""
    joined: list[tuple[Run, int, int]] = []
    for run in runs:
        if joined and run.first - joined[-1][2] <= 2 and _is_misheard(written, joined[-1][2], run.first):
            before = joined[-1]
            joined[-1] = (Run(before[0].code + run.code, before[1], run.last), before[1], run.last)
        else:
            joined.append((run, run.first, run.last))
    return joined


def _is_all_misheard(written: Written) -> bool:
    """Say whether every word sounds like a letter or digit: "for tea you why"."""
    keys = [written.tokens[p.first].key for p in written.pieces if p.kind is not Kind.FILLER]
    sounds = sum(key in ENGLISH.letter_homophones or key in ENGLISH.digit_homophones for key in keys)
    return len(keys) >= 3 and sounds >= len(keys) - 1


def _is_misheard(written: Written, first: int, last: int) -> bool:
    return all(written.tokens[p.first].key in _MISHEARD for p in written.pieces[first:last])


def _stretches(marks: list[int], gap: int) -> list[tuple[int, int]]:
    stretches: list[tuple[int, int]] = []
    for mark in marks:
        if stretches and mark - stretches[-1][1] < gap:
            stretches[-1] = (stretches[-1][0], mark + 1)
        else:
            stretches.append((mark, mark + 1))
    return stretches
