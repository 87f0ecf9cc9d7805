"""A blind reading while it is in somebody's browser: verdicts and marks as fields of a form, read with suspicion.

A mark is written `turn.first.last.TYPE`, a chosen word `turn.word`: places in the sheet and never words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from starlette.datastructures import FormData

from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.quality import Findings, Sheet, Verdict

_MARK: Final = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})\.([A-Z_]{1,40})", re.ASCII)
_WORD: Final = re.compile(r"(\d{1,6})\.(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Words of a turn that were marked as missed."""

    turn: int
    first: int
    last: int
    type: EntityType

    @property
    def name(self) -> str:
        """How it stands in the form."""
        return f"{self.turn}.{self.first}.{self.last}.{self.type.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was said so far. None for an entity of which nothing was said yet."""

    verdicts: tuple[Verdict | None, ...]
    marks: tuple[Mark, ...] = ()
    is_whole: bool = False

    def mark_at(self, turn: int, word: int) -> Mark | None:
        """Give the mark that a word is part of."""
        return next((m for m in self.marks if m.turn == turn and m.first <= word <= m.last), None)


def first_draft(sheet: Sheet) -> Draft:
    """Begin a reading: nothing is said for the reader."""
    return Draft(verdicts=(None,) * len(sheet.types))


def read_draft(sheet: Sheet, sent: FormData) -> Draft:
    """Read what a form says.

    Raises:
        InvalidInput: it does not fit the sheet.
    """
    verdicts = [str(sent.get(f"v{at}", "")) for at in range(len(sheet.types))]
    if any(said and said not in Verdict for said in verdicts):
        raise InvalidInput("no such verdict")
    draft = Draft(
        verdicts=tuple(Verdict(said) if said else None for said in verdicts),
        marks=tuple(sorted({_mark(str(text)) for text in sent.getlist("mark")})),
        is_whole=sent.get("is_whole") == "yes",
    )
    _missed(sheet, draft)
    return draft


def add_marks(sheet: Sheet, draft: Draft, sent: FormData) -> Draft:
    """Mark the chosen words: those that stand together are one mark.

    Raises:
        InvalidInput: no word or no type was chosen, or one of them is hidden or marked already.
    """
    kind, chosen = str(sent.get("kind", "")), sorted({_word(str(text)) for text in sent.getlist("w")})
    if not chosen or kind not in EntityType:
        raise InvalidInput("nothing was chosen")
    if any(draft.mark_at(*word) for word in chosen):
        raise InvalidInput("the same words were marked twice")
    runs: list[list[tuple[int, int]]] = []
    for turn, word in chosen:
        if runs and runs[-1][-1] == (turn, word - 1):
            runs[-1].append((turn, word))
        else:
            runs.append([(turn, word)])
    new = tuple(Mark(run[0][0], run[0][1], run[-1][1], EntityType(kind)) for run in runs)
    made = replace(draft, marks=tuple(sorted((*draft.marks, *new))))
    _missed(sheet, made)
    return made


def without_mark(draft: Draft, name: str) -> Draft:
    """Take a mark back."""
    return replace(draft, marks=tuple(mark for mark in draft.marks if mark.name != name))


def to_findings(sheet: Sheet, draft: Draft) -> Findings:
    """Give what a whole reading found.

    Raises:
        InvalidInput: of an entity nothing was said, or marks do not fit.
    """
    verdicts = tuple(verdict for verdict in draft.verdicts if verdict is not None)
    if len(verdicts) != len(sheet.types):
        raise InvalidInput("each hidden entity needs a verdict")
    return Findings(verdicts=verdicts, missed=_missed(sheet, draft).missed)


def _missed(sheet: Sheet, draft: Draft) -> Findings:
    marks = [sheet.mark(mark.turn, mark.first, mark.last, mark.type) for mark in draft.marks]
    return Findings(verdicts=(), missed=tuple(sorted(marks)))


def _mark(text: str) -> Mark:
    found = _MARK.fullmatch(text)
    if found is None or found[4] not in EntityType:
        raise InvalidInput("no such mark")
    return Mark(int(found[1]), int(found[2]), int(found[3]), EntityType(found[4]))


def _word(text: str) -> tuple[int, int]:
    found = _WORD.fullmatch(text)
    if found is None:
        raise InvalidInput("no such word")
    return int(found[1]), int(found[2])
