"""News of a recording: kept once, its state moved forward, and work started when it is complete, in one transaction.

Only listed fields are taken; an address in the message is never used. News of a call that we do not know is taken
too: settling consent refuses it and has the vendor's copy deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pipeline.intake.noting import ACTOR
from pipeline.model.audit import AuditTag
from pipeline.model.ids import CallId, RecordingId, new_id
from pipeline.model.recording import Recording, RecordingState
from pipeline.ports.queue import WorkQueue
from pipeline.store.audit import Facts, Happening, add_events
from pipeline.store.calls import find_call_ids
from pipeline.store.inbox import add_messages
from pipeline.store.recordings import Told, note_recordings
from pipeline.store.session import Transaction
from pipeline.telemetry.traces import trace_in

_STATES: Final = {
    "in-progress": RecordingState.ANNOUNCED,
    "completed": RecordingState.COMPLETED,
    "absent": RecordingState.ABSENT,
    "failed": RecordingState.FAILED,
}
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
    caused_by: str = field(default="", compare=False)
    """The request that brought it, as a `traceparent`; empty where no request did."""


def accept_recording(tx: Transaction, news: RecordingNews, *, queue: WorkQueue) -> None:
    """Take up one message about a recording. Repeated, late and unordered messages end in the same state.

    Raises:
        StoreUnreachable: nothing was taken up; the vendor must send it again.
    """
    accept_recordings(tx, [news], queue=queue)


def accept_recordings(tx: Transaction, told: Sequence[RecordingNews], *, queue: WorkQueue) -> None:
    """Take up messages about recordings of one tenant, with as few statements for many as for one.

    Raises:
        StoreUnreachable: nothing was taken up; the vendor must send all of it again.
    """
    by_event = {_event_id(news): news for news in reversed(told)}
    new = add_messages(tx, provider="twilio", bodies={name: _body(news) for name, news in by_event.items()})
    taken = [news for name, news in by_event.items() if name in new and news.status in _STATES]
    calls = find_call_ids(tx, {news.call_sid for news in taken})
    heard = [Told(recording=_recording(tx, news, calls), encryption=news.encryption) for news in taken]
    noted = note_recordings(tx, heard) if heard else ()
    first_told = {told.recording.id for told in heard}
    caused_by = {r.id: news.caused_by for r, news in zip(noted, taken, strict=True) if news.caused_by}
    add_events(tx, [_announced(r, caused_by.get(r.id, "")) for r in dict.fromkeys(noted) if r.id in first_told])
    done = {r.id for r, told in zip(noted, heard, strict=True) if _asks_for_work(r, told.recording)}
    queue.enqueue_recordings(tx, tx.tenant, sorted(done), parents=caused_by)


def _asks_for_work(now: Recording, told: Recording) -> bool:
    return now.state is RecordingState.COMPLETED and told.state is RecordingState.COMPLETED


def _recording(tx: Transaction, news: RecordingNews, calls: Mapping[str, CallId]) -> Recording:
    state = _STATES[news.status]
    return Recording(
        id=RecordingId(new_id("rec")),
        tenant=tx.tenant,
        call=calls.get(news.call_sid),
        recording_sid=news.recording_sid,
        state=state,
        source=news.source,
        channels=news.channels,
        started_at=news.started_at,
        duration_s=news.duration_s,
        reason=_reason(news) if state in _NEVER_MADE else None,
        error_code=news.error_code,
    )


def _announced(recording: Recording, caused_by: str) -> Happening:
    facts: Facts = {
        "call": recording.call,
        "recording_sid": recording.recording_sid,
        "channels": recording.channels,
        "error_code": recording.error_code,
    }
    if caused_by:
        facts = {**facts, "trace": trace_in(caused_by)}
    return Happening(tag=AuditTag.RECORDING_ANNOUNCED, actor=ACTOR, target=recording.id, facts=facts)


def _event_id(news: RecordingNews) -> str:
    return f"{news.recording_sid}:{news.status}"[:120]


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
