"""Telling a tenant's server of something, once, and noting how that went.

An attempt that was made but not noted is made again under the same id. Whatever keeps a message from being taken is
noted by the status or the name of the fault, never by what the server wrote.
"""

from __future__ import annotations

import time
from datetime import timedelta

from pipeline.model.audit import AuditTag
from pipeline.model.errors import VendorError, VendorRefused
from pipeline.model.ids import TenantId
from pipeline.model.outgoing import DELAYS_S, Attempt, Delivery, DeliveryState
from pipeline.ports.events import EventPost
from pipeline.ports.notices import NoticeAddress
from pipeline.steps.context import Receipt
from pipeline.store.audit import add_event
from pipeline.store.session import Transaction
from pipeline.store.vault import Vault
from pipeline.store.webhook_deliveries import lock_delivery, mark_given_up, note_attempt
from pipeline.store.webhook_endpoints import lock_endpoint


def deliver_event(vault: Vault, post: EventPost, tenant: TenantId, delivery: str, attempt: int) -> Receipt:
    """Make an attempt, unless it was made before or nobody waits for it any more.

    Args:
        vault: database and keys.
        post: the way to the tenant's servers.
        tenant: whose server.
        delivery: what it is told.
        attempt: which attempt this is, from 1.

    Returns:
        How the delivery stands, and after how many seconds the next attempt is to be made (None: none).

    Raises:
        NotFound: no such delivery.
    """
    with vault.database.transaction(tenant) as tx:
        waiting = lock_delivery(tx, delivery)
        if waiting.state is not DeliveryState.WAITING or waiting.attempts >= attempt:
            return {"state": waiting.state.value, "next_in_s": None}
        endpoint = lock_endpoint(tx, waiting.endpoint, keys=vault.keys)
        if endpoint.removed_at is not None:
            mark_given_up(tx, delivery)
            return {"state": DeliveryState.GIVEN_UP.value, "next_in_s": None}
    status, error, took_ms = _tried(post, waiting, NoticeAddress(to=endpoint.url, secret=endpoint.secret))
    with vault.database.transaction(tenant) as tx:
        if lock_delivery(tx, delivery).attempts >= attempt:
            return {"state": waiting.state.value, "next_in_s": None}
        made = Attempt(number=attempt, status=status, error=error, took_ms=took_ms, at=tx.now)
        return _note(tx, waiting, made)


def _tried(post: EventPost, waiting: Delivery, address: NoticeAddress) -> tuple[int | None, str | None, int]:
    began = time.monotonic()
    try:
        status, error = post.post(waiting.id, waiting.body.encode(), address), None
    except VendorError as failed:
        status, error = failed.status or 0, _name_of(failed)
    return status or None, error, int((time.monotonic() - began) * 1000)


def _name_of(failed: VendorError) -> str:
    kind = "refused" if isinstance(failed, VendorRefused) else "unavailable"
    return kind if failed.status is not None else f"{kind}: {failed.reason}"[:120]


def _note(tx: Transaction, waiting: Delivery, made: Attempt) -> Receipt:
    delay_s = None
    if made.error is None:
        state = DeliveryState.DELIVERED
    elif made.number <= len(DELAYS_S):
        state, delay_s = DeliveryState.WAITING, DELAYS_S[made.number - 1]
    else:
        state = DeliveryState.GIVEN_UP
        facts = {"endpoint": waiting.endpoint, "kind": waiting.kind.value, "attempts": made.number}
        add_event(tx, AuditTag.DELIVERY_GIVEN_UP, actor="system", target=waiting.id, facts=facts)
    next_at = None if delay_s is None else tx.now + timedelta(seconds=delay_s)
    note_attempt(tx, waiting.id, made, state=state, next_at=next_at)
    return {"state": state.value, "next_in_s": delay_s}
