"""Sending what tenants must be told, durably: hour by hour until a channel has proved that it arrived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.model.errors import PipelineError, StoreUnreachable
from pipeline.model.ids import TenantId
from pipeline.ports.clock import Clock
from pipeline.steps.context import Receipt
from pipeline.steps.deliver_notice import addresses_of
from pipeline.store.system_session import list_tenants
from pipeline.store.tenant_notices import list_notices
from pipeline.store.tenants import get_tenant
from pipeline.store.vault import Vault
from pipeline.telemetry import log
from pipeline.workflows.queue import DurableQueue


def send_notice(tell: Callable[[], Receipt], tenant: str) -> dict[str, Any]:
    """Send one notice; what fails is told, and tried again within the hour."""
    try:
        return dict(tell())
    except PipelineError as error:
        log().error("tenant.not_told", tenant=tenant, error=type(error).__name__)
        return {"is_sent": False, "failed": type(error).__name__}


def enqueue_unsent(vault: Vault, queue: DurableQueue, clock: Clock) -> int:
    """Enqueue every notice that waits to be sent to a tenant that something reaches; count them.

    Each is enqueued once an hour at most, so that one that failed is tried again. A tenant that cannot be read keeps
    no other from being told.

    Raises:
        StoreUnreachable: the database cannot be reached; they are enqueued at the next look.
    """
    hour, found = f"{clock.now():%Y%m%dT%H}", 0
    for tenant in list_tenants(vault.database, with_key=True):
        try:
            found += _enqueue(vault, queue, tenant, hour)
        except StoreUnreachable:
            raise
        except PipelineError as error:
            log().warning("tenant.news_not_enqueued", tenant=tenant, error=type(error).__name__)
    return found


def _enqueue(vault: Vault, queue: DurableQueue, tenant: TenantId, hour: str) -> int:
    with vault.database.transaction(tenant) as tx:
        waiting = list_notices(tx, is_open=True)
        if not waiting or not addresses_of(get_tenant(tx, keys=vault.keys)):
            return 0
        for notice in waiting:
            queue.enqueue_news(tx, tenant, notice.id, hour=hour)
    return len(waiting)
