"""A tenant's own servers that are told of things. Address and secret stand only in the sealed column."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from pipeline.model.errors import NotFound
from pipeline.model.outgoing import Endpoint, EventKind
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables import audit_events
from pipeline.store.tables_settings import webhook_endpoints


def add_endpoint(tx: Transaction, endpoint: Endpoint, *, keys: Keys) -> Endpoint:
    """Keep an endpoint; it is told of what is noted in the log from now on."""
    last = select(func.max(audit_events.c.seq)).where(audit_events.c.tenant == tx.tenant)
    seen = replace(endpoint, seen_seq=int(tx.connection.execute(last).scalar() or 0))
    tx.connection.execute(
        insert(webhook_endpoints).values(
            id=seen.id,
            tenant=tx.tenant,
            sealed=_sealed(tx, seen, keys),
            events=sorted(seen.events),
            seen_seq=seen.seen_seq,
            created_by=seen.created_by,
            created_at=seen.created_at,
        )
    )
    return seen


def list_endpoints(tx: Transaction, *, keys: Keys) -> tuple[Endpoint, ...]:
    """List the endpoints that are told of things, the first added first."""
    query = select(webhook_endpoints).where(
        webhook_endpoints.c.tenant == tx.tenant, webhook_endpoints.c.removed_at.is_(None)
    )
    rows = tx.connection.execute(query.order_by(webhook_endpoints.c.created_at, webhook_endpoints.c.id))
    return tuple(_endpoint(tx, row, keys) for row in rows)


def lock_endpoint(tx: Transaction, id: str, *, keys: Keys) -> Endpoint:
    """Read an endpoint, one that was removed too, and keep others from changing it meanwhile.

    Raises:
        NotFound: the tenant has no such endpoint.
    """
    query = select(webhook_endpoints).where(webhook_endpoints.c.tenant == tx.tenant, webhook_endpoints.c.id == id)
    row = tx.connection.execute(query.with_for_update()).first()
    if row is None:
        raise NotFound(f"no endpoint {id[:40]}")
    return _endpoint(tx, row, keys)


def replace_endpoint(tx: Transaction, endpoint: Endpoint, *, keys: Keys) -> None:
    """Give an endpoint another secret or other events."""
    values = {"sealed": _sealed(tx, endpoint, keys), "events": sorted(endpoint.events)}
    tx.connection.execute(update(webhook_endpoints).where(_is(tx, endpoint.id)).values(**values))


def mark_seen(tx: Transaction, id: str, seq: int) -> None:
    """Note up to which entry of the log was looked for an endpoint."""
    tx.connection.execute(update(webhook_endpoints).where(_is(tx, id)).values(seen_seq=seq))


def mark_removed(tx: Transaction, id: str) -> None:
    """Tell an endpoint of nothing any more; its address and secret are gone."""
    values = {"removed_at": tx.now, "sealed": b""}
    tx.connection.execute(update(webhook_endpoints).where(_is(tx, id)).values(**values))


def _is(tx: Transaction, id: str) -> Any:
    return (webhook_endpoints.c.tenant == tx.tenant) & (webhook_endpoints.c.id == id)


def _sealed(tx: Transaction, endpoint: Endpoint, keys: Keys) -> bytes:
    kept = {"url": endpoint.url, "host": endpoint.host, "secret": endpoint.secret}
    return seal(json.dumps(kept).encode(), keys=keys, tenant=tx.tenant, context=_context(endpoint.id))


def _context(id: str) -> dict[str, str]:
    return {"kind": "webhook.endpoint", "endpoint": id}


def _endpoint(tx: Transaction, row: Row[Any], keys: Keys) -> Endpoint:
    kept = {"url": "", "host": "", "secret": ""}
    if row.sealed:
        kept = json.loads(open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.id)))
    return Endpoint(
        id=row.id,
        events=_events(row.events),
        seen_seq=row.seen_seq,
        created_by=row.created_by,
        created_at=row.created_at,
        removed_at=row.removed_at,
        **kept,
    )


def _events(names: Collection[str]) -> frozenset[EventKind]:
    return frozenset(EventKind(name) for name in names if name in list(EventKind))
