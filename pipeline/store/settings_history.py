"""What was changed of a tenant's settings, when and by whom. Entries are only added, and hold no secret and no word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, insert, select

from pipeline.model.settings_draft import Activation, Change
from pipeline.store.session import Transaction
from pipeline.store.tables import tenants
from pipeline.store.tables_settings import settings_history

_PAGE = 50


def add_activation(
    tx: Transaction, changes: Sequence[Change], *, draft: str | None, drafted_by: str, activated_by: str
) -> None:
    """Keep what was changed, with the tenant's version by now."""
    version = select(tenants.c.version).where(tenants.c.tenant == tx.tenant).scalar_subquery()
    tx.connection.execute(
        insert(settings_history).values(
            tenant=tx.tenant,
            draft_id=draft,
            version=version,
            changes=[asdict(change) for change in changes],
            drafted_by=drafted_by,
            activated_by=activated_by,
            at=tx.now,
        )
    )


def list_activations(tx: Transaction, *, before: int | None = None, limit: int = _PAGE) -> tuple[Activation, ...]:
    """List a page of the history, the newest first; `before` is the id of the last entry seen."""
    query = select(settings_history).where(settings_history.c.tenant == tx.tenant)
    if before is not None:
        query = query.where(settings_history.c.id < before)
    rows = tx.connection.execute(query.order_by(settings_history.c.id.desc()).limit(limit))
    return tuple(_activation(row) for row in rows)


def _activation(row: Row[Any]) -> Activation:
    return Activation(
        id=row.id,
        draft=row.draft_id,
        version=row.version,
        changes=tuple(Change(**change) for change in row.changes),
        drafted_by=row.drafted_by,
        activated_by=row.activated_by,
        at=row.at,
    )
