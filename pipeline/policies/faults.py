"""Everything that is wrong with a policy's text, each fault with its line: for whoever writes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import yaml
from pydantic import ValidationError

from pipeline.model.errors import InvalidInput
from pipeline.policies.bundle import Bundle
from pipeline.policies.loader import parse_yaml

_MOST: Final = 50
_NAME: Final = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong. `line` counts from 1, and is 0 where no one line is it; `path` is empty for the whole.

    `says` repeats nothing of the value that is wrong.
    """

    path: str
    line: int
    says: str


def read_with_faults(text: str) -> tuple[Bundle | None, tuple[Fault, ...]]:
    """Read a policy; where it is not whole, give what is wrong with it, fifty faults at most."""
    try:
        document = parse_yaml(text, name=_NAME)
    except InvalidInput as error:
        says = str(error).removeprefix(f"{_NAME}: ")
        what, _, line = says.partition(", line ")
        return None, (Fault(path="", line=int(line or 0), says=what),)
    try:
        return Bundle.model_validate(document), ()
    except ValidationError as error:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return None, tuple(_fault(one["loc"], one["type"], one["msg"], tree) for one in found[:_MOST])


def _fault(path: Sequence[str | int], kind: str, message: str, tree: yaml.Node | None) -> Fault:
    says = message.removeprefix("Value error, ")
    if kind == "missing":
        says = "it has no clause" if path[-1] == "clause" else "it is missing"
    elif kind == "extra_forbidden":
        says = "there is nothing of this name"
    return Fault(path=".".join(map(str, path)), line=_line(path, tree), says=says)


def _line(path: Sequence[str | int], node: yaml.Node | None) -> int:
    """Find the line of what a path names, or of the nearest part of it that is there."""
    line = 0
    for name in path:
        found = _inner(name, node)
        if found is None:
            break
        line, node = found
    return line


def _inner(name: str | int, node: yaml.Node | None) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        pairs = ((key, value) for key, value in node.value if key.value == str(name))
        return next(((key.start_mark.line + 1, value) for key, value in pairs), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(name, int) and name < len(node.value):
        return node.value[name].start_mark.line + 1, node.value[name]
    return None
