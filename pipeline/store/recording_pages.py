"""A tenant's recordings a page at a time, newest first. What is new meanwhile never moves what comes after a cursor."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, select, tuple_

from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import CallId, RecordingId
from pipeline.model.recording import Recording, RecordingState
from pipeline.store.recordings import recording_of
from pipeline.store.session import Transaction
from pipeline.store.tables import calls, recordings

MOST: Final = 200
_LONGEST_CURSOR: Final = 300
_ID: Final = re.compile(r"rec_[0-9a-z]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRecording:
    """A recording with the vendor's id of its call, and what became of the vendor's copy."""

    recording: Recording
    call_sid: str | None
    vendor_deleted_at: datetime | None
    vendor_metadata_gone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some recordings; `cursor` asks for those after them, None where there are no more."""

    recordings: tuple[ListedRecording, ...]
    cursor: str | None


def read_page(
    tx: Transaction,
    *,
    state: RecordingState | None = None,
    since: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Read the tenant's recordings, newest first.

    Args:
        tx: the tenant's transaction.
        state: only those in this state.
        since: only those noted at that moment or later.
        cursor: go on after a page, with the same state and moment.
        limit: how many at most, 1 to `MOST`.

    Raises:
        InvalidInput: a cursor that no page gave, or a limit that is not one.
    """
    if not 1 <= limit <= MOST:
        raise InvalidInput(f"a page has 1 to {MOST} recordings")
    query = _listed(tx).order_by(recordings.c.created_at.desc(), recordings.c.id.desc()).limit(limit + 1)
    if state is not None:
        query = query.where(recordings.c.state == state.value)
    if since is not None:
        query = query.where(recordings.c.created_at >= since)
    if cursor is not None:
        query = query.where(tuple_(recordings.c.created_at, recordings.c.id) < tuple_(*_read_cursor(cursor)))
    rows = tx.connection.execute(query).all()
    shown = tuple(_recording(row) for row in rows[:limit])
    return Page(recordings=shown, cursor=_write_cursor(rows[limit - 1]) if len(rows) > limit else None)


def read_listed(tx: Transaction, recording: RecordingId) -> ListedRecording:
    """Read one recording as a page shows it.

    Raises:
        NotFound: the tenant has no such recording.
    """
    row = tx.connection.execute(_listed(tx).where(recordings.c.id == recording)).first()
    if row is None:
        raise NotFound("no such recording")
    return _recording(row)


def list_of_call(tx: Transaction, call: CallId) -> Sequence[ListedRecording]:
    """List a call's recordings, oldest first."""
    query = _listed(tx).where(recordings.c.call_id == call).order_by(recordings.c.created_at, recordings.c.id)
    return [_recording(row) for row in tx.connection.execute(query)]


def _listed(tx: Transaction) -> Select[Any]:
    of_call = (calls.c.id == recordings.c.call_id) & (calls.c.tenant == recordings.c.tenant)
    joined = recordings.outerjoin(calls, of_call)
    return select(recordings, calls.c.call_sid).select_from(joined).where(recordings.c.tenant == tx.tenant)


def _write_cursor(row: Row[Any]) -> str:
    text = json.dumps([row.created_at.isoformat(), row.id])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[datetime, str]:
    refused = InvalidInput("a cursor is what a page gave, unchanged")
    if len(text) > _LONGEST_CURSOR:
        raise refused
    try:
        at, recording = json.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
        moment = datetime.fromisoformat(at)
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise refused from None
    if not isinstance(recording, str) or not _ID.fullmatch(recording) or moment.tzinfo is None:
        raise refused
    return moment, recording


def _recording(row: Row[Any]) -> ListedRecording:
    return ListedRecording(
        recording=recording_of(row),
        call_sid=row.call_sid,
        vendor_deleted_at=row.vendor_deleted_at,
        vendor_metadata_gone_at=row.vendor_metadata_gone_at,
    )
