"""The dialogue: what was asked, whether it is still open, and what of the next turns answers it.

A slot opens when someone asks for personal data or begins to tell it, stays open over interruptions, corrections and
read-backs, and closes when something else is asked and answered. It is remembered by kind, never by words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.redaction.answers import Answer, AnswerReader
from pipeline.redaction.cues import Cue, asks_something_else
from pipeline.redaction.recognizers.number_shapes import NUMBER_TYPES
from pipeline.redaction.turn_view import TurnView
from pipeline.redaction.vocabulary import Vocabulary

_OPEN_TURNS: Final = 6
"""How many turns an unanswered slot stays open."""
_TELLING: Final = frozenset({"LabelledNumbers", "BirthDates"})
_BRIEF: Final = 8
_SPELL: Final = re.compile(r"spell")
_GIVEN: Final = r"(?P<given>given|first)|(?P<family>family|last|sur)"
_PART: Final = re.compile(rf"(?<!'s )\b(?:{_GIVEN})[- ]?names?\b(?! of\b)")
"""What names a part of one's own name: "your husband's first name" asks for somebody else."""
_OTHER_PART: Final = re.compile(rf"\b(?:{_GIVEN})(?:[- ]?names?)?(?: and| or| plus)?(?: the| your)? $")
"""What stands before it where both are asked for at once: "your first and last name"."""
_AT_ONCE: Final = 2
"""How many turns after a question, or after the last piece of its answer, what answers it comes at once."""
_ECHO_TURNS: Final = 3
"""How many turns after an answer the one who asked may read it back, or the other correct it."""


@dataclass(slots=True)
class Slot:
    """Something asked and not yet settled."""

    type: EntityType
    asker: str
    asked_turn: int
    alone: bool
    spelling: bool = False
    part: str | None = None
    last_answer: int | None = None
    heard: str = field(default="", repr=False)

    def waited(self, position: int, opened: int) -> int:
        """Give how many turns a turn's position comes after the question, or after the last piece of its answer."""
        return position - (opened if self.last_answer is None else self.last_answer)

    def is_open(self, position: int, opened: int) -> bool:
        """Say whether an answer may still come at a turn's position."""
        return self.waited(position, opened) <= (_OPEN_TURNS if self.last_answer is None else _ECHO_TURNS)


class Dialogue:
    """Reads a conversation's turns in order and finds what answers."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._answers = AnswerReader(vocabulary)

    def read(self, views: Sequence[TurnView]) -> list[Entity]:
        """Give the entities that questions and their answers show."""
        entities: list[Entity] = []
        slots: list[tuple[int, Slot]] = []
        for position, view in enumerate(views):
            slots = [(opened, slot) for opened, slot in slots if slot.is_open(position, opened)]
            entities += self._answered(position, view, slots)
            asked = _asked(view)
            if asked:
                slots = [(o, s) for o, s in slots if s.asker != view.turn.speaker and s.last_answer is None]
                slots += [(position, slot) for slot in asked]
            elif told := _told(position, view):
                slots += [(position, slot) for slot in told]
            elif not view.read.cues and asks_something_else(view.text):
                slots = [(o, s) for o, s in slots if s.last_answer is None and s.asker != view.turn.speaker]
        return entities

    def _answered(self, position: int, view: TurnView, slots: Sequence[tuple[int, Slot]]) -> list[Entity]:
        entities: list[Entity] = []
        for opened, slot in slots:
            own = slot.asker == view.turn.speaker
            if own and (slot.last_answer is None or slot.type not in NUMBER_TYPES):
                continue
            alone = slot.alone and not own
            answers = self._answers.read(view, slot.type, alone=alone, spelling=slot.spelling and not own)
            if own:
                answers = [a for a in answers if _reads_back(view, a, slot)]
            else:
                slot.heard += "".join(_code(view, a) for a in answers)
            late = slot.waited(position, opened) > _AT_ONCE
            said = "read-back: " if own else "late " if late else ""
            found = [e for a in answers if (e := _entity(view, slot, a, said)) is not None]
            if found and not own:
                slot.last_answer = position
            entities += found
        return entities


def _told(position: int, view: TurnView) -> list[Slot]:
    """Give the slots of what a turn tells unasked ("my policy number is ..."): the other may correct or repeat it."""
    kinds = {e.type for e in view.found if e.evidence[0].recognizer in _TELLING}
    asker, turn = view.turn.speaker, view.turn.index
    return [
        Slot(type=kind, asker=asker, asked_turn=turn, alone=False, last_answer=position, heard=view.written.text)
        for kind in sorted(kinds)
    ]


def _code(view: TurnView, answer: Answer) -> str:
    return "".join(p.text for p in view.written.pieces[answer.first : answer.last] if p.is_code)


def _reads_back(view: TurnView, answer: Answer, slot: Slot) -> bool:
    """Say whether the one who asked repeats what he heard: he says some of the same, or nothing else."""
    said = _code(view, answer)
    if slot.type is EntityType.DATE_OF_BIRTH and len(view.written.pieces) <= _BRIEF:
        return True
    same = any(said[at : at + 3] in slot.heard for at in range(len(said) - 2))
    code = sum(p.is_code for p in view.written.pieces)
    return same or code >= 0.6 * len(view.written.pieces)


def _entity(view: TurnView, slot: Slot, answer: Answer, said: str) -> Entity | None:
    evidence = Evidence(
        recognizer="Dialogue",
        view="dialogue",
        pattern=said + answer.pattern,
        question_turn=slot.asked_turn,
        slot=slot.type.value,
        part=slot.part,
    )
    return view.entity(answer.first, answer.last, answer.type, answer.score, evidence)


def _asked(view: TurnView) -> list[Slot]:
    """Give the slots a turn opens: what it names, if it asks; a turn that also tells opens them as well."""
    cues = view.read.cues
    if not view.read.is_asking:
        return []
    spelled = [cue for cue in cues if _SPELL.search(view.text, cue.start, cue.end)]
    named = [cue for cue in cues if cue not in spelled] or spelled
    types = list(dict.fromkeys(cue.type for cue in named))
    alone, spelling = len(types) == 1, bool(spelled)
    asker, turn, part = view.turn.speaker, view.turn.index, _part(view.text, named)
    return [
        Slot(
            type=kind,
            asker=asker,
            asked_turn=turn,
            alone=alone,
            spelling=spelling,
            part=part if kind is EntityType.PERSON else None,
        )
        for kind in types
    ]


def _part(text: str, cues: Sequence[Cue]) -> str | None:
    """Name the part of a name that a turn asks for; None where it asks for a whole name or for both.

    Only what names a person counts: "the last four" and "the first time" are no names.
    """
    found = [_PART.match(text, cue.start) for cue in cues if cue.type is EntityType.PERSON]
    found += [_OTHER_PART.search(text[: part.start()]) for part in found if part]
    parts = {part.lastgroup for part in found if part}
    return parts.pop() if len(parts) == 1 else None
