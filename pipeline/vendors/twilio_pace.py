"""How fast one account is asked: so many requests at a time, and none before the time that Twilio named.

Twilio limits each subaccount by itself and answers 429 to what is too much; asking on makes that worse for all of the
account's calls. Source: infra/decisions/0012-twilio-is-asked-at-its-pace.md
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import SystemRandom
from typing import Final

from pipeline.model.errors import VendorUnavailable

_LONGEST_BELIEVED_S: Final = 900
"""A `Retry-After` beyond this is cut: a garbled one must not silence an account for a day."""
_random: Final = SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often, how long and how many at a time. `budget_s` counts from the first attempt to the start of the last."""

    attempts: int = 3
    budget_s: float = 8
    first_wait_s: float = 0.25
    longest_wait_s: float = 4
    at_once: int = 8

    def wait_s(self, failures: int) -> float:
        """Draw how long to wait after so many failures: anything up to a bound that doubles (full jitter)."""
        return _random.uniform(0, min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(failures, 30)))


@dataclass(slots=True)
class _Pace:
    changed: threading.Condition = field(default_factory=threading.Condition)
    running: int = 0
    refusals: int = 0
    not_before: float = 0


class Paces:
    """The pace of every account, by its SID. Safe between threads."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self._by_account: defaultdict[str, _Pace] = defaultdict(_Pace)
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, account_sid: str, operation: str, *, until: float) -> Iterator[None]:
        """Wait for the account's turn and hold it.

        Args:
            account_sid: whose turn.
            operation: for the error's words.
            until: the latest moment (monotonic clock) at which waiting makes sense.

        Raises:
            VendorUnavailable: the turn does not come in time; nothing was asked.
        """
        pace = self._of(account_sid)
        with pace.changed:
            self._wait(pace, operation, until)
            pace.running += 1
        try:
            yield
        finally:
            with pace.changed:
                pace.running -= 1
                pace.changed.notify_all()

    def note(self, account_sid: str, status: int, retry_after: str | None) -> None:
        """Take note of an answer: 429 makes the account wait, anything else ends the waiting."""
        pace = self._of(account_sid)
        with pace.changed:
            if status == 429:
                asked_s = read_retry_after(retry_after)
                wait_s = self.patience.wait_s(pace.refusals) if asked_s is None else asked_s
                pace.refusals += 1
                pace.not_before = max(pace.not_before, time.monotonic() + wait_s)
            else:
                pace.refusals = 0
            pace.changed.notify_all()

    def _wait(self, pace: _Pace, operation: str, until: float) -> None:
        while True:
            now = time.monotonic()
            # After a refusal one request goes ahead alone: all at once would be refused together.
            is_free = pace.running < (1 if pace.refusals else self.patience.at_once)
            if is_free and now >= pace.not_before:
                return
            if now >= until or pace.not_before > until:
                raise VendorUnavailable("twilio", operation, reason="the account has to wait")
            pace.changed.wait(min(until, pace.not_before) - now if pace.not_before > now else until - now)

    def _of(self, account_sid: str) -> _Pace:
        with self._lock:
            return self._by_account[account_sid]


def read_retry_after(text: str | None) -> float | None:
    """Read a `Retry-After` in seconds or as a date; None where there is none that can be read."""
    if not text:
        return None
    try:
        asked_s = float(text) if text.strip().isdigit() else _until(parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        return None
    return min(max(asked_s, 0), _LONGEST_BELIEVED_S)


def _until(at: datetime) -> float:
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
