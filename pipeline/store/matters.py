"""Matters: the cases that legal holds belong to. The reference is an id; what the case is called is sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_holds import matters


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A case. `title` is None where nobody gave it one, or where it was not opened to be read."""

    id: str
    owners: tuple[str, ...]
    opened_by: str
    opened_at: datetime
    closed_by: str | None = None
    closed_at: datetime | None = None
    title: str | None = field(default=None, repr=False)


def add_matter(tx: Transaction, matter: str, *, owners: Sequence[str], actor: str, title: str, keys: Keys) -> bool:
    """Open a matter, or name an open one that has no title yet; False where neither is so."""
    sealed = seal(title.encode(), keys=keys, tenant=tx.tenant, context=_context(matter))
    row = insert(matters).values(
        tenant=tx.tenant, id=matter, sealed=sealed, owners=list(owners), opened_by=actor, opened_at=tx.now
    )
    named = row.on_conflict_do_update(
        index_elements=["tenant", "id"],
        set_={"sealed": sealed, "owners": list(owners)},
        where=matters.c.sealed.is_(None) & matters.c.closed_at.is_(None),
    )
    return tx.connection.execute(named.returning(matters.c.id)).first() is not None


def note_matter(tx: Transaction, matter: str, *, actor: str) -> bool:
    """Open a matter that has only a reference; False where there is one."""
    row = insert(matters).values(tenant=tx.tenant, id=matter, owners=[actor], opened_by=actor, opened_at=tx.now)
    return tx.connection.execute(row.on_conflict_do_nothing().returning(matters.c.id)).first() is not None


def find_matter(tx: Transaction, matter: str, *, keys: Keys | None = None, is_locked: bool = False) -> Matter | None:
    """Find a matter; with `keys` its title is opened, and locked its row waits for whoever changes it."""
    query = select(matters).where(matters.c.tenant == tx.tenant, matters.c.id == matter)
    row = tx.connection.execute(query.with_for_update() if is_locked else query).first()
    return None if row is None else _matter(tx, row, keys)


def list_matters(tx: Transaction, *, keys: Keys | None = None) -> tuple[Matter, ...]:
    """List the tenant's matters, the first opened first."""
    query = select(matters).where(matters.c.tenant == tx.tenant).order_by(matters.c.opened_at, matters.c.id)
    return tuple(_matter(tx, row, keys) for row in tx.connection.execute(query))


def mark_closed(tx: Transaction, matter: str, *, actor: str) -> None:
    """Note that a matter is closed."""
    mine = (matters.c.tenant == tx.tenant) & (matters.c.id == matter)
    tx.connection.execute(update(matters).where(mine).values(closed_by=actor, closed_at=tx.now))


def _matter(tx: Transaction, row: Row[Any], keys: Keys | None) -> Matter:
    title = None
    if keys is not None and row.sealed is not None:
        title = open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.id)).decode()
    return Matter(
        id=row.id,
        owners=tuple(row.owners),
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        title=title,
    )


def _context(matter: str) -> dict[str, str]:
    return {"kind": "matter.title", "matter": matter}
