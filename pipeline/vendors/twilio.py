"""Recordings at Twilio: fetch the audio, start and stop the recorder, delete Twilio's copy and prove that it is gone.

REST goes through the official client; audio does not, for that client would decode it as text. Every address is built
from SIDs whose shape was checked, never taken from a callback, and credentials go to `api_base` alone. How often and
how fast an account is asked is the line's (`twilio_line`).
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

import httpx
from twilio.rest.api.v2010.account import AccountContext

from pipeline.model.errors import InvalidInput, NotFound, VendorBrokeContract, VendorRefused, VendorUnavailable
from pipeline.model.ids import twilio_sid
from pipeline.ports.recordings import FetchedMedia, VendorAccount, VendorRecording
from pipeline.ports.transcriber import AuditMeta
from pipeline.vendors.twilio_http import shape_errors
from pipeline.vendors.twilio_line import TwilioLine

_MOST_RUNNING: Final = 20
_PAGE: Final = 1000


class TwilioRecordings:
    """Fills `pipeline.ports.recordings.RecordingsVendor` from Twilio's REST API."""

    audit: ClassVar = AuditMeta(
        processor="twilio",
        data_kind="SIDs of calls and recordings; Twilio made the audio itself",
        purpose="recording",
        region="us",
        policy_url="https://www.twilio.com/en-us/legal/privacy",
        log_safe_fields=("recording_sid", "call_sid", "status"),
    )

    def __init__(
        self,
        *,
        api_base: str = "https://api.twilio.com",
        timeout_s: float = 30,
        media_timeout_s: float = 900,
        max_media_bytes: int = 2_000_000_000,
        line: TwilioLine | None = None,
    ) -> None:
        """Prepare to speak to Twilio.

        Args:
            api_base: scheme, host and port; another than Twilio's for a stand-in.
            timeout_s: for one REST call, and for each wait within a transfer of audio.
            media_timeout_s: for a whole transfer of audio.
            max_media_bytes: a longer recording is refused before it is read to the end.
            line: a way to Twilio that is shared, in the place of one of its own.
        """
        self._line = line or TwilioLine(api_base=api_base, timeout_s=timeout_s)
        self._media_timeout_s, self._max_media_bytes = media_timeout_s, max_media_bytes

    def fetch_media(self, account: VendorAccount, recording_sid: str, *, channels: int) -> FetchedMedia:
        """Read the audio as it was made; two channels unless one was announced, since Twilio else mixes them down."""
        url = self._line.media_url(account, recording_sid) + f"?RequestedChannels={1 if channels == 1 else 2}"
        give_up_at = time.monotonic() + self._media_timeout_s
        with self._line.stream(account, url, "fetch media") as answer:
            _check_is_audio(answer)
            self._check_size(_announced_bytes(answer))
            read, digest = io.BytesIO(), hashlib.sha256()
            for chunk in answer.iter_bytes():
                read.write(chunk)
                digest.update(chunk)
                self._check_size(read.tell())
                if time.monotonic() > give_up_at:
                    raise VendorUnavailable("twilio", "fetch media", reason="too slow")
        audio = read.getvalue()
        _check_does_not_read_as_text(memoryview(audio))
        return FetchedMedia(body=audio, sha256=digest.hexdigest())

    def start(self, account: VendorAccount, call_sid: str, *, callback_url: str) -> str:
        """Start a recorder; a second start on a call that one runs on changes nothing at Twilio."""
        recordings = self._account(account, "start").calls(twilio_sid("CA", call_sid)).recordings
        with shape_errors("start"):
            made = recordings.create(
                recording_channels="dual",
                recording_track="both",
                trim="do-not-trim",
                recording_status_callback=callback_url,
                recording_status_callback_method="POST",
                recording_status_callback_event=["in-progress", "completed", "absent"],
            )
            return twilio_sid("RE", made.sid or "")

    def stop(self, account: VendorAccount, call_sid: str) -> bool:
        """Stop every recorder of the call; False where Twilio says that none runs."""
        recorder = self._account(account, "stop").calls(twilio_sid("CA", call_sid)).recordings("Twilio.CURRENT")
        stopped: set[str] = set()
        while len(stopped) < _MOST_RUNNING:
            try:
                with shape_errors("stop"):
                    sid = str(recorder.update(status="stopped").sid)
            except NotFound:
                return bool(stopped)
            except VendorRefused as error:
                if stopped and error.status == 400:  # what stopped just now is shown as no longer in progress
                    return True
                raise
            if sid in stopped:
                return True
            stopped.add(sid)
        raise VendorBrokeContract("twilio", "stop", reason="recorders without end")

    def pause(self, account: VendorAccount, call_sid: str) -> str | None:
        """Pause the newest recorder of the call. Silence keeps its place: `skip` would move every later offset."""
        return self._update_current(account, call_sid, "pause", status="paused", pause_behavior="silence")

    def resume(self, account: VendorAccount, call_sid: str) -> str | None:
        """Go on recording."""
        return self._update_current(account, call_sid, "resume", status="in-progress")

    def delete(self, account: VendorAccount, recording_sid: str) -> None:
        """Delete Twilio's copy; its metadata stays with Twilio for forty days."""
        recording = self._account(account, "delete").recordings(twilio_sid("RE", recording_sid))
        try:
            with shape_errors("delete"):
                recording.delete()
        except NotFound:
            return

    def is_gone(self, account: VendorAccount, recording_sid: str) -> bool:
        """Ask for the metadata, what is kept of deleted ones, and the audio itself: all three must be gone."""
        recording = self._account(account, "check deletion").recordings(twilio_sid("RE", recording_sid))
        if self._status(recording) is not None:
            return False
        if self._status(recording, include_soft_deleted=True) not in (None, "deleted"):
            return False
        url = self._line.media_url(account, recording_sid)
        try:
            with self._line.stream(account, url, "check deletion", repeats=True):
                return False
        except NotFound:
            return True

    def list_recordings(
        self,
        account: VendorAccount,
        *,
        since: datetime,
        until: datetime | None = None,
        call_sid: str | None = None,
        with_deleted: bool = False,
    ) -> tuple[VendorRecording, ...]:
        """List recordings made since a moment, all pages."""
        asked: dict[str, Any] = {"date_created_after": since.astimezone(UTC), "page_size": _PAGE}
        if until is not None:
            asked["date_created_before"] = until.astimezone(UTC)
        if with_deleted:
            asked["include_soft_deleted"] = True
        if call_sid is not None:
            asked["call_sid"] = twilio_sid("CA", call_sid)
        recordings = self._account(account, "list recordings").recordings
        with shape_errors("list recordings"):
            rows = recordings.list(**asked)
            return tuple(_recording(row) for row in rows)

    def _check_size(self, size: int) -> None:
        if size > self._max_media_bytes:
            raise InvalidInput(f"a recording is larger than {self._max_media_bytes} bytes")

    def _update_current(self, account: VendorAccount, call_sid: str, operation: str, **asked: str) -> str | None:
        recorder = self._account(account, operation).calls(twilio_sid("CA", call_sid)).recordings("Twilio.CURRENT")
        try:
            with shape_errors(operation):
                return twilio_sid("RE", recorder.update(**asked).sid or "")
        except NotFound:
            return None

    def _account(self, account: VendorAccount, operation: str) -> AccountContext:
        return self._line.client(account, operation).api.v2010.account

    def _status(self, recording: Any, **asked: bool) -> str | None:
        """Ask for the status of a recording's metadata, None where there is none."""
        try:
            with shape_errors("check deletion"):
                return str(recording.fetch(**asked).status)
        except NotFound:
            return None


