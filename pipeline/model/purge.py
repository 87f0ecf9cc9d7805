"""What is to be destroyed, and how far that is: a purge of one recording or call, item by item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pipeline.model.decision_terms import Clause
from pipeline.model.retention import RetentionBasis


class ItemKind(StrEnum):
    """Where something lies that is to go."""

    OBJECT = "object"
    """Every version and delete marker of an artifact's object."""
    VENDOR = "vendor"
    """The telephony vendor's copy."""
    METADATA = "metadata"
    """What the telephony vendor still lists of a deleted copy."""
    PROCESSOR = "processor"
    """A company that worked on it."""
    ROWS = "rows"
    """Rows of the database, reduced to what a tombstone may keep."""


class ItemState(StrEnum):
    """How far one item is."""

    DOOMED = "doomed"
    """To be destroyed; with a reason where it could not be yet."""
    GONE = "gone"
    """Destroyed, and looked for again."""
    FOLLOWED = "followed"
    """Deleted where it lies; what the vendor still lists of it goes by itself, and is looked for until then."""
    KEPT = "kept"
    """A hold was found on it when it was to be destroyed: it stays."""


class PurgeState(StrEnum):
    """How far a purge is."""

    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is purged: `recording`, `call` or `artifact`, by its id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Why something is purged, and where that is written."""

    cause: RetentionBasis
    clause: Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an object that was seen before it was destroyed."""

    id: str
    is_delete_marker: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing of a purge. `target` is an artifact, a vendor's id, a company, or `database`."""

    kind: ItemKind
    target: str
    state: ItemState = ItemState.DOOMED
    detail: str | None = None
    """The artifact's kind, the vendor's name, or why a company is taken to keep nothing."""
    object_key: str | None = None
    sealed_sha256: str | None = None
    versions: tuple[Version, ...] = ()
    reason: str | None = None
    until: date | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """One purge. It is open until nothing of it is doomed any more."""

    id: str
    subject: Subject
    ground: Ground
    state: PurgeState
    reason: str | None
    attempts: int
    asked_at: datetime
    finished_at: datetime | None


def merge_versions(seen: tuple[Version, ...], more: tuple[Version, ...]) -> tuple[Version, ...]:
    """Join versions that were seen at different times, each once, in the order in which they were first seen."""
    return tuple(dict.fromkeys((*seen, *more)))
