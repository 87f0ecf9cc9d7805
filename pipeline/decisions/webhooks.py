"""Which servers of a tenant are told of what; asking for a test, or for something to be told again."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from dataclasses import replace

from pipeline.model.audit import AuditTag
from pipeline.model.errors import IllegalTransition, InvalidInput, NotPermitted, VendorError
from pipeline.model.ids import new_id
from pipeline.model.outgoing import (
    CHOOSABLE,
    MOST_ENDPOINTS,
    Delivery,
    DeliveryState,
    Endpoint,
    EventKind,
    body_of,
    checked_host,
)
from pipeline.ports.events import EventPost
from pipeline.ports.keys import Keys
from pipeline.ports.queue import WorkQueue
from pipeline.store.audit import Facts, add_event, lock_log
from pipeline.store.session import Transaction
from pipeline.store.webhook_deliveries import add_deliveries, lock_delivery, mark_waiting
from pipeline.store.webhook_endpoints import (
    add_endpoint,
    list_endpoints,
    lock_endpoint,
    mark_removed,
    replace_endpoint,
)


def check_address(url: str, post: EventPost | None) -> str:
    """Look up an address before anything is written, outside of any transaction; give its host.

    Raises:
        InvalidInput: it cannot be one, or leads to an inner network.
        NotPermitted: this installation has no way to tenants' servers.
    """
    host = checked_host(url)
    if post is None:
        raise NotPermitted("this installation has no way to tenants' servers")
    try:
        post.check(url)
    except VendorError as error:
        raise InvalidInput(f"the address cannot be used: {error.reason}") from None
    return host


def register_endpoint(tx: Transaction, url: str, events: Collection[EventKind], *, keys: Keys, actor: str) -> Endpoint:
    """Tell a server of the tenant of things from now on; its new secret is in what is given back.

    Args:
        tx: the tenant's transaction.
        url: where to; `check_address` has looked it up.
        events: what of.
        keys: who seals address and secret.
        actor: who registers it.

    Raises:
        InvalidInput: no event, or an address that cannot be one.
        IllegalTransition: there are too many already.
    """
    host, chosen = checked_host(url), _chosen(events)
    lock_log(tx)
    if len(list_endpoints(tx, keys=keys)) >= MOST_ENDPOINTS:
        raise IllegalTransition(f"there are {MOST_ENDPOINTS} endpoints: remove one first")
    made = Endpoint(
        id=new_id("whe"),
        host=host,
        url=url,
        secret=_new_secret(),
        events=chosen,
        seen_seq=0,
        created_by=actor,
        created_at=tx.now,
    )
    facts = {"events": ",".join(sorted(chosen))}
    add_event(tx, AuditTag.ENDPOINT_ADDED, actor=actor, target=made.id, facts=facts)
    return add_endpoint(tx, made, keys=keys)


def change_endpoint(
    tx: Transaction, id: str, *, events: Collection[EventKind] | None = None, keys: Keys, actor: str
) -> Endpoint:
    """Tell a server of other things; without any named, give it another secret, with which all is signed at once.

    Raises:
        NotFound: no such endpoint, or it was removed.
        InvalidInput: no event.
    """
    lock_log(tx)
    found = _living(tx, id, keys)
    changed = replace(found, secret=_new_secret()) if events is None else replace(found, events=_chosen(events))
    replace_endpoint(tx, changed, keys=keys)
    facts: Facts = {"events": ",".join(sorted(changed.events)), "is_new_secret": events is None}
    add_event(tx, AuditTag.ENDPOINT_CHANGED, actor=actor, target=id, facts=facts)
    return changed


def remove_endpoint(tx: Transaction, id: str, *, keys: Keys, actor: str) -> None:
    """Tell a server of nothing any more.

    Raises:
        NotFound: no such endpoint.
        IllegalTransition: it was removed before.
    """
    lock_log(tx)
    _living(tx, id, keys)
    mark_removed(tx, id)
    add_event(tx, AuditTag.ENDPOINT_REMOVED, actor=actor, target=id)


def send_test(tx: Transaction, id: str, *, keys: Keys, queue: WorkQueue, actor: str) -> str:
    """Have a server be told of nothing but that this is a test; give the delivery's id.

    Raises:
        NotFound: no such endpoint.
        IllegalTransition: it was removed.
    """
    endpoint = _living(tx, id, keys)
    delivery = new_id("whd")
    made = Delivery(
        id=delivery,
        endpoint=endpoint.id,
        kind=EventKind.TEST,
        seq=None,
        body=body_of(delivery, EventKind.TEST, tenant=tx.tenant, at=tx.now, ids={"endpoint": endpoint.id}),
        state=DeliveryState.WAITING,
        attempts=0,
        created_at=tx.now,
        next_at=tx.now,
    )
    add_deliveries(tx, [made])
    queue.enqueue_delivery(tx, tx.tenant, delivery, attempt=1)
    facts = {"endpoint": endpoint.id, "why": "test"}
    add_event(tx, AuditTag.DELIVERY_ASKED, actor=actor, target=delivery, facts=facts)
    return delivery


def replay_delivery(tx: Transaction, id: str, *, keys: Keys, queue: WorkQueue, actor: str) -> None:
    """Tell a server again, under the same id.

    Raises:
        NotFound: no such delivery.
        IllegalTransition: it is tried again as it is, or its endpoint was removed.
    """
    delivery = lock_delivery(tx, id)
    if delivery.state is DeliveryState.WAITING:
        raise IllegalTransition("the next attempt is named already")
    _living(tx, delivery.endpoint, keys)
    mark_waiting(tx, id)
    queue.enqueue_delivery(tx, tx.tenant, id, attempt=delivery.attempts + 1)
    facts = {"endpoint": delivery.endpoint, "why": "replay"}
    add_event(tx, AuditTag.DELIVERY_ASKED, actor=actor, target=id, facts=facts)


def _living(tx: Transaction, id: str, keys: Keys) -> Endpoint:
    found = lock_endpoint(tx, id, keys=keys)
    if found.removed_at is not None:
        raise IllegalTransition("the endpoint was removed")
    return found


def _chosen(events: Collection[EventKind]) -> frozenset[EventKind]:
    if not events or not set(events) <= set(CHOOSABLE):
        raise InvalidInput("an endpoint is told of at least one kind of event")
    return frozenset(events)


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
