"""What failed because somebody was away is tried again by itself, ever more rarely, before a person has to ask for it.

A step tries for less than a minute, so that it keeps no other work waiting. After that its recording has failed, which
people see; if the reason is one that passes, work begins anew a minute later, and then after ever longer waits. A
workflow that could not even note its failure, because the database was away, is begun anew too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound, PipelineError
from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.model.recording import Recording, RecordingState
from pipeline.ports.clock import Clock
from pipeline.store.audit import add_event
from pipeline.store.endings import list_endings_of
from pipeline.store.recordings import begin_again, get_recording, merge_facts, read_facts
from pipeline.store.reviews import set_aside
from pipeline.store.session import Transaction
from pipeline.store.system_session import list_tenants
from pipeline.store.unfinished import list_failed_because_of
from pipeline.store.vault import Vault
from pipeline.telemetry import log
from pipeline.workflows.queue import DurableQueue

WAITS: Final = tuple(timedelta(minutes=m) for m in (0, 5, 20, 60, 240, 720))
"""Before each new try, from the one before it; after the last one a person decides."""
_PASSING: Final = ("VendorUnavailable", "StoreUnreachable", "StoreCannotWrite")
_AT_ONCE: Final = 200
_AT_WORK: Final = frozenset({RecordingState.COMPLETED, RecordingState.AUTHORISED, RecordingState.CAPTURED})


class Again:
    """Looks for work that ended and should not have, and begins it anew."""

    def __init__(self, vault: Vault, queue: DurableQueue, clock: Clock) -> None:
        self._vault, self._queue, self._clock = vault, queue, clock

    def enqueue_due(self) -> int:
        """Begin anew what is due; count it.

        Raises:
            StoreUnreachable: the database cannot be reached; what was not begun will be at the next look.
        """
        begun = 0
        for tenant in list_tenants(self._vault.database, with_key=True):
            with self._vault.database.transaction(tenant) as tx:
                for recording in list_failed_because_of(tx, _PASSING, limit=_AT_ONCE):
                    begun += self._try_again(tx, recording)
        return begun + self._take_up_lost()

    def _try_again(self, tx: Transaction, recording: Recording) -> bool:
        """Begin work on a failed recording anew, unless it is too early, too often, or it is to be purged."""
        noted = read_facts(tx, recording.id)
        tries, last = int(noted.get("tries_again", 0)), noted.get("tried_again_at")
        if tries >= len(WAITS) or (last and tx.now - datetime.fromisoformat(last) < WAITS[tries]):
            return False
        if list_endings_of(tx, recording=recording.id, call=recording.call):
            return False
        was = begin_again(tx, recording.id)
        set_aside(tx, recording.id)
        merge_facts(tx, recording.id, {"tries_again": tries + 1, "tried_again_at": tx.now.isoformat()})
        facts = {"was": was.state.value, "because_of": was.reason, "attempt": tries + 1}
        add_event(tx, AuditTag.RECORDING_RETRIED, actor="system", target=recording.id, facts=facts)
        self._queue.enqueue_retry(tx, tx.tenant, recording.id, cause=f"again:{tries + 1}")
        return True

    def _take_up_lost(self) -> int:
        """Begin anew what ended in an error of its own within the last hours; once an hour each at most."""
        now, begun = self._clock.now(), 0
        for kind, tenant, target in self._queue.list_broken(since=now - timedelta(hours=6)):
            try:
                with self._vault.database.transaction(TenantId(tenant)) as tx:
                    begun += self._take_up(tx, kind, target, hour=f"{now:%Y%m%dT%H}")
            except NotFound:
                continue
            except PipelineError as error:
                log().warning("again.not_begun", tenant=tenant, error=type(error).__name__)
        return begun

    def _take_up(self, tx: Transaction, kind: str, target: str, *, hour: str) -> bool:
        if kind == "call":
            self._queue.enqueue_call(tx, tx.tenant, CallId(target), delay_s=0, cause=f"again:{hour}")
            return True
        if get_recording(tx, RecordingId(target)).state not in _AT_WORK:
            return False
        self._queue.enqueue_retry(tx, tx.tenant, RecordingId(target), cause=f"again:{hour}")
        return True
