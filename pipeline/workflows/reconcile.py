"""Comparing with the vendor: by hand, and by itself once an hour for each tenant, however many workers there are.

An hour's comparison is a durable workflow whose id is the tenant and the hour, so naming it again starts nothing, and
one whose worker died is taken up by another.
"""

from __future__ import annotations

from datetime import datetime

from pipeline.decisions.subject_requests import alert_late
from pipeline.intake.accept_recording import RecordingNews, accept_recording
from pipeline.model.ids import TenantId
from pipeline.ports.clock import Clock
from pipeline.ports.queue import WorkQueue
from pipeline.ports.recordings import RecordingsVendor, VendorRecording
from pipeline.steps.context import Receipt
from pipeline.steps.reconcile import Reconciling
from pipeline.steps.reconcile import reconcile as reconcile_step
from pipeline.store.session import Transaction
from pipeline.store.system_session import list_tenants
from pipeline.store.vault import Vault
from pipeline.workflows.queue import DurableQueue


def reconcile_tenant(
    vault: Vault, vendor: RecordingsVendor, queue: WorkQueue, tenant: TenantId, *, since: datetime | None = None
) -> Receipt:
    """Compare one tenant's recordings with the vendor's; news is taken up as from a callback.

    Raises:
        NotFound: no such tenant.
        VendorError: the vendor could not be asked, or did not do what it was asked.
    """

    def accept(tx: Transaction, theirs: VendorRecording) -> None:
        accept_recording(tx, _news(theirs), queue=queue)

    return reconcile_step(Reconciling(vault=vault, vendor=vendor, accept=accept), tenant, since=since)


class Hourly:
    """Enqueues each tenant's comparison of the hour, and notes which people's requests are late."""

    def __init__(self, vault: Vault, queue: DurableQueue, clock: Clock) -> None:
        self._vault, self._queue, self._clock = vault, queue, clock
        self._enqueued = ""

    def enqueue_due(self) -> int:
        """Enqueue this hour's comparisons unless that was done; count the tenants named.

        Raises:
            StoreUnreachable: the database cannot be reached; what was not enqueued will be at the next look.
        """
        hour = f"{self._clock.now():%Y%m%dT%H}"
        if hour == self._enqueued:
            return 0
        tenants = list_tenants(self._vault.database, with_key=True)
        for tenant in tenants:
            with self._vault.database.transaction(tenant) as tx:
                self._queue.enqueue_reconciliation(tx, tenant, hour=hour)
                alert_late(tx, tx.now.date(), actor="system")
        self._enqueued = hour
        return len(tenants)


def _news(theirs: VendorRecording) -> RecordingNews:
    return RecordingNews(
        recording_sid=theirs.recording_sid,
        call_sid=theirs.call_sid,
        status="in-progress" if theirs.status == "paused" else theirs.status,
        source=theirs.source,
        channels=theirs.channels,
        started_at=theirs.started_at,
        duration_s=theirs.duration_s,
        error_code=theirs.error_code or 0,
        encryption=theirs.encryption,
    )
