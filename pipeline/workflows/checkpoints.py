"""Signing the audit logs, daily or after so many events, however many workers there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from pipeline.model.errors import PipelineError
from pipeline.ports.clock import Clock
from pipeline.steps.context import Receipt
from pipeline.store.checkpoints import read_unsigned
from pipeline.store.system_session import list_tenants
from pipeline.store.vault import Vault
from pipeline.telemetry import log
from pipeline.workflows.queue import CHECKPOINT_LOG, DurableQueue

EVERY_EVENTS: Final = 10_000
EVERY: Final = timedelta(days=1)


def sign_log(sign: Callable[[], Receipt], tenant: str) -> dict[str, Any]:
    """Sign one log; what fails is told, and tried again within the hour."""
    try:
        return dict(sign())
    except PipelineError as error:
        log().error("audit.not_signed", tenant=tenant, error=type(error).__name__)
        return {"is_signed": False, "failed": type(error).__name__}


def enqueue_checkpoints(vault: Vault, queue: DurableQueue, clock: Clock) -> int:
    """Enqueue the signing of every log that was not signed for a day, or has grown by so many events; count them.

    Each is enqueued once an hour at most, so that one that failed is tried again.

    Raises:
        StoreUnreachable: the database cannot be reached; they are enqueued at the next look.
    """
    now, found = clock.now(), 0
    for tenant in list_tenants(vault.database):
        with vault.database.transaction(tenant) as tx:
            unsigned = read_unsigned(tx)
            is_old = unsigned.signed_at is None or now - unsigned.signed_at >= EVERY
            has_grown = unsigned.last_seq - unsigned.signed_seq >= EVERY_EVENTS
            if unsigned.has_news and (is_old or has_grown):
                once = f"{unsigned.signed_seq}:{now:%Y%m%dT%H}"
                queue.enqueue_upkeep(tx, CHECKPOINT_LOG, tenant, once=once)
                found += 1
    return found
