"""Disposing by itself once a night for each tenant, however many workers there are; and one recording when asked.

A night's run is a durable workflow whose id is the tenant and the day, so naming it again starts nothing, and one whose
worker died is taken up by another. What the ledger says must be gone is looked for when a worker starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from pipeline.model.errors import NotFound, PipelineError, StoreError
from pipeline.model.ids import RecordingId, TenantId
from pipeline.ports.clock import Clock
from pipeline.steps.closure import advance_closure
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.purge import purge_recording
from pipeline.steps.replay_ledger import replay_ledger
from pipeline.steps.retention import foresee, run_retention
from pipeline.store.closures import find_closure
from pipeline.store.ledger import list_ledger_tenants
from pipeline.store.system_session import list_tenants
from pipeline.store.vault import Vault
from pipeline.telemetry import log
from pipeline.workflows.queue import DurableQueue

_FROM_HOUR: Final = 2
"""Runs begin at this hour (UTC): the day before is over, and few people call."""


def retain_tenant(context: StepContext, tenant: TenantId) -> Receipt:
    """Carry out a tenant's run for today, and what its closure asks for where its account is closed.

    Raises:
        NotFound: no such tenant.
    """
    with context.vault.database.transaction(tenant) as tx:
        if tx.version is None:
            raise NotFound(f"no tenant {tenant}")
        closure = find_closure(tx)
    if closure is not None and closure.key_destroyed_at is not None:
        return advance_closure(context, tenant)
    done = dict(run_retention(context, tenant))
    return done if closure is None else done | dict(advance_closure(context, tenant))


def foresee_tenant(context: StepContext, tenant: TenantId, on: date) -> Receipt:
    """Count what would be due on a day, and write nothing."""
    return foresee(context, tenant, on)


def begin_closure(context: StepContext, tenant: TenantId) -> Receipt:
    """Do at once what a closed account asks for: above all, delete the vendor's copies.

    Raises:
        NotFound: the account is not closed.
    """
    return advance_closure(context, tenant)


def replay_all(context: StepContext) -> Mapping[TenantId, Receipt]:
    """Purge again what the ledger of any tenant says must be gone; a failure of one keeps no other from it."""
    done: dict[TenantId, Receipt] = {}
    named = list(list_tenants(context.vault.database))
    try:
        named += list_ledger_tenants(context.vault.objects)
    except StoreError as error:
        log().error("ledger.not_listed", error=type(error).__name__)
    for tenant in dict.fromkeys(named):
        try:
            done[tenant] = replay_ledger(context, tenant)
        except PipelineError as error:
            log().error("ledger.not_replayed", tenant=tenant, error=type(error).__name__)
    return done


def _purge(context: StepContext, tenant: TenantId, recording: str) -> Receipt:
    return purge_recording(context, tenant, RecordingId(recording))


RETENTION_STEPS: Final[Mapping[str, Callable[..., Receipt]]] = {"retention": retain_tenant, "purge": _purge}
"""Steps of disposing by the names they are checkpointed under."""


def with_retention_context(name: str, context: StepContext) -> Callable[..., Any]:
    """Give the step of a name with its context filled in."""

    def step(tenant: str, *more: str) -> Receipt:
        return RETENTION_STEPS[name](context, TenantId(tenant), *more)

    step.__name__ = step.__qualname__ = name
    return step


class Nightly:
    """Enqueues each tenant's run of the day."""

    def __init__(self, vault: Vault, queue: DurableQueue, clock: Clock) -> None:
        self._vault, self._queue, self._clock = vault, queue, clock
        self._enqueued = ""

    def enqueue_due(self) -> int:
        """Enqueue today's runs once it is time and unless that was done; count the tenants named.

        Raises:
            StoreUnreachable: the database cannot be reached; what was not enqueued will be at the next look.
        """
        now = self._clock.now()
        day = f"{now:%Y%m%d}"
        if day == self._enqueued or now.hour < _FROM_HOUR:
            return 0
        tenants = list_tenants(self._vault.database)
        for tenant in tenants:
            with self._vault.database.transaction(tenant) as tx:
                self._queue.enqueue_retention(tx, tenant, day=day)
        self._enqueued = day
        return len(tenants)
