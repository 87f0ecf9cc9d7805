"""Deciding anew what a hold covers, durably: however much it is and whoever dies meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pipeline.model.errors import PipelineError
from pipeline.ports.clock import Clock
from pipeline.steps.context import Receipt
from pipeline.store.holds import list_unsettled
from pipeline.store.system_session import list_tenants
from pipeline.store.vault import Vault
from pipeline.telemetry import log
from pipeline.workflows.queue import SETTLE_HOLD, DurableQueue

type Settle = Callable[[str, str, str], Receipt]
"""Settles the next page: (tenant, hold, after which artifact)."""

_MOST_PAGES: Final = 100_000


def settle_whole_hold(settle: Settle, tenant: str, hold: str) -> dict[str, Any]:
    """Settle one page after the other until there is none left.

    Returns:
        How many artifacts and recordings there were, and the class of the error where it could not go on.
    """
    artifacts, decided, after = 0, 0, ""
    try:
        for _ in range(_MOST_PAGES):
            page = settle(tenant, hold, after)
            artifacts, decided = artifacts + page["artifacts"], decided + page["decided"]
            if page["after"] is None:
                break
            after = page["after"]
    except PipelineError as error:  # what is not settled is taken up again within the hour
        log().error("hold.not_settled", tenant=tenant, error=type(error).__name__)
        return {"artifacts": artifacts, "decided": decided, "failed": type(error).__name__}
    return {"artifacts": artifacts, "decided": decided}


def enqueue_unsettled(vault: Vault, queue: DurableQueue, clock: Clock) -> int:
    """Enqueue every hold that was placed or released since its artifacts were decided; count them.

    A hold is enqueued once an hour at most for what became of it, so that one that failed is tried again.

    Raises:
        StoreUnreachable: the database cannot be reached; they are enqueued at the next look.
    """
    hour, found = f"{clock.now():%Y%m%dT%H}", 0
    for tenant in list_tenants(vault.database):
        with vault.database.transaction(tenant) as tx:
            for hold in list_unsettled(tx):
                act = "placed" if hold.released_at is None else "released"
                queue.enqueue_upkeep(tx, SETTLE_HOLD, tenant, hold.id, once=f"{hold.id}:{act}:{hour}")
                found += 1
    return found
