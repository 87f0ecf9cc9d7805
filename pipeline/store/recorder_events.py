"""What recorders of calls were told. Events are only added, each once for its cause, and each is in the audit log."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.audit import AuditTag
from pipeline.model.ids import CallId
from pipeline.model.recorder import RecorderAct, RecorderEvent
from pipeline.store.audit import add_event
from pipeline.store.session import Transaction
from pipeline.store.tables import calls, recordings
from pipeline.store.tables_telephony import recorder_events

_TAGS: Final = {
    RecorderAct.STARTED: AuditTag.RECORDER_STARTED,
    RecorderAct.PAUSED: AuditTag.RECORDER_PAUSED,
    RecorderAct.RESUMED: AuditTag.RECORDER_RESUMED,
    RecorderAct.STOPPED: AuditTag.RECORDER_STOPPED,
}


def note_recorder_event(tx: Transaction, call: CallId, event: RecorderEvent) -> bool:
    """Add an event unless its cause was noted before; False where it was.

    The audit event carries the offset from the start of the recording it concerns, None where that is not known.
    """
    added = tx.connection.execute(
        insert(recorder_events)
        .values(
            tenant=tx.tenant,
            call_id=call,
            cause=event.cause,
            act=event.act.value,
            at=event.at,
            is_done=event.is_done,
            recording_sid=event.recording_sid,
            actor=event.actor,
        )
        .on_conflict_do_nothing()
        .returning(recorder_events.c.id)
    )
    is_new = added.first() is not None
    if is_new:
        add_event(
            tx,
            _TAGS[event.act],
            actor=event.actor,
            target=call,
            facts={
                "cause": event.cause,
                "is_done": event.is_done,
                "recording_sid": event.recording_sid,
                "offset_ms": _offset_ms(tx, call, event),
            },
        )
    return is_new


def list_recorder_events(tx: Transaction, call: CallId) -> tuple[RecorderEvent, ...]:
    """List a call's events in the order in which they were noted."""
    rows = tx.connection.execute(
        select(recorder_events)
        .where(recorder_events.c.tenant == tx.tenant, recorder_events.c.call_id == call)
        .order_by(recorder_events.c.id)
    )
    return tuple(
        RecorderEvent(
            act=RecorderAct(row.act),
            at=row.at,
            is_done=row.is_done,
            cause=row.cause,
            actor=row.actor,
            recording_sid=row.recording_sid,
        )
        for row in rows
    )


def _offset_ms(tx: Transaction, call: CallId, event: RecorderEvent) -> int | None:
    """Measure from the start that the vendor told, else from when it answered that it had started."""
    starts = _starts_told(tx, call, event.recording_sid) or _starts_noted(tx, call, event)
    before = [at for at in starts if at <= event.at]
    return round((event.at - max(before)).total_seconds() * 1000) if before else None


def _starts_told(tx: Transaction, call: CallId, recording_sid: str | None) -> list[datetime]:
    query = select(recordings.c.started_at).where(
        recordings.c.tenant == tx.tenant, recordings.c.call_id == call, recordings.c.started_at.is_not(None)
    )
    if recording_sid is not None:
        query = query.where(recordings.c.recording_sid == recording_sid)
    return list(tx.connection.execute(query).scalars())


def _starts_noted(tx: Transaction, call: CallId, event: RecorderEvent) -> list[datetime]:
    noted = [e for e in list_recorder_events(tx, call) if e.act is RecorderAct.STARTED and e.is_done]
    if event.act is RecorderAct.STARTED:
        return []
    return [e.at for e in noted if event.recording_sid in (None, e.recording_sid)]


def find_stopped(tx: Transaction, call_sids: Collection[str]) -> frozenset[str]:
    """Say which calls of these were ever told to stop recording."""
    if not call_sids:
        return frozenset()
    query = (
        select(calls.c.call_sid)
        .join(recorder_events, (recorder_events.c.tenant == calls.c.tenant) & (recorder_events.c.call_id == calls.c.id))
        .where(
            calls.c.tenant == tx.tenant,
            calls.c.call_sid.in_(call_sids),
            recorder_events.c.act == RecorderAct.STOPPED.value,
        )
    )
    return frozenset(tx.connection.execute(query).scalars())
