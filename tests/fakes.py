"""Real classes that fill ports, for what would leave the building. They keep what they were asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipeline.model.errors import StoreUnreachable, VendorUnavailable
from pipeline.model.ids import RecordingId, TenantId
from pipeline.ports.keys import WrappedKey
from pipeline.ports.recordings import VendorAccount, VendorRecording


class NotedQueue:
    """A work queue that notes what it was asked to start; it can be switched off, as a full disk would."""

    def __init__(self) -> None:
        self.enqueued: list[tuple[TenantId, RecordingId]] = []
        self.is_broken = False

    def enqueue_recording(self, tx: Any, tenant: TenantId, recording: RecordingId) -> None:
        if self.is_broken:
            raise StoreUnreachable("queue")
        self.enqueued.append((tenant, recording))


class NotedRecordings:
    """A telephony vendor that notes which recorders were started and stopped, and can be down."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.stopped: list[str] = []
        self.callbacks: list[str] = []
        self.running: set[str] = set()
        self.paused: set[str] = set()
        self.is_down = False

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

    def fetch_media(self, account: VendorAccount, recording_sid: str, *, channels: int) -> bytes:
        self._answer("fetch media")
        return b""

    def delete(self, account: VendorAccount, recording_sid: str) -> None:
        self._answer("delete")

    def is_gone(self, account: VendorAccount, recording_sid: str) -> bool:
        self._answer("check deletion")
        return True

    def list_recordings(
        self, account: VendorAccount, *, since: datetime, call_sid: str | None = None
    ) -> tuple[VendorRecording, ...]:
        self._answer("list recordings")
        return ()

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

    def destroy_tenant_key(self, tenant: TenantId) -> None:
        raise VendorUnavailable("keeper", "destroy tenant key")