def _recording(row: Any) -> VendorRecording:
    duration_s = int(row.duration) if row.duration is not None else -1
    is_deleted = row.status == "deleted"
    return VendorRecording(
        recording_sid=twilio_sid("RE", row.sid or ""),
        call_sid=twilio_sid("CA", row.call_sid) if row.call_sid else "",
        conference_sid=twilio_sid("CF", row.conference_sid) if row.conference_sid else None,
        status=str(row.status),
        source=str(row.source),
        channels=int(row.channels or 0),
        started_at=_moment(row.start_time),
        duration_s=duration_s if duration_s >= 0 else None,
        is_deleted=is_deleted,
        deleted_at=_moment(row.date_updated) if is_deleted else None,
        error_code=int(row.error_code) if row.error_code else None,
        encryption=_text_fields(row.encryption_details),
    )


def _moment(read: object) -> datetime | None:
    return read if isinstance(read, datetime) else None


def _text_fields(read: object) -> Mapping[str, str] | None:
    return {str(name): str(value) for name, value in read.items()} if isinstance(read, dict) and read else None


def _announced_bytes(answer: httpx.Response) -> int:
    """Give how much is announced, 0 where nothing is; that as much comes is the transport's to see."""
    length = answer.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


def _check_is_audio(answer: httpx.Response) -> None:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("text/") or kind.endswith(("xml", "json", "html")):
        raise VendorBrokeContract("twilio", "fetch media", status=answer.status_code, reason="a document, not audio")


def _check_does_not_read_as_text(body: memoryview) -> None:
    """Catch a document under a sound's name; what is sealed may begin with any bytes but hardly with these."""
    if not body:
        raise VendorBrokeContract("twilio", "fetch media", reason="no audio at all")
    if bytes(body[:64]).lstrip().lower().startswith((b"<?xml", b"<twilioresponse", b"<!doctype", b"<html", b'{"')):
        raise VendorBrokeContract("twilio", "fetch media", reason="a document, not audio")
