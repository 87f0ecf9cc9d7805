"""How many cases a fuzzer draws: a few that are always the same with the tests, many new ones by `make fuzz`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

MORE = os.environ.get("FUZZ_CASES")


def cases(few: int) -> settings:
    """Give the settings of a fuzzer that draws so few cases with the tests."""
    return settings(max_examples=int(MORE)) if MORE else settings(max_examples=few, derandomize=True)


def look_at(refusal: Exception, *, secret: str = "\n") -> None:
    """See that a refusal is one short line, and that nothing secret stands in it or in what it came from."""
    told = f"{refusal} {refusal.__cause__ or ''}".lower()
    assert "\n" not in str(refusal)
    assert len(str(refusal)) < 1_000
    assert secret == "\n" or secret not in told


def damaged(good: bytes, data: st.DataObject, *, first: int = 4_096) -> bytes:
    """Damage a good file as a fuzzer does: bytes, numbers, pieces taken out, doubled, moved; mostly near its start."""
    body = bytearray(good)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, max(0, min(len(body), first) - 1)))
        match data.draw(st.sampled_from(("byte", "number", "cut", "double", "insert", "end"))):
            case "byte":
                body[at : at + 1] = bytes([data.draw(st.integers(0, 255))])
            case "number":
                body[at : at + 4] = data.draw(st.sampled_from((b"\xff" * 4, bytes(4), b"\x7f" * 4, b"\x80\0\0\0")))
            case "cut":
                del body[at : at + data.draw(st.integers(1, 300))]
            case "double":
                body[at:at] = body[at : at + data.draw(st.integers(1, 300))]
            case "insert":
                body[at:at] = data.draw(st.binary(max_size=40))
            case "end":
                del body[data.draw(st.integers(0, len(body))) :]
    return bytes(body)


STRANGE: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["", "\x00", "\ud800", "9" * 400, 10**400, -1, 1e300, [], {}, [[]], {"a": {}}, "٣", "\u202e"]),
)


def altered(document: Any, data: st.DataObject) -> Any:
    """Put something strange in the place of some value, or take it or its name away, wherever it lies."""
    if isinstance(document, Mapping) and document and data.draw(st.integers(0, 9)):
        made = dict(document)
        key = data.draw(st.sampled_from(sorted(made, key=str)))
        match data.draw(st.sampled_from(("in", "in", "in", "in", "drop", "rename"))):
            case "in":
                made[key] = altered(made[key], data)
            case "drop":
                del made[key]
            case "rename":
                made[data.draw(st.text(max_size=8))] = made.pop(key)
        return made
    if isinstance(document, list) and document and data.draw(st.integers(0, 9)):
        at = data.draw(st.integers(0, len(document) - 1))
        return [*document[:at], altered(document[at], data), *document[at + data.draw(st.integers(0, 1)) :]]
    return data.draw(STRANGE)
