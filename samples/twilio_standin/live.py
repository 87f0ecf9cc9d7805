"""A call while it runs: its clock, its sound, its recorders, and what the REST API asks of it meanwhile."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Final, Literal

from samples.scenario import Encryption
from samples.twilio_standin.audio import Timeline, is_silent
from samples.twilio_standin.callbacks import Callback, Post
from samples.twilio_standin.ledger import Account, Ledger, RecordingEntry, new_sid
from samples.twilio_standin.recorder import Recorder, RecorderSettings
from samples.twilio_standin.sealing import seal

API: Final = "https://api.twilio.com"
SILENT_RECORDING: Final = "16102"
NO_VALID_KEY: Final = "16105"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUpdate:
    """What `POST /Calls/{sid}` asked for: another document, an address to get one from, or the end."""

    twiml: str | None = None
    url: str | None = None
    method: str = "POST"
    status: str | None = None


class LiveCall:
    """The simulated time and sound of a call, shared by all its legs that are connected."""

    def __init__(self, *, ledger: Ledger, account: Account, call_sid: str, started_at: datetime, post: Post) -> None:
        self.ledger, self.account, self.call_sid, self.started_at = ledger, account, call_sid, started_at
        self.now_s = 0.0
        self.timeline = Timeline()
        self.updates: deque[CallUpdate] = deque()
        self.encryption: Encryption | None = None
        self.is_recordable_by_rest = True
        self.is_order_reversed = False
        self.recording_host = API
        self.changed = threading.Event()
        self.carries: LiveCall | None = None
        self.trunk_sids: set[str] = set()
        self._post = post

    def at(self, seconds: float) -> datetime:
        """Give the moment that lies so many simulated seconds after the call's start."""
        return self.started_at + timedelta(seconds=seconds)

    def advance(self, seconds: float) -> None:
        """Let simulated time pass, also for the call that waits while this one is screened."""
        with self.ledger.lock:
            self.now_s += seconds
            if self.carries is not None:
                self.carries.now_s += seconds
        self.ledger.follow(self.at(self.now_s))

    def running(self) -> list[RecordingEntry]:
        """List the recordings of this call that have not been stopped, oldest first."""
        with self.ledger.lock:
            mine = [r for r in self.ledger.recordings.values() if self._is_mine(r)]
        return [r for r in mine if r.recorder.is_running]

    def is_capturing(self) -> bool:
        """Say whether anything that is said now goes into a recording."""
        return any(r.recorder.paused is None for r in self.running())

    def start_recorder(self, settings: RecorderSettings, *, conference_sid: str | None = None) -> RecordingEntry:
        """Start to record from now; a second start of the same kind silently changes nothing.

        What a trunk records hangs on the trunk's own call.
        """
        with self.ledger.lock:
            for entry in self.running():
                if entry.recorder.settings.source == settings.source:
                    return entry
            entry = RecordingEntry(
                sid=new_sid("RE"),
                account_sid=self.account.sid,
                call_sid=self._trunk() if settings.source == "Trunking" else self.call_sid,
                conference_sid=conference_sid,
                recorder=Recorder(settings, self.now_s),
                started_at=self.at(self.now_s),
            )
            self.ledger.recordings[entry.sid] = entry
        self._tell(entry, "in-progress")
        return entry

    def _trunk(self) -> str:
        sid = new_sid("CA")
        self.trunk_sids.add(sid)
        return sid

    def _is_mine(self, entry: RecordingEntry) -> bool:
        return entry.call_sid == self.call_sid or entry.call_sid in self.trunk_sids

    def change_recorder(self, entry: RecordingEntry, status: str, behaviour: Literal["silence", "skip"]) -> None:
        """Pause, resume or stop now."""
        with self.ledger.lock:
            if status == "paused":
                entry.recorder.pause(self.now_s, behaviour)
                entry.status = "paused"
            elif status == "in-progress":
                entry.recorder.resume(self.now_s)
                entry.status = "in-progress"
            else:
                entry.recorder.stop(self.now_s)
                entry.status = "stopped"
        self.changed.set()

    def complete_recordings(self, *, only: RecordingEntry | None = None) -> None:
        """Stop what still runs, cut the sound, and tell who asked to be told."""
        with self.ledger.lock:
            mine = [r for r in self.ledger.recordings.values() if self._is_mine(r) and r.sound is None]
        for entry in mine:
            if only is None or entry is only:
                entry.recorder.stop(self.now_s)
                self._store(entry)
                self._tell(entry, entry.status)

    def _store(self, entry: RecordingEntry) -> None:
        with self.ledger.lock:
            entry.sound = entry.recorder.capture(self.timeline)
            entry.status = "completed"
            if is_silent(entry.sound):
                entry.status, entry.error_code, entry.sound = "absent", SILENT_RECORDING, entry.sound[:0]
            elif self.encryption is not None and self.account.public_key_pem is None:
                entry.status, entry.error_code, entry.sound = "absent", NO_VALID_KEY, entry.sound[:0]
            elif self.encryption is not None:
                entry.sealed, entry.encryption_details = seal(entry.sound, self.account, self.encryption.spelling)

    def _tell(self, entry: RecordingEntry, status: str) -> None:
        settings = entry.recorder.settings
        if settings.callback and status in settings.callback_events:
            params = callback_params(entry, status, host=self.recording_host)
            self._post(
                Callback(
                    event=f"recording.{status}", url=settings.callback, params=params, method=settings.callback_method
                )
            )


def callback_params(entry: RecordingEntry, status: str, *, host: str = API) -> Mapping[str, str]:
    """Write what a recording callback says (consent.md B.4)."""
    params = {
        "AccountSid": entry.account_sid,
        "CallSid": entry.call_sid,
        "RecordingSid": entry.sid,
        "RecordingUrl": f"{host}/2010-04-01/Accounts/{entry.account_sid}/Recordings/{entry.sid}",
        "RecordingStatus": status,
        "RecordingChannels": str(entry.recorder.settings.channels),
        "RecordingStartTime": format_datetime(entry.started_at),
        "RecordingSource": entry.recorder.settings.source,
        "RecordingTrack": entry.recorder.settings.track,
        "ErrorCode": entry.error_code,
    }
    if entry.conference_sid:
        params["ConferenceSid"] = entry.conference_sid
    if status == "completed":
        params["RecordingDuration"] = str(entry.duration_s)
    if entry.encryption_details and status == "completed":
        params["EncryptionDetails"] = json.dumps(entry.encryption_details)
    return params
