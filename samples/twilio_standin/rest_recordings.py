"""Recordings over REST: list, fetch, start, pause, resume, stop, delete; and their media."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from samples.twilio_standin.answers import not_found, page_of, problem, show_recording
from samples.twilio_standin.audio import down_mix, to_wav
from samples.twilio_standin.ledger import Account, Ledger, RecordingEntry
from samples.twilio_standin.recorder import DEFAULT_TRIM, RecorderSettings

_STATUSES: Final = ("paused", "in-progress", "stopped")


def list_recordings(ledger: Ledger, account: Account, request: Request) -> Response:
    """List, newest first, by call, by date, with the deleted ones where asked for."""
    query = request.query_params
    call_sid = request.path_params.get("call_sid") or query.get("CallSid")
    with_deleted = query.get("IncludeSoftDeleted", "false").lower() == "true"
    rows = [
        show_recording(entry)
        for entry in ledger.list_recordings(account.sid, with_deleted=with_deleted)
        if (not call_sid or entry.call_sid == call_sid) and _is_in_dates(entry, request)
    ]
    return page_of(request, "recordings", rows)


def fetch_recording(ledger: Ledger, account: Account, request: Request) -> Response:
    """Show one recording's metadata; a deleted one only with IncludeSoftDeleted."""
    with_deleted = request.query_params.get("IncludeSoftDeleted", "false").lower() == "true"
    entry = ledger.find_recording(account.sid, request.path_params["sid"], with_deleted=with_deleted)
    return not_found(request) if entry is None else JSONResponse(show_recording(entry))


def delete_recording(ledger: Ledger, account: Account, request: Request) -> Response:
    """Delete the media at once; the metadata stays for forty days. A second time there is nothing."""
    with ledger.lock:
        entry = ledger.find_recording(account.sid, request.path_params["sid"])
        if entry is None:
            return not_found(request)
        if entry.recorder.is_running:
            return problem(400, 20001, "a recording in progress cannot be deleted")
        entry.deleted_at = ledger.now()
        entry.sound = entry.sealed = None
    return Response(status_code=204)


def create_recording(ledger: Ledger, account: Account, request: Request, form: FormData) -> Response:
    """Start to record a call that runs; refused on a ConversationRelay call."""
    call = ledger.find_call(account.sid, request.path_params["call_sid"])
    if call is None:
        return not_found(request)
    if call.live is None or call.status != "in-progress" or not call.live.is_recordable_by_rest:
        return problem(400, 21220, "Requested resource is not eligible for recording")
    events = tuple(str(event) for event in form.getlist("RecordingStatusCallbackEvent")) or ("completed",)
    callback = form.get("RecordingStatusCallback")
    entry = call.live.start_recorder(
        RecorderSettings(
            source="StartCallRecordingAPI",
            channels=2 if form.get("RecordingChannels") == "dual" else 1,
            track=str(form.get("RecordingTrack", "both")),
            trim=str(form.get("Trim", DEFAULT_TRIM["StartCallRecordingAPI"])),
            callback=str(callback) if callback else None,
            callback_events=events,
        )
    )
    return JSONResponse(show_recording(entry), 201)


def update_recording(ledger: Ledger, account: Account, request: Request, form: FormData) -> Response:
    """Pause, resume or stop; `Twilio.CURRENT` is the newest that runs on the call."""
    call = ledger.find_call(account.sid, request.path_params["call_sid"])
    if call is None or call.live is None:
        return not_found(request)
    status, sid = str(form.get("Status", "")), request.path_params["sid"]
    if status not in _STATUSES:
        return problem(400, 20001, "Status is not one of paused, in-progress, stopped")
    behaviour: Literal["silence", "skip"] = "skip" if form.get("PauseBehavior") == "skip" else "silence"
    with ledger.lock:
        running = call.live.running()
        entry = (
            (running[-1] if running else None) if sid == "Twilio.CURRENT" else ledger.find_recording(account.sid, sid)
        )
        if entry is None or entry.call_sid != call.live.call_sid:
            return not_found(request)
        if not entry.recorder.is_running:
            return problem(400, 21220, "the recording is not in progress")
        call.live.change_recorder(entry, status, behaviour)
    return JSONResponse(show_recording(entry))


def read_media(entry: RecordingEntry, request: Request) -> Response:
    """Give the sound: PCM16 WAV, two channels only where asked for; sealed bytes where the account encrypts."""
    extension = request.path_params.get("extension", "wav")
    if entry.sealed is not None:
        return Response(entry.sealed, media_type="audio/x-wav")
    if entry.sound is None or entry.status != "completed":
        return not_found(request)
    if extension != "wav":
        return problem(415, 20415, "the stand-in serves recordings as .wav only")
    wants_two = request.query_params.get("RequestedChannels") == "2"
    return Response(to_wav(entry.sound if wants_two else down_mix(entry.sound)), media_type="audio/x-wav")


def _is_in_dates(entry: RecordingEntry, request: Request) -> bool:
    query = request.query_params
    created = entry.started_at
    if (after := query.get("DateCreated>")) and created < _moment(after):
        return False
    if (before := query.get("DateCreated<")) and created > _moment(before, is_end=True):
        return False
    if on := query.get("DateCreated"):
        return _moment(on) <= created <= _moment(on, is_end=True)
    return True


def _moment(text: str, *, is_end: bool = False) -> datetime:
    """Read a date, which is a whole day, or a moment."""
    at = datetime.fromisoformat(text)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at + timedelta(days=1) if is_end and len(text) == len("2026-11-21") else at
