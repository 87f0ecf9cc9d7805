"""What was compared with the vendor and when; and what is still to be followed there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, insert, select

from pipeline.model.ids import CallId, RecordingId, new_id
from pipeline.model.recording import RecordingState
from pipeline.store.recordings import FOLLOWED, HELD_THERE
from pipeline.store.session import Transaction
from pipeline.store.tables import recordings
from pipeline.store.tables_telephony import reconciliations

WIDE: Final = "is_wide"
"""The count that tells a comparison that reached back to the oldest deletion still followed."""
_AT_A_TIME: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """One comparison that was carried to its end."""

    since: datetime
    at: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRecording:
    """What we have of a recording, as far as its copy at the vendor goes."""

    id: RecordingId
    call: CallId | None
    recording_sid: str
    state: RecordingState
    started_at: datetime | None
    noted_at: datetime
    vendor_deleted_at: datetime | None
    is_held_there: bool = False
    """A legal hold kept the vendor's copy: it goes once nothing holds it."""

    @property
    def is_deleted_there(self) -> bool:
        """Say whether the vendor's copy was seen to be gone."""
        return self.vendor_deleted_at is not None

    @property
    def not_before(self) -> datetime:
        """Give the earliest moment we know that it was there."""
        return min(self.started_at or self.noted_at, self.noted_at)


def add_reconciliation(tx: Transaction, *, since: datetime, counts: Mapping[str, int]) -> None:
    """Note a comparison that was carried to its end."""
    row = {"id": new_id("recon"), "tenant": tx.tenant, "since": since, "at": tx.now, "counts": dict(counts)}
    tx.connection.execute(insert(reconciliations).values(**row))


def find_last(tx: Transaction, *, is_wide: bool = False) -> Reconciliation | None:
    """Read the newest comparison, or the newest wide one; None where there was none."""
    query = select(reconciliations).where(reconciliations.c.tenant == tx.tenant)
    if is_wide:
        query = query.where(reconciliations.c.counts[WIDE].as_integer() == 1)
    row = tx.connection.execute(query.order_by(reconciliations.c.at.desc()).limit(1)).first()
    return None if row is None else Reconciliation(since=row.since, at=row.at, counts=row.counts)


def list_known(tx: Transaction, recording_sids: Iterable[str]) -> dict[str, KnownRecording]:
    """Read what we have of recordings by the vendor's ids; those we do not know are left out."""
    found = (
        known
        for sids in batched(recording_sids, _AT_A_TIME)
        for known in _list(tx, recordings.c.recording_sid.in_(sids))
    )
    return {known.recording_sid: known for known in found}


def list_announced(tx: Transaction) -> tuple[KnownRecording, ...]:
    """List recordings of which we only know that they were begun."""
    return tuple(_list(tx, recordings.c.state == RecordingState.ANNOUNCED.value))


def list_followed(tx: Transaction) -> tuple[KnownRecording, ...]:
    """List what is to be looked at again: metadata of what was deleted there, and copies that a hold kept there."""
    return tuple(_list(tx, FOLLOWED | HELD_THERE))


def count_followed(tx: Transaction) -> int:
    """Count recordings that are deleted at the vendor, and whose metadata was not yet seen to be gone there."""
    return _count(tx, FOLLOWED)


def count_held_there(tx: Transaction) -> int:
    """Count recordings whose copy a legal hold keeps at the vendor."""
    return _count(tx, HELD_THERE)


def _count(tx: Transaction, condition: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(recordings).where(recordings.c.tenant == tx.tenant, condition)
    return int(tx.connection.execute(query).scalar() or 0)


def _list(tx: Transaction, condition: ColumnElement[bool]) -> list[KnownRecording]:
    query = select(recordings).where(recordings.c.tenant == tx.tenant, condition).order_by(recordings.c.id)
    return [_known(row) for row in tx.connection.execute(query)]


def _known(row: Row[Any]) -> KnownRecording:
    return KnownRecording(
        id=RecordingId(row.id),
        call=CallId(row.call_id) if row.call_id else None,
        recording_sid=row.recording_sid,
        state=RecordingState(row.state),
        started_at=row.started_at,
        noted_at=row.created_at,
        vendor_deleted_at=row.vendor_deleted_at,
        is_held_there=row.vendor_deleted_at is None and bool(row.facts.get("is_held_at_vendor")),
    )
