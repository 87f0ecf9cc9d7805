"""Recordings whose work ended for a reason that passes: a vendor, the store or the database was away."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from pipeline.model.recording import Recording, RecordingState
from pipeline.store.recordings import recording_of
from pipeline.store.session import Transaction
from pipeline.store.tables import recordings


def list_failed_because_of(tx: Transaction, reasons: Sequence[str], *, limit: int) -> tuple[Recording, ...]:
    """List recordings that failed for one of these reasons, the oldest first."""
    found = tx.connection.execute(
        select(recordings)
        .where(
            recordings.c.tenant == tx.tenant,
            recordings.c.state == RecordingState.FAILED.value,
            recordings.c.reason.in_(reasons),
        )
        .order_by(recordings.c.created_at)
        .limit(limit)
    )
    return tuple(recording_of(row) for row in found)
