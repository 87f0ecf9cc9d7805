"""What the network is told of each word: its own form, its place in the turn, and what the dialogue has left open.

Features are small integers into one table; nothing of a word but its form enters them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.model.entity import EntityType
from pipeline.redaction.normalise import Kind, Written
from pipeline.redaction.read_turn import ReadTurn

_TYPES: Final = tuple(EntityType)
_FRESH: Final = 1
_OPEN: Final = 6
_KINDS: Final = tuple(Kind)
_RUN_STEPS: Final = (0, 1, 2, 4, 6, 9, 12)
_TURN_STEPS: Final = (1, 2, 5, 12)
_PLACES: Final = 4

# Where each family of features begins in the table.
_ASKED_FRESH: Final = 0
_ASKED_OPEN: Final = _ASKED_FRESH + len(_TYPES)
_ASKS_NOW: Final = _ASKED_OPEN + len(_TYPES)
_TURN_LENGTH: Final = _ASKS_NOW + 1
_SAME_SPEAKER: Final = _TURN_LENGTH + len(_TURN_STEPS) + 1
_KIND: Final = _SAME_SPEAKER + 1
_DIGITS: Final = _KIND + len(_KINDS)
_LETTERS: Final = _DIGITS + len(_RUN_STEPS) + 1
_FROM_START: Final = _LETTERS + len(_RUN_STEPS) + 1
_FROM_END: Final = _FROM_START + _PLACES
_NAMED: Final = _FROM_END + _PLACES
_BOUNDARY: Final = _NAMED + len(_TYPES) + 1
TABLE_SIZE: Final = _BOUNDARY + 1
TOKEN_COLUMNS: Final = 6

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TurnFeatures:
    """Features of one turn: `turn` hold for all its words, `words[i]` for word i."""

    speaker: str
    turn: tuple[int, ...]
    words: Ids
    texts: tuple[str, ...] = field(repr=False)


def features_of(turns: Sequence[ReadTurn]) -> list[TurnFeatures]:
    """Give the features of a conversation's turns, in order."""
    asked: list[tuple[int, str, EntityType]] = []
    made: list[TurnFeatures] = []
    for at, turn in enumerate(turns):
        cues = turn.cues
        asked = [(when, who, kind) for when, who, kind in asked if at - when <= _OPEN]
        marks = {
            (_ASKED_FRESH if at - when <= _FRESH else _ASKED_OPEN) + _TYPES.index(kind)
            for when, who, kind in asked
            if who != turn.speaker
        }
        marks.add(_TURN_LENGTH + _step(len(turn.written.tokens), _TURN_STEPS))
        if turn.is_asking:
            marks.add(_ASKS_NOW)
            asked += [(at, turn.speaker, cue.type) for cue in cues]
        if at and turns[at - 1].speaker == turn.speaker:
            marks.add(_SAME_SPEAKER)
        named = _named_before(turn, [(cue.end, _TYPES.index(cue.type)) for cue in cues])
        texts = tuple(_form(token.text) for token in turn.written.tokens)
        made.append(TurnFeatures(turn.speaker, tuple(sorted(marks)), _word_ids(turn.written, named), texts))
    return made


def _form(text: str) -> str:
    """Give a token's form; what redaction put in a word's place looks alike, also where it is drawn at random."""
    return "[]" if len(text) > 1 and text.startswith("[") else text


def boundary_ids() -> Ids:
    """Give the features of what stands between two turns."""
    return np.full((1, TOKEN_COLUMNS), _BOUNDARY, dtype=np.int64)


def _named_before(turn: ReadTurn, cues: Sequence[tuple[int, int]]) -> list[int]:
    """Give for each word the kind of data last named before it in its own turn; the last index for none."""
    named: list[int] = []
    current, ahead = len(_TYPES), 0
    for at in turn.places:
        while ahead < len(cues) and cues[ahead][0] <= at:
            current = cues[ahead][1]
            ahead += 1
        named.append(current)
    return named


def _word_ids(written: Written, named: Sequence[int]) -> Ids:
    count = len(written.tokens)
    ids = np.empty((count, TOKEN_COLUMNS), dtype=np.int64)
    kinds = np.empty(count, dtype=np.int64)
    for piece in written.pieces:
        kinds[piece.first : piece.last] = _KINDS.index(piece.kind)
    digits, letters = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for run in written.runs:
        first, last = written.pieces[run.first].first, written.pieces[run.last - 1].last
        digits[first:last] = _step(run.digits, _RUN_STEPS)
        letters[first:last] = _step(run.letters, _RUN_STEPS)
    place = np.arange(count)
    ids[:, 0] = _KIND + kinds
    ids[:, 1] = _DIGITS + digits
    ids[:, 2] = _LETTERS + letters
    ids[:, 3] = _FROM_START + np.minimum(place, _PLACES - 1)
    ids[:, 4] = _FROM_END + np.minimum(place[::-1], _PLACES - 1)
    ids[:, 5] = _NAMED + np.asarray(named, dtype=np.int64)
    return ids


def _step(value: int, steps: Sequence[int]) -> int:
    return sum(value > step for step in steps)
