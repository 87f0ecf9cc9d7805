"""What the stand-in remembers: accounts, calls and recordings, and for how long each is visible."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from samples.scenario import Fault
from samples.twilio_standin.audio import Samples

if TYPE_CHECKING:
    from samples.twilio_standin.live import LiveCall
    from samples.twilio_standin.recorder import Recorder
    from samples.twilio_standin.room import Room

SOFT_DELETED_FOR: Final = timedelta(days=40)
"""How long Twilio keeps showing the metadata of a deleted recording to those who ask for it (consent.md B.5)."""


def new_sid(prefix: str) -> str:
    """Make a SID such as `CA` and 32 hex digits."""
    return prefix + secrets.token_hex(16)


@dataclass(slots=True, kw_only=True)
class Account:
    """One (sub)account with its credentials and its settings."""

    sid: str
    auth_token: str = field(repr=False)
    api_keys: dict[str, str] = field(default_factory=dict, repr=False)
    is_media_public: bool = False
    public_key_sid: str | None = None
    public_key_pem: bytes | None = None
    default_recording: dict[str, Any] | None = None
    status: str = "active"
    webhook_key: tuple[str, str] | None = field(default=None, repr=False)
    """Id and secret of a shared key: webhooks are then signed with it, by HMAC-SHA256."""
    sends_json: bool = False

    def accepts(self, user: str, password: str) -> bool:
        """Say whether these are its SID and token, or one of its API keys."""
        if user == self.sid:
            return secrets.compare_digest(password, self.auth_token)
        return user in self.api_keys and secrets.compare_digest(password, self.api_keys[user])


@dataclass(slots=True, kw_only=True)
class NumberEntry:
    """One telephone number of an account. `settings` are in REST's spelling; changes to those `ignored` do not last."""

    sid: str
    account_sid: str
    phone_number: str
    settings: dict[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class CallEntry:
    """One leg as the REST API shows it; `live` is there while it runs and after, for its timeline."""

    sid: str
    account_sid: str
    from_: str
    to: str
    direction: str
    status: str
    created_at: datetime
    parent_sid: str | None = None
    answered_by: str | None = None
    ended_at: datetime | None = None
    live: LiveCall | None = None


@dataclass(slots=True, kw_only=True)
class RecordingEntry:
    """One recording as the REST API shows it, and its sound once it is completed."""

    sid: str
    account_sid: str
    call_sid: str
    conference_sid: str | None
    recorder: Recorder
    started_at: datetime
    status: str = "in-progress"
    sound: Samples | None = None
    sealed: bytes | None = None
    encryption_details: dict[str, str] | None = None
    error_code: str = "0"
    deleted_at: datetime | None = None

    @property
    def duration_s(self) -> int | None:
        """Whole seconds of sound; None until it is completed."""
        return None if self.sound is None else round(len(self.sound) / 8000)


class Ledger:
    """All of it, behind one lock: REST requests come in while a call is being played."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.accounts: dict[str, Account] = {}
        self.calls: dict[str, CallEntry] = {}
        self.recordings: dict[str, RecordingEntry] = {}
        self.numbers: dict[str, NumberEntry] = {}
        self.rooms: dict[str, Room] = {}
        self._led_from: datetime | None = None
        self.faults: list[tuple[Fault, list[int]]] = []
        self.fetched: Counter[str] = Counter()
        """How often the sound of each recording was asked for."""
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Give the present, as far ahead as `advance` and the calls that lead it have put it."""
        return (self._led_from or datetime.now(UTC)) + self._ahead

    def lead(self) -> None:
        """Let calls carry this clock with them, and nothing else: simulated time is the time for all who ask it."""
        with self.lock:
            self._led_from = datetime.now(UTC)

    def advance(self, **ahead: float) -> None:
        """Let time pass, such as `advance(days=41)`."""
        with self.lock:
            self._ahead += timedelta(**ahead)

    def follow(self, at: datetime) -> None:
        """Let the present be this moment of a call, where calls lead the clock; a cut prompt takes it back a little."""
        with self.lock:
            if self._led_from is not None:
                self._ahead = at - self._led_from

    def forget(self) -> None:
        """Begin anew, as if nothing had ever happened."""
        with self.lock:
            self.accounts.clear()
            self.calls.clear()
            self.recordings.clear()
            self.numbers.clear()
            self.rooms.clear()
            self.faults.clear()
            self._ahead = timedelta(0)

    def add_account(self, account: Account) -> Account:
        """Open an account, or replace the one of that SID."""
        with self.lock:
            self.accounts[account.sid] = account
        return account

    def add_number(self, account: Account, phone_number: str, **settings: str) -> NumberEntry:
        """Give an account a number, pointed nowhere unless `settings` (such as `voice_url`) say where."""
        # A number keeps its SID as long as the account has it, so also when the stand-in is started again.
        sid = "PN" + hashlib.sha256(f"{account.sid}{phone_number}".encode()).hexdigest()[:32]
        entry = NumberEntry(sid=sid, account_sid=account.sid, phone_number=phone_number, settings=dict(settings))
        with self.lock:
            self.numbers[entry.sid] = entry
        return entry

    def list_recordings(self, account_sid: str, *, with_deleted: bool = False) -> Iterator[RecordingEntry]:
        """List an account's recordings, newest first."""
        with self.lock:
            found = [r for r in self.recordings.values() if r.account_sid == account_sid]
        for entry in sorted(found, key=lambda r: (r.started_at, r.sid), reverse=True):
            if entry.deleted_at is None or (with_deleted and self._is_still_shown(entry.deleted_at)):
                yield entry

    def find_recording(self, account_sid: str, sid: str, *, with_deleted: bool = False) -> RecordingEntry | None:
        """Find one recording of an account; a deleted one only when asked for, and only for 40 days."""
        return next((r for r in self.list_recordings(account_sid, with_deleted=with_deleted) if r.sid == sid), None)

    def find_call(self, account_sid: str, sid: str) -> CallEntry | None:
        """Find one call of an account."""
        with self.lock:
            entry = self.calls.get(sid)
        return entry if entry is not None and entry.account_sid == account_sid else None

    def add_fault(self, fault: Fault) -> None:
        """Fail the next requests that match."""
        with self.lock:
            self.faults.append((fault, [fault.times]))

    def _is_still_shown(self, deleted_at: datetime) -> bool:
        return self.now() - deleted_at < SOFT_DELETED_FOR
