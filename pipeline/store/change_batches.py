"""Changes that were made together: by which filter, how many, and whether they were taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from pipeline.model.errors import NotFound
from pipeline.model.ids import new_id
from pipeline.model.review import ChangeKind
from pipeline.store.session import Transaction
from pipeline.store.tables_review import change_batches


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBatch:
    """One batch; `filter` holds ids, types and numbers."""

    id: str
    kind: ChangeKind
    filter: Mapping[str, Any]
    changes: int
    actor: str
    at: datetime
    undone_at: datetime | None


def add_batch(tx: Transaction, kind: ChangeKind, *, filter: Mapping[str, Any], changes: int, actor: str) -> str:
    """Note a batch and give its id."""
    batch = new_id("bat")
    values = {"kind": kind.value, "filter": dict(filter), "changes": changes, "actor": actor, "at": tx.now}
    tx.connection.execute(insert(change_batches).values(id=batch, tenant=tx.tenant, **values))
    return batch


def get_batch(tx: Transaction, batch: str) -> ChangeBatch:
    """Read a batch.

    Raises:
        NotFound: the tenant has no such batch.
    """
    row = tx.connection.execute(_batches(tx).where(change_batches.c.id == batch)).first()
    if row is None:
        raise NotFound(f"no batch {batch[:40]}")
    return _batch(row)


def list_batches(tx: Transaction, *, limit: int = 50) -> tuple[ChangeBatch, ...]:
    """List the newest batches."""
    rows = tx.connection.execute(_batches(tx).order_by(change_batches.c.at.desc(), change_batches.c.id).limit(limit))
    return tuple(_batch(row) for row in rows)


def mark_batch_undone(tx: Transaction, batch: str) -> bool:
    """Note that a batch was taken back; False where that was noted before."""
    changed = tx.connection.execute(
        update(change_batches)
        .where(change_batches.c.tenant == tx.tenant, change_batches.c.id == batch, change_batches.c.undone_at.is_(None))
        .values(undone_at=tx.now)
    )
    return changed.rowcount == 1


def _batches(tx: Transaction) -> Any:
    return select(change_batches).where(change_batches.c.tenant == tx.tenant)


def _batch(row: Row[Any]) -> ChangeBatch:
    return ChangeBatch(
        id=row.id,
        kind=ChangeKind(row.kind),
        filter=row.filter,
        changes=row.changes,
        actor=row.actor,
        at=row.at,
        undone_at=row.undone_at,
    )
