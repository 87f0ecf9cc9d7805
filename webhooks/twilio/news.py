"""What Twilio tells us afterwards: how calls ended, and what became of recordings. Answered fast, and taken once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.intake.accept_recording import RecordingNews, accept_recordings
from pipeline.intake.note_status import note_call_status
from pipeline.model.ids import twilio_sid
from pipeline.ports.queue import WorkQueue
from pipeline.store.session import Transaction
from webhooks.auth import Fields
from webhooks.twilio.door import Asked, Context, admitted, taken
from webhooks.twilio.shared import SharedRoute, share

router = APIRouter(include_in_schema=False)
_LONGEST_TEXT: Final = 60
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
    await share(request, lambda guest: (guest.context.queue, read_news(guest.fields)), _accept)
    return taken()


shared_routes: Final = (SharedRoute("/twilio/{tenant}/recording", take_recording),)


def _accept(tx: Transaction, told: Sequence[tuple[WorkQueue, RecordingNews]]) -> Sequence[None]:
    accept_recordings(tx, [news for _, news in told], queue=told[0][0])
    return [None] * len(told)


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
