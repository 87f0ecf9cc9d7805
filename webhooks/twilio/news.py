"""What Twilio tells us afterwards: how calls ended, and what became of recordings. Answered fast, and taken once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.background import BackgroundTask

from pipeline.intake.accept_recording import RecordingNews, accept_recordings
from pipeline.intake.control_recorder import ask_stop_again
from pipeline.intake.note_status import note_call_status
from pipeline.model.ids import twilio_sid
from pipeline.ports.queue import WorkQueue
from pipeline.store.recorder_events import find_stopped
from pipeline.store.session import Transaction
from pipeline.telemetry.traces import current_parent
from webhooks.auth import Fields
from webhooks.twilio.door import Asked, Context, Guest, admitted, taken
from webhooks.twilio.shared import SharedRoute, share

router = APIRouter(include_in_schema=False)
_LONGEST_TEXT: Final = 60
_RUNS: Final = "in-progress"
_ENCRYPTION: Final = frozenset(
    {"type", "encryption_public_key_sid", "encryption_cek", "encryption_iv", "public_key_sid", "encrypted_cek", "iv"}
)
"""Both spellings that Twilio's own pages use (consent.md B.5)."""


@router.post("/twilio/{tenant}/status")
def take_status(tenant: str, envelope: Asked, context: Context) -> Response:
    """Take up how a call goes."""
    with admitted(context, tenant, envelope) as visit:
        status = visit.fields.first("CallStatus")
        note_call_status(visit.tx, visit.call_sid, status, owner=visit.owner, law=context.law, queue=context.queue)
    return taken()


async def take_recording(request: Request) -> Response:
    """Take up news of a recording. A failure is a 5xx, which Twilio sends again because our URL says so."""
    let_in: list[Guest] = []

    def read(guest: Guest) -> tuple[WorkQueue, RecordingNews]:
        let_in[:] = [guest]
        return guest.context.queue, read_news(guest.fields)

    is_to_be_stopped = await share(request, read, _accept)
    answer = taken()
    if is_to_be_stopped:
        answer.background = BackgroundTask(_stop_again, let_in[0])
    return answer


shared_routes: Final = (SharedRoute("/twilio/{tenant}/recording", take_recording),)


def _accept(tx: Transaction, told: Sequence[tuple[WorkQueue, RecordingNews]]) -> Sequence[bool]:
    """Take up news, and say of each whether a recorder runs that may have been stopped before it began."""
    accept_recordings(tx, [news for _, news in told], queue=told[0][0])
    stopped = find_stopped(tx, {news.call_sid for _, news in told if news.status == _RUNS})
    return [news.status == _RUNS and news.call_sid in stopped for _, news in told]


def _stop_again(guest: Guest) -> None:
    with guest.context.database.transaction(guest.owner.id) as tx:
        wish = ask_stop_again(tx, guest.call_sid, guest.fields.first("RecordingSid"))
    if wish is not None:
        guest.control.insist(wish)


def read_news(fields: Fields) -> RecordingNews:
    """Take the listed fields of a recording callback. `RecordingUrl` is not one of them.

    Raises:
        InvalidInput: a SID of another shape.
    """
    return RecordingNews(
        recording_sid=twilio_sid("RE", fields.first("RecordingSid")),
        call_sid=twilio_sid("CA", fields.first("CallSid")),
        status=fields.first("RecordingStatus")[:_LONGEST_TEXT],
        source=fields.first("RecordingSource")[:_LONGEST_TEXT],
        channels=_number(fields.first("RecordingChannels"), most=2) or 0,
        started_at=_moment(fields.first("RecordingStartTime")),
        duration_s=_number(fields.first("RecordingDuration"), most=200_000),
        error_code=_number(fields.first("ErrorCode"), most=99_999) or 0,
        encryption=_encryption(fields.first("EncryptionDetails")),
        caused_by=current_parent(),
    )


def _number(text: str, *, most: int) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        return None
    number = int(text)
    return number if number <= most else None


def _moment(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _encryption(text: str) -> Mapping[str, str] | None:
    if not text:
        return None
    try:
        details = json.loads(text)
    except ValueError:
        details = None
    if not isinstance(details, dict):
        # Sealed for somebody, and we cannot tell how: kept as sealed, so that it is never taken for plain audio.
        return {"type": "unreadable"}
    return {name: value for name, value in details.items() if name in _ENCRYPTION and isinstance(value, str)}
