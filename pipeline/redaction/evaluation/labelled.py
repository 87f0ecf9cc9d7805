"""Labelled conversations, read from JSONL: what was said, and where the personal data in it stands.

One conversation a line: `{"id", "source", "labels"?, "language"?, "turns": [{"turn"?, "speaker"?, "text",
"reconstructed"?, "entities": [{"start", "end", "type", "text"?, "optional"?}]}]}`; offsets in code points of the
turn's text, other fields are left alone. A file is taken whole or refused: a message names the line and the turn, never
a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.model.errors import InvalidInput
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Conversation, Turn
from pipeline.redaction.conversation_json import number_of, read_conversation, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Personal data as somebody marked it; what is optional is neither required nor wrong to hide."""

    span: CharSpan
    type: str
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledTurn:
    """A turn with its labels. A reconstructed one was never said in these words, so hiding in it is not judged."""

    turn: Turn
    labels: tuple[Label, ...]
    is_reconstructed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledConversation:
    """A conversation with its labels.

    `source` is the kind of call it comes from. Where `is_partial`, only some kinds of data were marked: what is hidden
    besides may well be right, so precision is not judged.
    """

    id: str
    source: str
    turns: tuple[LabelledTurn, ...]
    language: str = "en"
    is_partial: bool = False

    @property
    def conversation(self) -> Conversation:
        """What a detector is given: the same without labels."""
        return Conversation(id=self.id, turns=tuple(t.turn for t in self.turns), language=self.language)

    @property
    def words(self) -> int:
        """How many words were said, as they are parted by white space."""
        return sum(len(labelled.turn.text.split()) for labelled in self.turns)


def read_labelled(path: Path) -> tuple[LabelledConversation, ...]:
    """Read a labelled file.

    Raises:
        InvalidInput: it cannot be read, or one of its lines is not a labelled conversation.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or 'cannot be read'}") from error
    return parse_labelled(lines, name=path.name)


def parse_labelled(lines: Iterable[bytes], *, name: str) -> tuple[LabelledConversation, ...]:
    """Read the lines of a labelled file, called `name` in messages; blank lines are skipped.

    Raises:
        InvalidInput: a line is not a labelled conversation, an id comes twice, or there is none at all.
    """
    found: dict[str, LabelledConversation] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{name}: line {number}"
        read = _conversation(line, where)
        if read.id in found:
            raise InvalidInput(f"{where}: a conversation of this id came before")
        found[read.id] = read
    if not found:
        raise InvalidInput(f"{name}: no conversation in it")
    return tuple(found.values())


def _conversation(line: bytes, where: str) -> LabelledConversation:
    conversation, read = read_conversation(line, where)
    turns = [
        _labelled(turn, written, f"{where}, turn {at}")
        for at, (turn, written) in enumerate(zip(conversation.turns, read["turns"], strict=True))
    ]
    return LabelledConversation(
        id=conversation.id,
        source=text_of(read, "source", where, default="unnamed"),
        turns=tuple(turns),
        language=conversation.language,
        is_partial=text_of(read, "labels", where, default="").startswith("partial"),
    )


def _labelled(turn: Turn, read: Mapping[str, Any], where: str) -> LabelledTurn:
    labels = read.get("entities", [])
    if not isinstance(labels, list):
        raise InvalidInput(f'{where}: not a turn with "text" and "entities"')
    return LabelledTurn(
        turn=turn,
        labels=tuple(_label(label, turn.text, where) for label in labels),
        is_reconstructed=_flag(read, "reconstructed", where),
    )


def _label(read: Any, text: str, where: str) -> Label:
    if not isinstance(read, dict):
        raise InvalidInput(f"{where}: an entity is not an object")
    start, end = number_of(read, "start", where), number_of(read, "end", where)
    if not 0 <= start < end <= len(text):
        raise InvalidInput(f"{where}: an entity does not lie inside the text")
    if read.get("text", text[start:end]) != text[start:end]:
        raise InvalidInput(f"{where}: an entity's text is not what stands at its place")
    return Label(
        span=CharSpan(start, end), type=text_of(read, "type", where), is_optional=_flag(read, "optional", where)
    )


def _flag(read: Mapping[str, Any], key: str, where: str) -> bool:
    value = read.get(key, False)
    if not isinstance(value, bool):
        raise InvalidInput(f'{where}: "{key}" is neither true nor false')
    return value
