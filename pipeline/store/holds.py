"""Legal holds: reasons nothing may be disposed of, each belonging to a matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select, update

from pipeline.model.errors import NotFound
from pipeline.model.ids import CallId, RecordingId, new_id
from pipeline.store.session import Transaction
from pipeline.store.tables import holds

SCOPE_KINDS: Final = ("tenant", "call", "recording")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One hold. In force until released."""

    id: str
    matter: str
    scope_kind: str
    scope_id: str
    placed_by: str
    reason: str
    placed_at: datetime
    released_at: datetime | None


def add_hold(tx: Transaction, *, matter: str, scope: tuple[str, str], actor: str, reason: str) -> Hold:
    """Place a hold on `(kind, id)`; several matters may hold one thing."""
    hold = Hold(
        id=new_id("hold"),
        matter=matter,
        scope_kind=scope[0],
        scope_id=scope[1],
        placed_by=actor,
        reason=reason,
        placed_at=tx.now,
        released_at=None,
    )
    tx.connection.execute(
        insert(holds).values(
            id=hold.id,
            tenant=tx.tenant,
            matter=matter,
            scope_kind=hold.scope_kind,
            scope_id=hold.scope_id,
            placed_by=actor,
            reason=reason,
            placed_at=tx.now,
        )
    )
    return hold


def release_hold(tx: Transaction, hold: str, *, actor: str) -> Hold:
    """Release a hold that is in force.

    Raises:
        NotFound: the tenant has no such hold in force.
    """
    row = tx.connection.execute(
        update(holds)
        .where(holds.c.tenant == tx.tenant, holds.c.id == hold, holds.c.released_at.is_(None))
        .values(released_by=actor, released_at=tx.now)
        .returning(holds)
    ).first()
    if row is None:
        raise NotFound(f"no hold {hold} in force")
    return _hold(row)


def list_holds_on(
    tx: Transaction, *, recording: RecordingId | None = None, call: CallId | None = None
) -> tuple[Hold, ...]:
    """List the holds in force that cover a recording or a call, those on the whole tenant with them."""
    scope = (holds.c.scope_kind == "tenant") & (holds.c.scope_id == tx.tenant)
    if recording is not None:
        scope |= (holds.c.scope_kind == "recording") & (holds.c.scope_id == recording)
    if call is not None:
        scope |= (holds.c.scope_kind == "call") & (holds.c.scope_id == call)
    rows = tx.connection.execute(
        select(holds)
        .where(holds.c.tenant == tx.tenant, holds.c.released_at.is_(None), scope)
        .order_by(holds.c.placed_at)
    )
    return tuple(_hold(row) for row in rows)


def list_holds(tx: Transaction) -> tuple[Hold, ...]:
    """List every hold of the tenant, in force or not."""
    rows = tx.connection.execute(select(holds).where(holds.c.tenant == tx.tenant).order_by(holds.c.placed_at))
    return tuple(_hold(row) for row in rows)


def _hold(row: Row[Any]) -> Hold:
    return Hold(
        id=row.id,
        matter=row.matter,
        scope_kind=row.scope_kind,
        scope_id=row.scope_id,
        placed_by=row.placed_by,
        reason=row.reason,
        placed_at=row.placed_at,
        released_at=row.released_at,
    )
