"""Reads dialogues that were written and labelled by hand: `A: `/`C: ` lines with personal data marked in place.

`[TYPE|words]` is personal, `[?TYPE|words]` may be hidden or not. A line `# name kind` begins a dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Conversation, Turn
from pipeline.redaction.training.dialogues import Dialogue

_MARK: Final = re.compile(r"\[(\??)([A-Z_]+)\|([^\[\]|]+)\]")
_SPEAKERS: Final = {"A": "agent", "C": "customer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A labelled stretch of a turn; `optional` where it may be hidden or not."""

    span: CharSpan
    type: EntityType
    optional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledDialogue:
    """A conversation and its labels, a tuple a turn."""

    conversation: Conversation
    kind: str
    labels: tuple[tuple[Label, ...], ...] = field(repr=False)


def read_labelled(text: str, *, name: str) -> Iterator[LabelledDialogue]:
    """Read a file of dialogues.

    Raises:
        InvalidInput: naming the file and line, never its words.
    """
    heading: list[str] = []
    lines: list[tuple[int, str]] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.startswith("# "):
            heading = line[2:].split()
        elif line.strip():
            lines.append((number, line))
        elif lines:
            if not heading:
                raise InvalidInput(f"{name}, line {number}: a dialogue without its heading")
            yield _dialogue(heading, lines, name)
            heading, lines = [], []


def labelled(dialogue: Dialogue) -> LabelledDialogue:
    """Give an invented call as one that was labelled by hand."""
    turns: list[Turn] = []
    labels: list[tuple[Label, ...]] = []
    for index, turn in enumerate(dialogue.turns):
        own: list[Label] = []
        at = 0
        for word in turn.words:
            span = CharSpan(at, at + len(word.text))
            if word.type is not None or word.free:
                joined = own and own[-1].type is word.type and own[-1].span.end == at - 1
                if joined and not word.free:
                    span, _ = CharSpan(own[-1].span.start, span.end), own.pop()
                own.append(Label(span=span, type=word.type or EntityType.OTHER, optional=word.free))
            at += len(word.text) + 1
        turns.append(Turn(index=index, speaker=turn.speaker, text=" ".join(word.text for word in turn.words)))
        labels.append(tuple(own))
    conversation = Conversation(id=dialogue.id, turns=tuple(turns))
    return LabelledDialogue(conversation=conversation, kind="invented", labels=tuple(labels))


def _dialogue(heading: list[str], lines: list[tuple[int, str]], name: str) -> LabelledDialogue:
    turns: list[Turn] = []
    labels: list[tuple[Label, ...]] = []
    for index, (number, line) in enumerate(lines):
        speaker = _SPEAKERS.get(line[:1])
        if speaker is None or line[1:3] != ": ":
            raise InvalidInput(f"{name}, line {number}: not a turn")
        said, own = _parted(line[3:], f"{name}, line {number}")
        turns.append(Turn(index=index, speaker=speaker, text=said))
        labels.append(own)
    conversation = Conversation(id=heading[0], turns=tuple(turns))
    return LabelledDialogue(conversation=conversation, kind=" ".join(heading[1:]) or name, labels=tuple(labels))


def _parted(line: str, place: str) -> tuple[str, tuple[Label, ...]]:
    said, at = "", 0
    labels: list[Label] = []
    for mark in _MARK.finditer(line):
        said += line[at : mark.start()]
        if mark.group(2) not in EntityType.__members__:
            raise InvalidInput(f"{place}: no kind of data is called {mark.group(2)}")
        span = CharSpan(len(said), len(said) + len(mark.group(3)))
        labels.append(Label(span=span, type=EntityType(mark.group(2)), optional=bool(mark.group(1))))
        said += mark.group(3)
        at = mark.end()
    said += line[at:]
    if re.search(r"\[\??[A-Z_]+\|", said):
        raise InvalidInput(f"{place}: a mark is not closed")
    return said, tuple(labels)
