"""Marks by which a page asks for what comes after it. What is new meanwhile never moves what comes after one."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Final

from pipeline.model.errors import InvalidInput

_LONGEST: Final = 300


def write_cursor(*place: str | int) -> str:
    """Write where a page ends."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(text: str, *shape: type[str] | type[int]) -> tuple[Any, ...]:
    """Read where a page ended.

    Raises:
        InvalidInput: no page gave this.
    """
    refused = InvalidInput("a cursor is what a page gave, unchanged")
    if len(text) > _LONGEST:
        raise refused
    try:
        place = json.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
    except (ValueError, RecursionError, binascii.Error):
        raise refused from None
    if not isinstance(place, list) or [type(part) for part in place] != list(shape):
        raise refused
    return tuple(place)
