"""What somebody looks for again and again: a filter of our own names, and what they call it, sealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import delete, func, insert, select

from pipeline.model.errors import IllegalTransition
from pipeline.model.ids import new_id
from pipeline.model.queue_item import QueueFilter, read_filter
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_queue import saved_searches

MOST: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """One of somebody's searches."""

    id: str
    filter: QueueFilter
    name: str = field(repr=False)


def add_search(tx: Transaction, wanted: QueueFilter, *, name: str, actor: str, keys: Keys) -> str:
    """Keep a search for whoever made it.

    Raises:
        IllegalTransition: they have as many as anybody may have.
    """
    mine = (saved_searches.c.tenant == tx.tenant) & (saved_searches.c.actor == actor)
    if tx.connection.execute(select(func.count()).select_from(saved_searches).where(mine)).scalar_one() >= MOST:
        raise IllegalTransition(f"nobody keeps more than {MOST} searches")
    made = new_id("sch")
    tx.connection.execute(
        insert(saved_searches).values(
            id=made,
            tenant=tx.tenant,
            actor=actor,
            filters=wanted.plain(),
            sealed=seal(name.encode(), keys=keys, tenant=tx.tenant, context=_context(made)),
            at=tx.now,
        )
    )
    return made


def list_searches(tx: Transaction, *, actor: str, keys: Keys) -> tuple[SavedSearch, ...]:
    """List somebody's searches, oldest first."""
    rows = tx.connection.execute(
        select(saved_searches)
        .where(saved_searches.c.tenant == tx.tenant, saved_searches.c.actor == actor)
        .order_by(saved_searches.c.at, saved_searches.c.id)
    )
    return tuple(
        SavedSearch(
            id=row.id,
            filter=read_filter(row.filters),
            name=open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.id)).decode(),
        )
        for row in rows
    )


def remove_search(tx: Transaction, search: str, *, actor: str) -> bool:
    """Remove one of somebody's own searches; False where they have none of that id."""
    mine = (saved_searches.c.tenant == tx.tenant) & (saved_searches.c.actor == actor) & (saved_searches.c.id == search)
    return tx.connection.execute(delete(saved_searches).where(mine)).rowcount == 1


def _context(search: str) -> dict[str, str]:
    return {"kind": "saved.search", "search": search}
