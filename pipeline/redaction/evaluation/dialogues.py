"""Reads labelled dialogues written as plain text.

A line `# ID SOURCE` begins a dialogue and a blank line ends it; between them a turn a line, `A: ...` what the agent
says and `C: ...` the customer. Personal data is marked in place, `[TYPE|words]`, or `[?TYPE|words]` where it is neither
required nor wrong to hide it. All dialogues of a file have one source. Nothing is mended: whatever is written otherwise
is refused, with file and line, and never a word of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Turn
from pipeline.redaction.evaluation.labelled import Label, LabelledConversation, LabelledTurn

_HEAD: Final = re.compile(r"# (?P<id>[A-Za-z0-9][\w.-]*) (?P<source>[a-z][a-z0-9_]*)")
_SPEAKERS: Final = {"A: ": "agent", "C: ": "customer"}
_MARK: Final = re.compile(r"\[(?P<optional>\??)(?P<type>[A-Z_]+)\|(?P<words>[^\[\]|]*)\]")
_AFTER: Final = re.compile(r"(?!\w)|s\b")
"""A mark holds whole words; only the s of a plural may follow, as in a possessive."""
_TYPES: Final = frozenset(kind.value for kind in EntityType) - {"OTHER", "TENANT_WORD", "URL"}


def read_dialogues(path: Path) -> tuple[LabelledConversation, ...]:
    """Read a text file of dialogues.

    Raises:
        InvalidInput: it cannot be read, or is not written as it must be.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name}: not UTF-8") from error
    except OSError as error:
        raise InvalidInput(f"{path.name}: {error.strerror or 'cannot be read'}") from error
    return parse_dialogues(text, name=path.name)


def parse_dialogues(text: str, *, name: str) -> tuple[LabelledConversation, ...]:
    """Read dialogues from text, called `name` in messages.

    Raises:
        InvalidInput: it is not written as it must be.
    """
    found: dict[str, LabelledConversation] = {}
    for number, lines in _blocks(text):
        where = f"{name}: line {number}"
        head = _HEAD.fullmatch(lines[0])
        if head is None:
            raise InvalidInput(f'{where}: a dialogue begins with "# ID SOURCE"')
        if head["id"] in found:
            raise InvalidInput(f"{where}: a dialogue of this id came before")
        if any(other.source != head["source"] for other in found.values()):
            raise InvalidInput(f"{where}: all dialogues of a file have one source")
        turns = tuple(_turn(line, at, f"{name}: line {number + 1 + at}") for at, line in enumerate(lines[1:]))
        if not turns:
            raise InvalidInput(f"{where}: a dialogue without turns")
        found[head["id"]] = LabelledConversation(id=head["id"], source=head["source"], turns=turns)
    if not found:
        raise InvalidInput(f"{name}: no dialogue in it")
    return tuple(found.values())


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give runs of lines that are not blank, with the number of the first."""
    block: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _turn(line: str, at: int, where: str) -> LabelledTurn:
    speaker = _SPEAKERS.get(line[:3])
    if speaker is None:
        raise InvalidInput(f'{where}: a turn begins with "A: " or "C: "')
    said = line[3:]
    if said != " ".join(said.split()):
        raise InvalidInput(f"{where}: single blanks between words, none at the ends")
    text, labels = "", []
    rest = 0
    for mark in _MARK.finditer(said):
        text += said[rest : mark.start()]
        label = _label(mark, len(text), where)
        labels.append(label)
        text += mark["words"]
        rest = mark.end()
    text += said[rest:]
    if any(sign in text for sign in "[]|"):
        raise InvalidInput(f"{where}: a mark is written [TYPE|words], or [?TYPE|words], and none inside another")
    return LabelledTurn(turn=Turn(index=at, speaker=speaker, text=text), labels=tuple(labels))


def _label(mark: re.Match[str], start: int, where: str) -> Label:
    words = mark["words"]
    if mark["type"] not in _TYPES:
        raise InvalidInput(f"{where}: a mark names no type of personal data")
    if not words or words != words.strip():
        raise InvalidInput(f"{where}: a mark holds words, without blanks at its ends")
    if mark.string[: mark.start()][-1:].isalnum() or not _AFTER.match(mark.string, mark.end()):
        raise InvalidInput(f"{where}: a mark holds whole words")
    return Label(span=CharSpan(start, start + len(words)), type=mark["type"], is_optional=bool(mark["optional"]))
