"""Recordings at the stand-in for Twilio, put there without any callback being sent."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import numpy as np

from pipeline.model.tenant import Tenant
from samples.twilio_standin import Account, Standin
from samples.twilio_standin.ledger import CallEntry, RecordingEntry, new_sid
from samples.twilio_standin.live import LiveCall
from samples.twilio_standin.recorder import Recorder, RecorderSettings


class AtTwilio:
    """A tenant's account at a stand-in."""

    def __init__(self, standin: Standin, owner: Tenant) -> None:
        self.standin, self.ledger = standin, standin.ledger
        self.account = standin.add_account(Account(sid=owner.account_sid or "", auth_token=owner.secrets.auth_token))

    def record(
        self,
        call_sid: str = "",
        *,
        sid: str = "",
        status: str = "completed",
        ago: timedelta = timedelta(minutes=5),
        error_code: str = "0",
        source: str = "StartCallRecordingTwiML",
    ) -> RecordingEntry:
        """A recording that ended, of a call the product may know or not."""
        entry = RecordingEntry(
            sid=sid or new_sid("RE"),
            account_sid=self.account.sid,
            call_sid=call_sid or "CA" + secrets.token_hex(16),
            conference_sid=None,
            recorder=Recorder(RecorderSettings(source=source), 0.0, stopped_s=6.0),
            started_at=self.now() - ago,
            status=status,
            sound=np.full((48_000, 2), 1000, dtype=np.int16) if status == "completed" else None,
            error_code=error_code,
        )
        self.ledger.recordings[entry.sid] = entry
        return entry

    def run(self, call_sid: str = "", *, source: str = "StartCallRecordingTwiML") -> RecordingEntry:
        """A recorder that runs on a call, since just now."""
        sid = call_sid or "CA" + secrets.token_hex(16)
        live = LiveCall(
            ledger=self.ledger, account=self.account, call_sid=sid, started_at=self.now(), post=lambda _: None
        )
        self.ledger.calls[sid] = CallEntry(
            sid=sid,
            account_sid=self.account.sid,
            from_="+12125550142",
            to="+13035550100",
            direction="inbound",
            status="in-progress",
            created_at=self.now(),
            live=live,
        )
        return live.start_recorder(RecorderSettings(source=source))

    def now(self) -> datetime:
        """The stand-in's present."""
        return self.ledger.now()

    def live(self) -> set[str]:
        """The recordings that Twilio lists without being asked for deleted ones."""
        return {entry.sid for entry in self.ledger.list_recordings(self.account.sid)}
