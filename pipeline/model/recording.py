"""One audio object made by the vendor for a call, and the states it goes through."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from pipeline.model.errors import IllegalTransition
from pipeline.model.ids import CallId, RecordingId, TenantId

UPLOADED: Final = "OperatorUpload"
"""The source of a file that an operator handed in: no vendor has it, and its time is ours."""


def uploaded_sid(sha256: str) -> str:
    """Name a file as a vendor would: the same bytes have the same name, however often they come."""
    return "RE" + hashlib.sha256(b"upload:" + sha256.encode()).hexdigest()[:32]


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


_NOT_OURS: Final = ("vendor_", "quarantined")


def is_retryable(recording: Recording) -> bool:
    """Say whether work on a recording may be begun again.

    It failed here, or its redaction could not be proved. What the vendor could not make, and what is quarantined, comes
    out the same however often it is tried.
    """
    is_stuck = recording.state in (RecordingState.FAILED, RecordingState.WITHHELD)
    return is_stuck and not (recording.reason or "").startswith(_NOT_OURS)


TOLD = (RecordingState.ANNOUNCED, RecordingState.COMPLETED, RecordingState.ABSENT, RecordingState.FAILED)
"""What a vendor tells of a recording; of two things told, the later in this order holds, whichever came first."""


def merge_news(known: Recording, told: Recording) -> Recording:
    """Take up what a vendor tells of a recording that is known; the order in which news comes changes nothing.

    What outweighs the known news replaces what it has a value for; other news only fills what is still empty. Work that
    has begun is never undone by news.
    """
    outweighs = known.state in TOLD and told.state in TOLD and TOLD.index(told.state) > TOLD.index(known.state)

    def pick[T](old: T, new: T) -> T:
        first, second = (new, old) if outweighs else (old, new)
        return first or second

    return replace(
        known,
        state=told.state if outweighs else known.state,
        call=known.call or told.call,
        source=pick(known.source, told.source),
        channels=pick(known.channels, told.channels),
        started_at=known.started_at or told.started_at,
        duration_s=pick(known.duration_s, told.duration_s),
        reason=told.reason if outweighs else known.reason,
        error_code=pick(known.error_code, told.error_code),
    )
