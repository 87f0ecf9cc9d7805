"""What is told to a tenant's servers, and every attempt. A body holds ids and enum values alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, tuple_, update

from pipeline.model.errors import NotFound
from pipeline.model.outgoing import Attempt, Delivery, DeliveryState, EventKind
from pipeline.store.rows import add_rows
from pipeline.store.session import Transaction
from pipeline.store.tables_settings import webhook_attempts, webhook_deliveries

_PAGE = 50


def add_deliveries(tx: Transaction, made: Sequence[Delivery]) -> tuple[str, ...]:
    """Keep deliveries; one of the same entry of the log to the same endpoint is left out. Give the ids of the new."""
    rows = [
        {
            "id": d.id,
            "tenant": tx.tenant,
            "endpoint_id": d.endpoint,
            "kind": d.kind.value,
            "seq": d.seq,
            "payload": d.body,
            "state": d.state.value,
            "attempts": d.attempts,
            "created_at": d.created_at,
            "next_at": d.next_at,
        }
        for d in made
    ]
    return tuple(add_rows(tx, webhook_deliveries, rows, returning=webhook_deliveries.c.id))


def lock_delivery(tx: Transaction, id: str) -> Delivery:
    """Read a delivery, and keep others from changing it meanwhile.

    Raises:
        NotFound: the tenant has no such delivery.
    """
    row = tx.connection.execute(select(webhook_deliveries).where(_is(tx, id)).with_for_update()).first()
    if row is None:
        raise NotFound(f"no delivery {id[:40]}")
    return _delivery(row)


def note_attempt(tx: Transaction, id: str, attempt: Attempt, *, state: DeliveryState, next_at: datetime | None) -> None:
    """Keep an attempt, and how the delivery stands after it."""
    tx.connection.execute(
        insert(webhook_attempts).values(
            tenant=tx.tenant,
            delivery_id=id,
            number=attempt.number,
            status=attempt.status,
            error=attempt.error,
            took_ms=attempt.took_ms,
            at=attempt.at,
        )
    )
    values = {"state": state.value, "attempts": attempt.number, "next_at": next_at}
    tx.connection.execute(update(webhook_deliveries).where(_is(tx, id)).values(**values))


def mark_waiting(tx: Transaction, id: str) -> None:
    """Let a delivery be tried again from now on."""
    values = {"state": DeliveryState.WAITING.value, "next_at": tx.now}
    tx.connection.execute(update(webhook_deliveries).where(_is(tx, id)).values(**values))


def mark_given_up(tx: Transaction, id: str) -> None:
    """Try a delivery no more."""
    values = {"state": DeliveryState.GIVEN_UP.value, "next_at": None}
    tx.connection.execute(update(webhook_deliveries).where(_is(tx, id)).values(**values))


def list_deliveries(
    tx: Transaction, endpoint: str, *, before: tuple[datetime, str] | None = None, limit: int = _PAGE
) -> tuple[Delivery, ...]:
    """List a page of what an endpoint was told, the newest first; `before` is moment and id of the last one seen."""
    columns = webhook_deliveries.c
    query = select(webhook_deliveries).where(columns.tenant == tx.tenant, columns.endpoint_id == endpoint)
    if before is not None:
        query = query.where(tuple_(columns.created_at, columns.id) < before)
    newest = query.order_by(columns.created_at.desc(), columns.id.desc()).limit(limit)
    return tuple(_delivery(row) for row in tx.connection.execute(newest))


def list_attempts(tx: Transaction, deliveries: Sequence[str]) -> dict[str, tuple[Attempt, ...]]:
    """Give every attempt of some deliveries, each in order."""
    columns = webhook_attempts.c
    query = select(webhook_attempts).where(columns.tenant == tx.tenant, columns.delivery_id.in_(deliveries))
    found: dict[str, list[Attempt]] = {id: [] for id in deliveries}
    for row in tx.connection.execute(query.order_by(columns.delivery_id, columns.number)):
        found[row.delivery_id].append(
            Attempt(number=row.number, status=row.status, error=row.error, took_ms=row.took_ms, at=row.at)
        )
    return {id: tuple(attempts) for id, attempts in found.items()}


def _is(tx: Transaction, id: str) -> Any:
    return (webhook_deliveries.c.tenant == tx.tenant) & (webhook_deliveries.c.id == id)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        endpoint=row.endpoint_id,
        kind=EventKind(row.kind),
        seq=row.seq,
        body=row.payload,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        next_at=row.next_at,
    )
