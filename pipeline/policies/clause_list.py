"""A version of a policy as a list of its clauses: the words that it cites, and each rule that stands on them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.policies.bundle import Bundle

_TOLD_APART = frozenset({"clause", "basis", "reason"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: where in the file it stands, what it sets, and why where the document does not say it itself."""

    path: str
    values: tuple[tuple[str, str], ...]
    is_own_choice: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedClause:
    """A clause with the rules that stand on it. `anchor` names it on a page."""

    section: str
    key: str
    rules: tuple[Rule, ...]

    @property
    def anchor(self) -> str:
        """Give its name on a page."""
        return anchor_of(self.section, self.key)


def anchor_of(section: str, key: str) -> str:
    """Name a clause so that a link finds it."""
    return "clause-" + hashlib.sha256(f"{section}\n{key}".encode()).hexdigest()[:12]


def list_clauses(bundle: Bundle) -> tuple[CitedClause, ...]:
    """List every clause that a version cites, in the order in which the file first does."""
    found: dict[tuple[str, str], list[Rule]] = {}
    for clause, rule in _rules(bundle.model_dump(mode="json"), ""):
        found.setdefault((clause["section"], clause["key"]), []).append(rule)
    return tuple(CitedClause(section=s, key=k, rules=tuple(rules)) for (s, k), rules in found.items())


def _rules(value: Any, path: str) -> Iterator[tuple[Mapping[str, str], Rule]]:
    if isinstance(value, Mapping):
        if "clause" in value:
            yield value["clause"], _rule(value, path)
        for name, inner in value.items():
            if name != "clause":
                yield from _rules(inner, f"{path}.{name}".strip("."))
    elif isinstance(value, list):
        for inner in value:
            named = inner.get("name") if isinstance(inner, Mapping) else None
            yield from _rules(inner, f"{path}.{named}" if named else path)


def _rule(value: Mapping[str, Any], path: str) -> Rule:
    plain = tuple((k, _text(v)) for k, v in value.items() if k not in _TOLD_APART and v is not None and _is_plain(v))
    is_own = value.get("basis") == "house_choice"
    return Rule(path=path, values=plain, is_own_choice=is_own, reason=value.get("reason") or "")


def _is_plain(value: Any) -> bool:
    return not isinstance(value, Mapping) and not (
        isinstance(value, list) and any(isinstance(v, Mapping) for v in value)
    )


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return str(value).lower() if isinstance(value, bool) else str(value)
