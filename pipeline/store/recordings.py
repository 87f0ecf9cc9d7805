"""Recordings and where each one is. News may come twice, late or in any order; a state never goes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.errors import NotFound
from pipeline.model.ids import CallId, RecordingId, TenantId, new_id
from pipeline.model.recording import Recording, RecordingState, advance
from pipeline.store.session import Transaction
from pipeline.store.tables import recordings, tombstones


def note_recording(tx: Transaction, news: Recording, *, encryption: Mapping[str, str] | None = None) -> Recording:
    """Add a recording, or take up what is new about it; give it as it now stands.

    The row is locked until the transaction ends.
    """
    values = {
        "id": news.id,
        "tenant": tx.tenant,
        "call_id": news.call,
        "recording_sid": news.recording_sid,
        "state": news.state.value,
        "source": news.source,
        "channels": news.channels,
        "started_at": news.started_at,
        "duration_s": news.duration_s,
        "reason": news.reason,
        "error_code": news.error_code,
        "encryption": dict(encryption) if encryption else None,
        "facts": {},
        "created_at": tx.now,
    }
    added = tx.connection.execute(
        insert(recordings).values(**values).on_conflict_do_nothing().returning(recordings.c.id)
    )
    if added.first() is not None:
        return get_recording(tx, news.id)
    known = lock_recording_by_sid(tx, news.recording_sid)
    changes: dict[str, Any] = {"state": advance(known.state, news.state).value}
    changes |= {"started_at": news.started_at} if known.started_at is None else {}
    changes |= {"duration_s": news.duration_s} if news.duration_s is not None else {}
    changes |= {"call_id": news.call} if known.call is None else {}
    changes |= {"encryption": dict(encryption)} if encryption else {}
    changes |= {"channels": news.channels} if news.channels else {}
    changes |= {"error_code": news.error_code} if news.error_code else {}
    tx.connection.execute(update(recordings).where(_is(tx, known.id)).values(**changes))
    return get_recording(tx, known.id)


def lock_recording_by_sid(tx: Transaction, recording_sid: str) -> Recording:
    """Read a recording by the vendor's id and lock its row.

    Raises:
        NotFound: the tenant has no such recording.
    """
    row = tx.connection.execute(
        select(recordings)
        .where(recordings.c.tenant == tx.tenant, recordings.c.recording_sid == recording_sid)
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound("no such recording")
    return _recording(row)


def get_recording(tx: Transaction, recording: RecordingId) -> Recording:
    """Read a recording.

    Raises:
        NotFound: the tenant has no such recording.
    """
    row = tx.connection.execute(select(recordings).where(_is(tx, recording))).first()
    if row is None:
        raise NotFound(f"no recording {recording}")
    return _recording(row)


def list_recordings(tx: Transaction, *, call: CallId | None = None) -> tuple[Recording, ...]:
    """List the tenant's recordings, oldest first, all or those of one call."""
    query = select(recordings).where(recordings.c.tenant == tx.tenant).order_by(recordings.c.created_at)
    if call is not None:
        query = query.where(recordings.c.call_id == call)
    return tuple(_recording(row) for row in tx.connection.execute(query))


def mark_state(tx: Transaction, recording: RecordingId, state: RecordingState, *, reason: str | None = None) -> bool:
    """Move a recording forward, and say whether it moved; late news changes nothing.

    Raises:
        NotFound: no such recording.
        IllegalTransition: out of an end state into another.
    """
    row = tx.connection.execute(select(recordings.c.state).where(_is(tx, recording)).with_for_update()).first()
    if row is None:
        raise NotFound(f"no recording {recording}")
    now = advance(RecordingState(row.state), state)
    changes: dict[str, Any] = {"state": now.value}
    if reason is not None and now is state:
        changes["reason"] = reason
    tx.connection.execute(update(recordings).where(_is(tx, recording)).values(**changes))
    return bool(now.value != row.state)


def read_encryption(tx: Transaction, recording: RecordingId) -> dict[str, str] | None:
    """Read how the vendor encrypted a recording; None where it did not."""
    found = tx.connection.execute(select(recordings.c.encryption).where(_is(tx, recording))).scalar()
    return dict(found) if found else None


def merge_facts(tx: Transaction, recording: RecordingId, facts: Mapping[str, str | int | bool | None]) -> None:
    """Note what steps found out about a recording, for the decision: counts, enum values, digests."""
    row = tx.connection.execute(select(recordings.c.facts).where(_is(tx, recording)).with_for_update()).first()
    if row is None:
        raise NotFound(f"no recording {recording}")
    merged = {**row.facts, **facts}
    tx.connection.execute(update(recordings).where(_is(tx, recording)).values(facts=merged))


def read_facts(tx: Transaction, recording: RecordingId) -> dict[str, Any]:
    """Read what steps noted about a recording."""
    return dict(tx.connection.execute(select(recordings.c.facts).where(_is(tx, recording))).scalar() or {})


def mark_vendor_copy_deleted(tx: Transaction, recording: RecordingId) -> bool:
    """Note that the vendor's copy is gone; False where that was noted before."""
    changed = tx.connection.execute(
        update(recordings)
        .where(_is(tx, recording), recordings.c.vendor_deleted_at.is_(None))
        .values(vendor_deleted_at=tx.now)
    )
    return changed.rowcount == 1


def is_vendor_copy_deleted(tx: Transaction, recording: RecordingId) -> bool:
    """Say whether the vendor's copy was seen to be gone."""
    found = tx.connection.execute(select(recordings.c.vendor_deleted_at).where(_is(tx, recording))).scalar()
    return found is not None


def add_tombstone(tx: Transaction, *, subject_kind: str, subject_id: str, why: str) -> None:
    """Record that something existed and why it went; repeating it changes nothing."""
    tx.connection.execute(
        insert(tombstones)
        .values(
            id=new_id("tomb"), tenant=tx.tenant, subject_kind=subject_kind, subject_id=subject_id, why=why, at=tx.now
        )
        .on_conflict_do_nothing()
    )


def _is(tx: Transaction, recording: RecordingId) -> Any:
    return (recordings.c.tenant == tx.tenant) & (recordings.c.id == recording)


def _recording(row: Row[Any]) -> Recording:
    return Recording(
        id=RecordingId(row.id),
        tenant=TenantId(row.tenant),
        call=CallId(row.call_id) if row.call_id else None,
        recording_sid=row.recording_sid,
        state=RecordingState(row.state),
        source=row.source,
        channels=row.channels,
        started_at=row.started_at,
        duration_s=row.duration_s,
        reason=row.reason,
        error_code=row.error_code,
        noted_at=row.created_at,
    )
