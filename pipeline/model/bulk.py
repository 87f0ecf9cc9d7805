"""Work on many recordings beside live calls: a job, its items in chunks, and what became of each item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

CHUNK: Final = 20
"""Items of one durable piece of work."""


class BulkKind(StrEnum):
    """What is done with each item."""

    REPROCESS = "reprocess"
    """What an older detector hid is found anew."""
    BACKFILL = "backfill"
    """A recording that was made before is taken in."""


class BulkState(StrEnum):
    """Where a job is."""

    LISTING = "listing"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"


class BulkOutcome(StrEnum):
    """What became of an item. Each has one, for good; a later job takes up what this one left."""

    NEW_VERSION = "new_version"
    SAME = "same"
    """The newer detector hides the very same."""
    NOT_PROVED = "not_proved"
    """The earlier version stays in force."""
    CURRENT = "current"
    ENDED = "ended"
    HELD = "held"
    NO_ORIGINAL = "no_original"
    CORRECTING = "correcting"
    """A reviewer's change is not rendered yet."""
    FAILED = "failed"
    PUBLISHED = "published"
    WITHHELD = "withheld"
    REFUSED = "refused"
    """Somebody is known to have said no: it was deleted where it lay, as the policy says."""
    NO_EVIDENCE = "no_evidence"
    """Nobody attests that anybody agreed: it was left where it is, unheard."""
    NOT_COVERED = "not_covered"
    """What is attested does not permit it: it was left where it is, unheard."""
    KNOWN = "known"
    GONE = "gone"
    """It was refused or purged before, and does not come back."""
    UNUSABLE = "unusable"
    """It is no finished recording, or cannot be decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkJob:
    """A job and how far it is. `outcomes` counts the items that are done; `round` how often work on it was started."""

    id: str
    kind: BulkKind
    state: BulkState
    options: Mapping[str, str | None]
    items: int
    round: int
    actor: str
    at: datetime
    finished_at: datetime | None = None
    outcomes: Mapping[str, int] = field(default_factory=dict)

    @property
    def chunks(self) -> int:
        """How many pieces of work its items are."""
        return -(-self.items // CHUNK)

    @property
    def done(self) -> int:
        """How many items have an outcome."""
        return sum(self.outcomes.values())
