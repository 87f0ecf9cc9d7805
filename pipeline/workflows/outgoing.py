"""Telling tenants' own servers what happened: read from the audit log, so that nothing is told that is not noted.

Each endpoint remembers up to which entry of the log was looked for it. A failed attempt names the next one, later each
time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from dbos import DBOS

from pipeline.model.errors import NotPermitted, PipelineError, StoreUnreachable
from pipeline.model.ids import TenantId, new_id
from pipeline.model.outgoing import Delivery, DeliveryState, Endpoint, Happened, body_of, happened
from pipeline.steps.context import StepContext
from pipeline.steps.deliver_event import deliver_event
from pipeline.store.audit import list_events
from pipeline.store.session import Transaction
from pipeline.store.system_session import list_tenants_with_endpoints
from pipeline.store.vault import Vault
from pipeline.store.webhook_deliveries import add_deliveries
from pipeline.store.webhook_endpoints import list_endpoints, lock_endpoint, mark_seen
from pipeline.telemetry import log
from pipeline.workflows import observed
from pipeline.workflows.queue import DELIVER_EVENT, DELIVERIES, DurableQueue

type Step = Callable[..., Any]

_SERVERS_AT_ONCE: Final = 4
_AT_ONCE: Final = 1_000
"""Entries of a tenant's log that are looked at in one transaction."""


def register_deliveries(context: StepContext, version: str, durable: Callable[[str, Step], Step]) -> None:
    """Let the engine make attempts; `durable` makes a checkpointed step of a function, by the name it is kept under."""
    queue = DurableQueue(context.vault.database, version=version)

    def once(tenant: str, delivery: str, attempt: int) -> dict[str, Any]:
        if context.events is None:
            raise NotPermitted("this worker has no way to tenants' servers")
        return dict(deliver_event(context.vault, context.events, TenantId(tenant), delivery, attempt))

    def name_next(tenant: str, delivery: str, attempt: int, delay_s: int) -> None:
        with context.vault.database.transaction(TenantId(tenant)) as tx:
            queue.enqueue_delivery(tx, TenantId(tenant), delivery, attempt=attempt, delay_s=delay_s)

    attempt_once, name_next_attempt = durable("deliver_event", once), durable("name_next_attempt", name_next)

    @observed.workflow(DELIVER_EVENT)
    def delivering(tenant: str, delivery: str, attempt: int) -> dict[str, Any]:
        receipt: dict[str, Any] = attempt_once(tenant, delivery, attempt)
        if receipt["next_in_s"] is not None:
            name_next_attempt(tenant, delivery, attempt + 1, receipt["next_in_s"])
        return receipt


def register_delivery_queue() -> None:
    """Let attempts be taken up; a slow server of one tenant keeps those of others waiting no longer than its share."""
    DBOS.register_queue(
        DELIVERIES, worker_concurrency=_SERVERS_AT_ONCE, polling_interval_sec=1.0, on_conflict="always_update"
    )


class OutgoingWatch:
    """Looks through the logs of tenants that have endpoints, and names what is to be told."""

    def __init__(self, vault: Vault, queue: DurableQueue) -> None:
        self._vault, self._queue = vault, queue

    def enqueue_due(self) -> int:
        """Name what happened since the last look; count the deliveries named.

        A tenant that cannot be read, such as one whose key is away, keeps no other from being told.

        Raises:
            StoreUnreachable: the database cannot be reached; nothing is skipped.
        """
        found = 0
        for tenant in list_tenants_with_endpoints(self._vault.database):
            try:
                found += self._tell(tenant)
            except StoreUnreachable:
                raise
            except PipelineError as error:
                log().warning("events.not_enqueued", tenant=tenant, error=type(error).__name__)
        return found

    def _tell(self, tenant: TenantId) -> int:
        with self._vault.database.transaction(tenant) as tx:
            endpoints = [
                lock_endpoint(tx, e.id, keys=self._vault.keys) for e in list_endpoints(tx, keys=self._vault.keys)
            ]
            first = min((endpoint.seen_seq for endpoint in endpoints), default=0)
            last, told = first, []
            for number, event in enumerate(list_events(tx, after=first), start=1):
                last = event.entry.seq
                found = happened(event.entry)
                told += [_delivery(tx, e, found) for e in endpoints if found and _wants(e, found)]
                if number == _AT_ONCE:
                    break
            added = add_deliveries(tx, told)
            for delivery in added:
                self._queue.enqueue_delivery(tx, tenant, delivery, attempt=1)
            for endpoint in endpoints:
                mark_seen(tx, endpoint.id, max(last, endpoint.seen_seq))
            return len(added)


def _wants(endpoint: Endpoint, found: Happened) -> bool:
    return found.kind in endpoint.events and found.seq > endpoint.seen_seq


def _delivery(tx: Transaction, endpoint: Endpoint, found: Happened) -> Delivery:
    id = new_id("whd")
    return Delivery(
        id=id,
        endpoint=endpoint.id,
        kind=found.kind,
        seq=found.seq,
        body=body_of(id, found.kind, tenant=tx.tenant, at=found.at, ids=found.ids),
        state=DeliveryState.WAITING,
        attempts=0,
        created_at=tx.now,
        next_at=tx.now,
    )
