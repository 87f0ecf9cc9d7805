"""Gives an invented call in the form that labelled calls have for the evaluation."""

from __future__ import annotations

from pipeline.model.entity import EntityType
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Turn
from pipeline.redaction.evaluation.labelled import Label, LabelledConversation, LabelledTurn
from pipeline.redaction.training.dialogues import Dialogue, SpokenTurn


def labelled(dialogue: Dialogue) -> LabelledConversation:
    """Give an invented call as one that was labelled by hand."""
    turns = tuple(_turn(index, turn) for index, turn in enumerate(dialogue.turns))
    return LabelledConversation(id=dialogue.id, source="invented", turns=turns)


def _turn(index: int, turn: SpokenTurn) -> LabelledTurn:
    labels: list[Label] = []
    at = 0
    for word in turn.words:
        span = CharSpan(at, at + len(word.text))
        if word.type is not None or word.free:
            kind = (word.type or EntityType.OTHER).value
            last = labels[-1] if labels else None
            if last is not None and not word.free and last.type == kind and last.span.end == at - 1:
                span = CharSpan(labels.pop().span.start, span.end)
            labels.append(Label(span=span, type=kind, is_optional=word.free))
        at += len(word.text) + 1
    said = Turn(index=index, speaker=turn.speaker, text=" ".join(word.text for word in turn.words))
    return LabelledTurn(turn=said, labels=tuple(labels))
