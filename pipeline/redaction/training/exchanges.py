"""Reads the exchanges and word lists that calls are made of, parted into those to train on and those to test on.

An exchange is some turns, `A: ` or `C: `, with `{personal}` and `<plain>` slots and `(this|or that)`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.model.errors import InvalidInput
from pipeline.redaction.training.shipped import entries, shipped_texts
from pipeline.redaction.training.slots import SLOT, is_slot

FOLDERS: Final = ("calls", "fragments", "topics", "interruptions")
"""Whole calls; parts of calls; short exchanges about one thing; what is said between two pieces of a value."""
_HELD_SHARE: Final = 10
"""One in ten exchanges and words is kept for testing; chosen by checksum, so that a new one moves no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Some turns that belong together: who speaks ("A" or "C") and the line with its slots."""

    topic: str
    turns: tuple[tuple[str, str], ...] = field(repr=False)

    @property
    def is_personal(self) -> bool:
        """Say whether any slot of it is filled with personal data."""
        return any("{" in line for _, line in self.turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What calls are made of; exchanges by folder."""

    exchanges: Mapping[str, Sequence[Exchange]] = field(repr=False)
    words: Mapping[str, Sequence[str]] = field(repr=False)


def load_material(*, held: bool) -> Material:
    """Read the shipped exchanges and words: those kept for testing if `held`, else those to train on.

    Raises:
        InvalidInput: a line is no turn, or names a slot that there is not.
    """
    exchanges = {
        folder: tuple(
            exchange
            for name, text in shipped_texts(f"exchanges/{folder}")
            for exchange in read_exchanges(f"{folder}/{name}", text)
            if _is_held(repr(exchange.turns)) == held
        )
        for folder in FOLDERS
    }
    words = {name: tuple(w for w in entries(text) if _is_held(w) == held) for name, text in shipped_texts("words")}
    return Material(exchanges=exchanges, words=words)


def read_exchanges(topic: str, text: str) -> Iterator[Exchange]:
    """Read one topic's exchanges, separated by empty lines.

    Raises:
        InvalidInput: naming topic and line number.
    """
    turns: list[tuple[str, str]] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if not line.strip():
            if turns:
                yield Exchange(topic=topic, turns=tuple(turns))
            turns = []
        elif line.startswith(("A: ", "C: ")):
            _check_slots(line, topic, number)
            turns.append((line[0], line[3:].strip()))
        elif not line.startswith("#"):
            raise InvalidInput(f"exchanges {topic}, line {number}: neither a turn nor empty")


def _check_slots(line: str, topic: str, number: int) -> None:
    for personal, plain in SLOT.findall(line):
        if not is_slot(personal, plain):
            raise InvalidInput(f"exchanges {topic}, line {number}: no slot is called {personal or plain}")


def _is_held(text: str) -> bool:
    return zlib.crc32(text.encode()) % _HELD_SHARE == 0
