"""News of a recording: kept once, its state moved forward, and work started when it is complete, in one transaction.

Only listed fields are taken; an address in the message is never used. News of a call that we do not know is taken
too: settling consent refuses it and has the vendor's copy deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pipeline.intake.noting import ACTOR
from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId, new_id
from pipeline.model.recording import Recording, RecordingState
from pipeline.ports.queue import WorkQueue
from pipeline.store.audit import add_event
from pipeline.store.calls import find_call_by_sid
from pipeline.store.inbox import add_message
from pipeline.store.recordings import lock_recording_by_sid, mark_state, note_recording
from pipeline.store.session import Transaction

_STATES: Final = {
    "in-progress": RecordingState.ANNOUNCED,
    "completed": RecordingState.COMPLETED,
    "absent": RecordingState.ABSENT,
    "failed": RecordingState.FAILED,
}
_BEFORE_WORK: Final = (RecordingState.ANNOUNCED, RecordingState.COMPLETED)
_NEVER_MADE: Final = (RecordingState.ABSENT, RecordingState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingNews:
    """What the vendor says of one recording, from an allow-list of fields. `status` and `source` are open strings."""

    recording_sid: str
    call_sid: str
    status: str
    source: str
    channels: int = 0
    started_at: datetime | None = None
    duration_s: int | None = None
    error_code: int = 0
    encryption: Mapping[str, str] | None = field(default=None, repr=False)


def accept_recording(tx: Transaction, news: RecordingNews, *, queue: WorkQueue) -> None:
    """Take up one message about a recording. Repeated, late and unordered messages end in the same state.

    Raises:
        StoreUnreachable: nothing was taken up; the vendor must send it again.
    """
    is_new = add_message(tx, provider="twilio", event_id=f"{news.recording_sid}:{news.status}"[:120], body=_body(news))
    state = _STATES.get(news.status)
    if not is_new or state is None:
        return
    recording = _note(tx, news, state)
    if state is RecordingState.COMPLETED and recording.state is RecordingState.COMPLETED:
        queue.enqueue_recording(tx, tx.tenant, recording.id)


def _note(tx: Transaction, news: RecordingNews, state: RecordingState) -> Recording:
    if state in _NEVER_MADE:
        known = _find(tx, news.recording_sid)
        if known is not None and known.state not in _BEFORE_WORK:
            # Work has begun, so there is audio; or the end was told before. Neither is undone by late news.
            return known
    call = find_call_by_sid(tx, news.call_sid)
    told = Recording(
        id=RecordingId(new_id("rec")),
        tenant=tx.tenant,
        call=call.id if call else None,
        recording_sid=news.recording_sid,
        state=state,
        source=news.source,
        channels=news.channels,
        started_at=news.started_at,
        duration_s=news.duration_s,
        reason=_reason(news) if state in _NEVER_MADE else None,
    )
    noted = note_recording(tx, told, encryption=news.encryption)
    if noted.id == told.id:
        add_event(
            tx,
            AuditTag.RECORDING_ANNOUNCED,
            actor=ACTOR,
            target=noted.id,
            facts={"call": noted.call, "recording_sid": news.recording_sid, "channels": news.channels},
        )
    elif state in _NEVER_MADE:
        mark_state(tx, noted.id, state, reason=_reason(news))
    return noted


def _find(tx: Transaction, recording_sid: str) -> Recording | None:
    try:
        return lock_recording_by_sid(tx, recording_sid)
    except NotFound:
        return None


def _reason(news: RecordingNews) -> str:
    return f"vendor_{news.status}_{news.error_code}"


def _body(news: RecordingNews) -> dict[str, str | int | None]:
    return {
        "recording_sid": news.recording_sid,
        "call_sid": news.call_sid,
        "status": news.status,
        "source": news.source,
        "channels": news.channels,
        "started_at": news.started_at.isoformat() if news.started_at else None,
        "duration_s": news.duration_s,
        "error_code": news.error_code,
        "is_encrypted": int(news.encryption is not None),
    }
