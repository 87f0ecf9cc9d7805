"""Real classes that fill ports, for what would leave the building. They keep what they were asked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pipeline.model.errors import NotFound, StoreUnreachable, VendorUnavailable
from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.ports.keys import TenantKey, WrappedKey
from pipeline.ports.recordings import FetchedMedia, VendorAccount, VendorRecording
from pipeline.ports.telephony import NumberUrls, OutboundCall, VendorNumber


class NotedQueue:
    """A work queue that notes what it was asked to start; it can be switched off, as a full disk would."""

    def __init__(self) -> None:
        self.enqueued: list[tuple[TenantId, RecordingId]] = []
        self.ended: list[tuple[TenantId, CallId, int]] = []
        self.purges: list[tuple[TenantId, RecordingId, str]] = []
        self.judged: list[tuple[RecordingId, str]] = []
        self.deliveries: list[tuple[str, int, int]] = []
        self.retried: list[tuple[RecordingId, str]] = []
        self.answers: list[tuple[str, tuple[RecordingId, ...]]] = []
        self.cases: list[tuple[str, str]] = []
        self.parents: dict[RecordingId, str] = {}
        self.renderings: list[tuple[RecordingId, str]] = []
        self.is_broken = False

    def enqueue_case(self, tx: Any, tenant: TenantId, sample: str, *, cause: str) -> None:
        if self.is_broken:
            raise StoreUnreachable("queue")
        self.cases.append((sample, cause))

    def enqueue_rendering(self, tx: Any, tenant: TenantId, recording: RecordingId, *, cause: str, delay_s: int) -> None:
        if (recording, cause) not in self.renderings:
            self.renderings.append((recording, cause))

    def enqueue_recording(self, tx: Any, tenant: TenantId, recording: RecordingId) -> None:
        if self.is_broken:
            raise StoreUnreachable("queue")
        self.enqueued.append((tenant, recording))

    def enqueue_recordings(
        self, tx: Any, tenant: TenantId, recordings: Sequence[RecordingId], *, parents: Any = None
    ) -> None:
        for recording in recordings:
            self.enqueue_recording(tx, tenant, recording)
        self.parents |= parents or {}

    def enqueue_call(self, tx: Any, tenant: TenantId, call: CallId, *, delay_s: int, cause: str = "ended") -> None:
        if self.is_broken:
            raise StoreUnreachable("queue")
        self.ended.append((tenant, call, delay_s))

    def enqueue_purge(self, tx: Any, tenant: TenantId, recording: RecordingId, *, cause: str) -> None:
        if self.is_broken:
            raise StoreUnreachable("queue")
        self.purges.append((tenant, recording, cause))

    def enqueue_judging(self, tx: Any, tenant: TenantId, recording: RecordingId, *, cause: str) -> None:
        if self.is_broken:
            raise StoreUnreachable("queue")
        self.judged.append((recording, cause))

    def enqueue_delivery(self, tx: Any, tenant: TenantId, delivery: str, *, attempt: int, delay_s: int = 0) -> None:
        if self.is_broken:
            raise StoreUnreachable("queue")
        self.deliveries.append((delivery, attempt, delay_s))

    def enqueue_retry(self, tx: Any, tenant: TenantId, recording: RecordingId, *, cause: str) -> None:
        if self.is_broken:
            raise StoreUnreachable("queue")
        self.retried.append((recording, cause))

    def enqueue_answer(
        self, tx: Any, tenant: TenantId, request: str, *, cause: str, also: Sequence[RecordingId] = ()
    ) -> None:
        if self.is_broken:
            raise StoreUnreachable("queue")
        self.answers.append((request, tuple(also)))


class NotedRecordings:
    """A telephony vendor that notes which recorders were started and stopped, and can be down."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.stopped: list[str] = []
        self.callbacks: list[str] = []
        self.running: set[str] = set()
        self.paused: set[str] = set()
        self.is_down = False
        self.is_down_for: Callable[[str], bool] = lambda operation: False

    def start(self, account: VendorAccount, call_sid: str, *, callback_url: str) -> str:
        self._answer("start")
        self.started.append(call_sid)
        self.callbacks.append(callback_url)
        self.running.add(call_sid)
        return "RE" + call_sid[2:]

    def stop(self, account: VendorAccount, call_sid: str) -> bool:
        self._answer("stop")
        self.stopped.append(call_sid)
        was_running = call_sid in self.running
        self.running.discard(call_sid)
        return was_running

    def pause(self, account: VendorAccount, call_sid: str) -> str | None:
        self._answer("pause")
        if call_sid not in self.running:
            return None
        self.paused.add(call_sid)
        return "RE" + call_sid[2:]

    def resume(self, account: VendorAccount, call_sid: str) -> str | None:
        self._answer("resume")
        if call_sid not in self.running:
            return None
        self.paused.discard(call_sid)
        return "RE" + call_sid[2:]

    def fetch_media(self, account: VendorAccount, recording_sid: str, *, channels: int) -> FetchedMedia:
        self._answer("fetch media")
        return FetchedMedia(body=b"", sha256=hashlib.sha256().hexdigest())

    def delete(self, account: VendorAccount, recording_sid: str) -> None:
        self._answer("delete")

    def is_gone(self, account: VendorAccount, recording_sid: str) -> bool:
        self._answer("check deletion")
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
        self._answer("list recordings")
        return ()

    def _answer(self, operation: str) -> None:
        if self.is_down or self.is_down_for(operation):
            raise VendorUnavailable("twilio", operation)


