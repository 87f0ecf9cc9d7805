"""Conversations as JSON, one a line: `{"id", "language"?, "turns": [{"turn"?, "speaker"?, "text"}]}`.

Turns without a number are counted from 0; other fields are left to who knows them. A line is taken whole or refused:
a message names the place and the field, never a word.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline.model.errors import InvalidInput
from pipeline.model.transcript import Conversation, Turn


def read_conversation(line: bytes, where: str) -> tuple[Conversation, Mapping[str, Any]]:
    """Read one line.

    Args:
        line: JSON, UTF-8.
        where: how messages call the line.

    Returns:
        The conversation, and all that was written: an object whose `turns` are an object for each turn, in order.

    Raises:
        InvalidInput: it is not a conversation.
    """
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        # The decoder's own error holds the line, so it is not passed on.
        raise InvalidInput(f"{where}: not JSON") from None
    if not isinstance(read, dict) or "id" not in read or not isinstance(read.get("turns"), list):
        raise InvalidInput(f'{where}: not a conversation with "id" and "turns"')
    if not isinstance(read["id"], str):
        raise InvalidInput(f'{where}: not a conversation with "id" and "turns": "id" is not text')
    turns = tuple(_turn(turn, at, f"{where}, turn {at}") for at, turn in enumerate(read["turns"]))
    if len({turn.index for turn in turns}) != len(turns):
        raise InvalidInput(f"{where}: two turns have the same number")
    return Conversation(id=read["id"], turns=turns, language=text_of(read, "language", where, default="en")), read


def _turn(read: Any, at: int, where: str) -> Turn:
    if not isinstance(read, dict):
        raise InvalidInput(f'{where}: not a turn with "text"')
    if "text" not in read:
        raise InvalidInput(f'{where}: no "text"')
    text, index = text_of(read, "text", where), number_of(read, "turn", where, default=at)
    return Turn(index=index, speaker=text_of(read, "speaker", where, default=""), text=text)


def text_of(read: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    """Give a field that is text.

    Raises:
        InvalidInput: it is not, or there is none and no default.
    """
    value = read.get(key, default)
    if not isinstance(value, str):
        raise InvalidInput(f'{where}: "{key}" is not text')
    try:
        value.encode()
    except UnicodeEncodeError:
        # JSON can write half of a pair, which no encoding can.
        raise InvalidInput(f'{where}: "{key}" has half of a character') from None
    return value


def number_of(read: Mapping[str, Any], key: str, where: str, default: int | None = None) -> int:
    """Give a field that is a whole number.

    Raises:
        InvalidInput: it is not, or there is none and no default.
    """
    value = read.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput(f'{where}: "{key}" is not a number')
    return value
