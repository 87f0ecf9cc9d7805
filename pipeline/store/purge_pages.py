"""A tenant's purges a page at a time, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_

from pipeline.model.purge import Purge, PurgeState
from pipeline.store.purges import get_purge, purge_of
from pipeline.store.session import Transaction
from pipeline.store.tables_disposal import purge_items, purges


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgePage:
    """Some purges; `after` asks for those before them, None where there are no more."""

    purges: tuple[Purge, ...]
    after: str | None


def read_purges(tx: Transaction, *, state: PurgeState | None = None, after: str = "", limit: int = 50) -> PurgePage:
    """Read a page of purges.

    Raises:
        NotFound: `after` is no purge of the tenant.
    """
    query = select(purges).where(purges.c.tenant == tx.tenant).limit(limit + 1)
    if state is not None:
        query = query.where(purges.c.state == state.value)
    if after:
        last = get_purge(tx, after)
        query = query.where(tuple_(purges.c.asked_at, purges.c.id) < tuple_(last.asked_at, last.id))
    rows = tx.connection.execute(query.order_by(purges.c.asked_at.desc(), purges.c.id.desc())).all()
    shown = tuple(purge_of(row) for row in rows[:limit])
    return PurgePage(purges=shown, after=shown[-1].id if len(rows) > limit else None)


def count_items(tx: Transaction, purge: str) -> Mapping[tuple[str, str], int]:
    """Count what belongs to a purge, by its kind and how far it is."""
    kinds = (purge_items.c.kind, purge_items.c.state)
    rows = tx.connection.execute(
        select(*kinds, func.count().label("many"))
        .where(purge_items.c.tenant == tx.tenant, purge_items.c.purge_id == purge)
        .group_by(*kinds)
    )
    return {(row.kind, row.state): row.many for row in rows}
