"""What a legal hold covers: one thing, everything of a person, or whatever meets stored conditions, now or later."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput


class HoldScope(StrEnum):
    """What kind of thing a hold is placed on."""

    TENANT = "tenant"
    CALL = "call"
    RECORDING = "recording"
    PARTY = "party"
    """A person, by the keyed reference of a number, on whichever calls."""
    QUERY = "query"
    """Whatever meets the conditions of a `HoldQuery`, also what comes later."""


_WORD: Final = re.compile(r"[a-z][a-z_]{0,63}")
_REF: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSubject:
    """What a query looks at in one artifact, or in a whole recording or call where `kinds` is None.

    `kinds` are the artifact's own kind and those of everything it was made from.
    """

    kinds: frozenset[str] | None
    captured_at: datetime
    mode: str | None = None
    number_refs: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    entity_types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldQuery:
    """Conditions that must all be met; one that is None asks for nothing.

    `kind` covers artifacts of the kind and everything made from them. Days are UTC and count from their beginning to
    their end.
    """

    kind: ArtifactKind | None = None
    captured_from: date | None = None
    captured_to: date | None = None
    number_ref: str | None = None
    flag: str | None = None
    mode: str | None = None
    entity_type: EntityType | None = None

    def covers(self, subject: HoldSubject) -> bool:
        """Say whether everything that is asked for is known of the subject."""
        on = subject.captured_at.date()
        return (
            (self.kind is None or subject.kinds is None or self.kind.value in subject.kinds)
            and (self.captured_from is None or self.captured_from <= on)
            and (self.captured_to is None or on <= self.captured_to)
            and (self.number_ref is None or self.number_ref in subject.number_refs)
            and (self.flag is None or self.flag in subject.flags)
            and (self.mode is None or self.mode == subject.mode)
            and (self.entity_type is None or self.entity_type.value in subject.entity_types)
        )

    def plain(self) -> dict[str, str]:
        """Give the conditions that ask for something, as JSON values."""
        return {
            name: value.isoformat() if isinstance(value, date) else str(value)
            for name, value in asdict(self).items()
            if value is not None
        }

    def canonical(self) -> str:
        """Write it as JSON; the same conditions always give the same text."""
        return json.dumps(self.plain(), sort_keys=True, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """Name it by its SHA-256."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


def read_query(text: str) -> HoldQuery:
    """Read conditions from JSON.

    Raises:
        InvalidInput: not JSON, no condition at all, one that is unknown, or a value that its condition cannot have.
    """
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not given or not all(isinstance(v, str) for v in given.values()):
        raise InvalidInput("a query is a JSON object of conditions, at least one")
    return query_of(given)


def query_of(given: Mapping[str, Any]) -> HoldQuery:
    """Read conditions from plain values.

    Raises:
        InvalidInput: a condition is unknown, or has a value it cannot have.
    """
    unknown = sorted(set(given) - set(HoldQuery.__dataclass_fields__))
    if unknown:
        raise InvalidInput("a query asks for " + ", ".join(HoldQuery.__dataclass_fields__))
    read: dict[str, Any] = {name: _read(name, value) for name, value in given.items()}
    query = HoldQuery(**read)
    if query.captured_from and query.captured_to and query.captured_to < query.captured_from:
        raise InvalidInput("captured_to lies before captured_from")
    return query


def _read(name: str, value: str) -> object:
    try:
        if name == "kind":
            return ArtifactKind(value)
        if name == "entity_type":
            return EntityType(value)
        if name in ("captured_from", "captured_to"):
            return date.fromisoformat(value)
    except ValueError:
        raise InvalidInput(f"the condition {name} cannot have this value") from None
    if not (_REF if name == "number_ref" else _WORD).fullmatch(value):
        raise InvalidInput(f"the condition {name} cannot have this value")
    return value
