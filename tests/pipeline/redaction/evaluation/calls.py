"""Builders: labelled calls written with marks, and what somebody found in them."""

from __future__ import annotations

import re

from pipeline.model.span import CharSpan
from pipeline.model.transcript import Turn
from pipeline.redaction.evaluation.labelled import Label, LabelledConversation, LabelledTurn
from pipeline.redaction.evaluation.tally import Found

_MARK = re.compile(r"\[(\??)([A-Z_]+)\|([^\]]*)\]")


def a_turn(marked: str, index: int = 0, *, reconstructed: bool = False) -> LabelledTurn:
    """Read a turn with `[TYPE|words]` for a label and `[?TYPE|words]` for an optional one."""
    text, labels, at = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[at : mark.start()]
        span = CharSpan(len(text), len(text) + len(mark[3]))
        labels.append(Label(span=span, type=mark[2], is_optional=bool(mark[1])))
        text, at = text + mark[3], mark.end()
    turn = Turn(index=index, speaker="agent", text=text + marked[at:])
    return LabelledTurn(turn=turn, labels=tuple(labels), is_reconstructed=reconstructed)


def a_call(*marked: str, id: str = "call", source: str = "s", partial: bool = False) -> LabelledConversation:
    """Make a labelled call of marked turns."""
    turns = tuple(a_turn(text, index) for index, text in enumerate(marked))
    return LabelledConversation(id=id, source=source, turns=turns, is_partial=partial)


def found_in(call: LabelledConversation, *words: str, score: float = 1.0) -> tuple[Found, ...]:
    """Say that "TYPE words" was found, wherever the words first stand in the call."""
    made = []
    for kind, _, said in (word.partition(" ") for word in words):
        turn = next(t.turn for t in call.turns if said in t.turn.text)
        at = turn.text.index(said)
        made.append(Found(turn=turn.index, span=CharSpan(at, at + len(said)), type=kind, score=score))
    return tuple(made)