class NotedTelephony:
    """A telephony vendor's numbers, calls and rooms in memory, which notes what was asked of it and can be down."""

    def __init__(self) -> None:
        self.numbers: dict[str, VendorNumber] = {}
        self.placed: list[OutboundCall] = []
        self.redirected: list[tuple[str, str]] = []
        self.ended: list[str] = []
        self.announced: list[tuple[str, str]] = []
        self.rooms: dict[str, list[str]] = {}
        """Conference SID to the legs in it."""
        self.over: set[str] = set()
        """Calls and rooms that are over."""
        self.public_media: set[str] = set()
        self.missing_media: set[str] = set()
        self.records_by_default = False
        self.is_deaf = False
        """Takes a number's addresses and forgets them."""
        self.is_down = False

    def list_numbers(self, account: VendorAccount) -> tuple[VendorNumber, ...]:
        self._answer("list numbers")
        return tuple(self.numbers.values())

    def point_number(self, account: VendorAccount, number_sid: str, urls: NumberUrls) -> VendorNumber:
        self._answer("point number")
        if number_sid not in self.numbers:
            raise NotFound
        if not self.is_deaf:
            is_set = all((urls.voice, urls.fallback, urls.status))
            self.numbers[number_sid] = replace(self.numbers[number_sid], urls=urls if is_set else None)
        return self.numbers[number_sid]

    def place_call(self, account: VendorAccount, call: OutboundCall) -> str:
        self._answer("place call")
        self.placed.append(call)
        return "CA" + f"{len(self.placed):032x}"

    def redirect_call(self, account: VendorAccount, call_sid: str, *, url: str) -> None:
        self._answer("redirect call")
        if call_sid in self.over:
            raise NotFound
        self.redirected.append((call_sid, url))

    def end_call(self, account: VendorAccount, call_sid: str) -> None:
        self._answer("end call")
        if call_sid not in self.over:
            self.ended.append(call_sid)
            self.over.add(call_sid)

    def announce(self, account: VendorAccount, conference_sid: str, *, url: str) -> None:
        self._answer("announce")
        if conference_sid in self.over or conference_sid not in self.rooms:
            raise NotFound
        self.announced.append((conference_sid, url))

    def list_participants(self, account: VendorAccount, conference_sid: str) -> tuple[str, ...]:
        self._answer("list participants")
        if conference_sid in self.over or conference_sid not in self.rooms:
            raise NotFound
        return tuple(self.rooms[conference_sid])

    def is_media_protected(self, account: VendorAccount, recording_sid: str) -> bool:
        self._answer("check protection")
        if recording_sid in self.missing_media:
            raise NotFound
        return recording_sid not in self.public_media

    def has_default_recording(self, account: VendorAccount) -> bool:
        self._answer("check default recording")
        return self.records_by_default

    def _answer(self, operation: str) -> None:
        if self.is_down:
            raise VendorUnavailable("twilio", operation)


class KeeperIsAway:
    """A keeper of keys that cannot be reached."""

    def create_tenant_key(self, tenant: TenantId) -> None:
        raise VendorUnavailable("keeper", "create tenant key")

    def new_data_key(self, tenant: TenantId, context: Mapping[str, str]) -> tuple[bytes, WrappedKey]:
        raise VendorUnavailable("keeper", "new data key")

    def unwrap(self, tenant: TenantId, wrapped: WrappedKey, context: Mapping[str, str]) -> bytes:
        raise VendorUnavailable("keeper", "unwrap")

    def digest_key(self, tenant: TenantId) -> bytes:
        raise VendorUnavailable("keeper", "digest key")

    def list_tenant_keys(self, tenant: TenantId) -> tuple[TenantKey, ...]:
        raise VendorUnavailable("keeper", "list tenant keys")

    def rotate_tenant_key(self, tenant: TenantId) -> str:
        raise VendorUnavailable("keeper", "rotate tenant key")

    def destroy_tenant_key(self, tenant: TenantId) -> None:
        raise VendorUnavailable("keeper", "destroy tenant key")
