"""Callbacks on their way: in order once, or late, twice, backwards, held or lost when the scenario says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from samples.scenario import Disorder
from samples.twilio_standin.delivery import Courier, Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A callback that is to be sent; `event` is such as `recording.completed`."""

    event: str
    url: str
    params: Mapping[str, str]
    method: str = "POST"


class Outbox:
    """Callbacks of one call. Whoever plays the call sends them, so that nothing is sent inside a REST request."""

    def __init__(self, courier: Courier, disorder: Disorder) -> None:
        self._courier, self._disorder = courier, disorder
        self._lock = threading.Lock()
        self._waiting: list[Callback] = []
        self._late: list[Callback] = []
        self._held: list[Callback] = []
        self.delivered: list[Delivery] = []

    def add(self, callback: Callback) -> None:
        """Take one; it is sent at the next `drain`."""
        with self._lock:
            if self._is_in(self._disorder.lost, callback):
                return
            if self._is_in(self._disorder.held, callback):
                self._held.append(callback)
            elif self._is_in(self._disorder.late, callback) or self._disorder.is_reversed:
                self._late.append(callback)
            else:
                self._waiting.append(callback)

    def drain(self) -> None:
        """Send what is due."""
        with self._lock:
            due, self._waiting = self._waiting, []
        self._send(due)

    def finish(self) -> None:
        """Send what is left at the end of the call: the rest first, then the late ones; backwards if asked for."""
        self.drain()
        with self._lock:
            due, self._late = self._late, []
        self._send(due[::-1] if self._disorder.is_reversed else due)

    def release_held(self) -> None:
        """Send what was held back, as when Twilio recovers long after the call."""
        with self._lock:
            due, self._held = self._held, []
        self._send(due)

    @property
    def held(self) -> tuple[Callback, ...]:
        """What was held back, in the order in which it happened."""
        with self._lock:
            return tuple(self._held)

    def _send(self, due: list[Callback]) -> None:
        for callback in due:
            for _ in range(2 if self._is_in(self._disorder.twice, callback) else 1):
                self.delivered.append(
                    self._courier.send(callback.event, callback.url, callback.params, method=callback.method)
                )

    @staticmethod
    def _is_in(patterns: tuple[str, ...], callback: Callback) -> bool:
        return any(fnmatchcase(callback.event, pattern) for pattern in patterns)


Post = Callable[[Callback], None]
