"""One audio object made by the vendor for a call, and the states it goes through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.model.errors import IllegalTransition
from pipeline.model.ids import CallId, RecordingId, TenantId


class RecordingState(StrEnum):
    """Where a recording is; the order below is the only direction."""

    ANNOUNCED = "announced"
    """The vendor says that it runs."""
    COMPLETED = "completed"
    """The vendor says that it is done; work begins."""
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    PUBLISHED = "published"
    """Redacted, verified, decided; waiting for or past review."""
    WITHHELD = "withheld"
    """Kept sealed, nothing published, a person must look."""
    REFUSED = "refused"
    """Not authorised: the vendor's copy deleted, a tombstone kept."""
    ABSENT = "absent"
    """The vendor says that there is no recording."""
    FAILED = "failed"
    PURGED = "purged"


_RANK = {
    RecordingState.ANNOUNCED: 0,
    RecordingState.COMPLETED: 1,
    RecordingState.AUTHORISED: 2,
    RecordingState.CAPTURED: 3,
    RecordingState.WITHHELD: 4,
    RecordingState.PUBLISHED: 5,
    RecordingState.ABSENT: 6,
    RecordingState.FAILED: 6,
    RecordingState.REFUSED: 6,
    RecordingState.PURGED: 7,
}


def advance(current: RecordingState, new: RecordingState) -> RecordingState:
    """Move forward, or stay: late and repeated news never moves a recording back.

    Raises:
        IllegalTransition: out of an end state into another end state.
    """
    if _RANK[new] <= _RANK[current]:
        if _RANK[new] == _RANK[current] == 6 and new is not current:
            raise IllegalTransition(f"{current} cannot become {new}")
        return current
    return new


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recording of a tenant. `source` is the vendor's open string."""

    id: RecordingId
    tenant: TenantId
    call: CallId | None
    recording_sid: str
    state: RecordingState
    source: str
    channels: int
    started_at: datetime | None
    duration_s: int | None
    reason: str | None = None
    error_code: int = 0
    """The vendor's own code, 0 where it names none; such as 16102: silent, so not kept."""
    noted_at: datetime | None = None
    """When Earmark first heard of it; None before it is stored."""
