"""Recordings at Twilio: fetch the audio, start and stop the recorder, delete Twilio's copy and prove that it is gone.

REST goes through the official client; audio does not, for that client would decode it as text. Every address is built
from SIDs whose shape was checked, never taken from a callback, and credentials go to `api_base` alone. Nothing is tried
twice here.
"""

from __future__ import annotations

import io
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

import httpx
from twilio.base.exceptions import TwilioException
from twilio.rest import Client
from twilio.rest.api.v2010.account import AccountContext

from pipeline.model.errors import InvalidInput, NotFound, VendorBrokeContract, VendorRefused, VendorUnavailable
from pipeline.model.ids import twilio_sid
from pipeline.ports.recordings import VendorAccount, VendorRecording
from pipeline.ports.transcriber import AuditMeta
from pipeline.vendors.twilio_http import RestTransport, check_base, is_same_origin, network_errors, refuse

_API: Final = "/2010-04-01/Accounts"
_MOST_REDIRECTS: Final = 3
_MOST_RUNNING: Final = 20
_PAGE: Final = 1000
_NO_ENVIRONMENT: Final = {"TWILIO_EDGE": ""}
"""Given to the official client so that it does not read the process's own environment."""


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
    ) -> None:
        """Prepare to speak to Twilio.

        Args:
            api_base: scheme, host and port; another than Twilio's for a stand-in.
            timeout_s: for one REST call, and for each wait within a transfer of audio.
            media_timeout_s: for a whole transfer of audio.
            max_media_bytes: a longer recording is refused before it is read to the end.
        """
        self._api_base = check_base(api_base)
        self._media_timeout_s, self._max_media_bytes = media_timeout_s, max_media_bytes
        self._http = httpx.Client(timeout=timeout_s, follow_redirects=False)
        weakref.finalize(self, self._http.close)

    def fetch_media(self, account: VendorAccount, recording_sid: str, *, channels: int) -> bytes:
        """Read the audio as it was made; two channels unless one was announced, since Twilio else mixes them down."""
        url = self._media_url(account, recording_sid) + f"?RequestedChannels={1 if channels == 1 else 2}"
        give_up_at = time.monotonic() + self._media_timeout_s
        with self._stream(account, url, "fetch media") as answer:
            _check_is_audio(answer)
            read = io.BytesIO()
            for chunk in answer.iter_bytes():
                read.write(chunk)
                if read.tell() > self._max_media_bytes:
                    raise InvalidInput(f"a recording is larger than {self._max_media_bytes} bytes")
                if time.monotonic() > give_up_at:
                    raise VendorUnavailable("twilio", "fetch media", reason="too slow")
        audio = read.getvalue()
        _check_does_not_read_as_text(memoryview(audio))
        return audio

    def start(self, account: VendorAccount, call_sid: str, *, callback_url: str) -> str:
        """Start a recorder; a second start on a call that one runs on changes nothing at Twilio."""
        recordings = self._account(account, "start").calls(twilio_sid("CA", call_sid)).recordings
        with _shape_errors("start"):
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
                with _shape_errors("stop"):
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
            with _shape_errors("delete"):
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
        try:
            with self._stream(account, self._media_url(account, recording_sid), "check deletion"):
                return False
        except NotFound:
            return True

    def list_recordings(
        self, account: VendorAccount, *, since: datetime, call_sid: str | None = None
    ) -> tuple[VendorRecording, ...]:
        """List recordings made since a moment, all pages."""
        asked: dict[str, Any] = {"date_created_after": since.astimezone(UTC), "page_size": _PAGE}
        if call_sid is not None:
            asked["call_sid"] = twilio_sid("CA", call_sid)
        recordings = self._account(account, "list recordings").recordings
        with _shape_errors("list recordings"):
            rows = recordings.list(**asked)
            return tuple(_recording(row) for row in rows)

    def _update_current(self, account: VendorAccount, call_sid: str, operation: str, **asked: str) -> str | None:
        recorder = self._account(account, operation).calls(twilio_sid("CA", call_sid)).recordings("Twilio.CURRENT")
        try:
            with _shape_errors(operation):
                return twilio_sid("RE", recorder.update(**asked).sid or "")
        except NotFound:
            return None

    def _account(self, account: VendorAccount, operation: str) -> AccountContext:
        user, secret = _credentials(account)
        client = Client(
            user,
            secret,
            account_sid=twilio_sid("AC", account.account_sid),
            http_client=RestTransport(self._http, api_base=self._api_base, operation=operation),
            environment=_NO_ENVIRONMENT,
        )
        return client.api.v2010.account

    def _media_url(self, account: VendorAccount, recording_sid: str) -> str:
        account_sid = twilio_sid("AC", account.account_sid)
        return f"{self._api_base}{_API}/{account_sid}/Recordings/{twilio_sid('RE', recording_sid)}.wav"

    @contextmanager
    def _stream(self, account: VendorAccount, url: str, operation: str) -> Iterator[httpx.Response]:
        """Open a transfer of audio, following redirects only as far as they stay at `api_base`."""
        for _ in range(_MOST_REDIRECTS + 1):
            with (
                network_errors(operation),
                self._http.stream(
                    "GET", url, auth=_credentials(account), headers={"Accept-Encoding": "identity"}
                ) as answer,
            ):
                if not answer.has_redirect_location:
                    refuse(operation, answer.status_code)
                    yield answer
                    return
                url = str(answer.url.join(answer.headers["location"]))
                if not is_same_origin(url, self._api_base):
                    raise VendorBrokeContract("twilio", operation, reason="redirected to another host")
        raise VendorBrokeContract("twilio", operation, reason="redirected without end")

    def _status(self, recording: Any, **asked: bool) -> str | None:
        """Ask for the status of a recording's metadata, None where there is none."""
        try:
            with _shape_errors("check deletion"):
                return str(recording.fetch(**asked).status)
        except NotFound:
            return None


def _credentials(account: VendorAccount) -> tuple[str, str]:
    """Prefer an API key: the auth token is for signatures."""
    if account.api_key_sid and account.api_key_secret:
        return account.api_key_sid, account.api_key_secret
    if not account.auth_token:
        raise VendorRefused("twilio", "authenticate", reason="the tenant has no credentials at Twilio")
    return account.account_sid, account.auth_token


def _recording(row: Any) -> VendorRecording:
    duration_s = int(row.duration) if row.duration is not None else -1
    return VendorRecording(
        recording_sid=twilio_sid("RE", row.sid or ""),
        call_sid=twilio_sid("CA", row.call_sid) if row.call_sid else "",
        status=str(row.status),
        source=str(row.source),
        channels=int(row.channels or 0),
        started_at=row.start_time if isinstance(row.start_time, datetime) else None,
        duration_s=duration_s if duration_s >= 0 else None,
    )


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


@contextmanager
def _shape_errors(operation: str) -> Iterator[None]:
    """Translate what reading another shape than agreed raises. The cause is left out: it may quote the answer."""
    try:
        yield
    except (TwilioException, ValueError, KeyError, TypeError, AttributeError, InvalidInput):
        raise VendorBrokeContract("twilio", operation, reason="an answer of another shape") from None
