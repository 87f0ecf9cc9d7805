"""Drafts of settings, sealed whole: a draft may hold secrets and words. Reasons stand sealed beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Row, insert, select, update

from pipeline.model.errors import NotFound
from pipeline.model.settings_draft import Draft, DraftChanges, DraftState
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_settings import settings_drafts

_PAGE = 50


def add_draft(tx: Transaction, draft: Draft, *, keys: Keys) -> None:
    """Keep a new draft."""
    tx.connection.execute(
        insert(settings_drafts).values(
            id=draft.id,
            tenant=tx.tenant,
            created_by=draft.created_by,
            created_at=draft.created_at,
            **_columns(tx, draft, keys),
        )
    )


def replace_draft(tx: Transaction, draft: Draft, *, keys: Keys, reason: str = "") -> Draft:
    """Keep a draft as it stands now, under its next revision."""
    kept = replace(draft, revision=draft.revision + 1, changed_at=tx.now)
    values = _columns(tx, kept, keys)
    if reason:
        values["sealed_reason"] = seal(reason.encode(), keys=keys, tenant=tx.tenant, context=_why(draft.id))
    mine = (settings_drafts.c.tenant == tx.tenant) & (settings_drafts.c.id == draft.id)
    tx.connection.execute(update(settings_drafts).where(mine).values(**values))
    return kept


def lock_draft(tx: Transaction, id: str, *, keys: Keys) -> Draft:
    """Read a draft, and keep others from changing it meanwhile.

    Raises:
        NotFound: the tenant has no such draft.
    """
    query = select(settings_drafts).where(settings_drafts.c.tenant == tx.tenant, settings_drafts.c.id == id)
    row = tx.connection.execute(query.with_for_update()).first()
    if row is None:
        raise NotFound(f"no draft {id[:40]}")
    return _draft(tx, row, keys)


def find_own_draft(tx: Transaction, actor: str, *, keys: Keys) -> Draft | None:
    """Find the draft that somebody is working on; each has one at a time."""
    mine = (
        settings_drafts.c.tenant == tx.tenant,
        settings_drafts.c.created_by == actor,
        settings_drafts.c.state == DraftState.DRAFT.value,
    )
    row = tx.connection.execute(select(settings_drafts).where(*mine)).first()
    return None if row is None else _draft(tx, row, keys)


def list_drafts(tx: Transaction, *, keys: Keys, states: Sequence[DraftState] = tuple(DraftState)) -> tuple[Draft, ...]:
    """List the latest drafts in some states, the newest first."""
    columns = settings_drafts.c
    query = select(settings_drafts).where(columns.tenant == tx.tenant, columns.state.in_([s.value for s in states]))
    newest = query.order_by(columns.created_at.desc(), columns.id.desc()).limit(_PAGE)
    return tuple(_draft(tx, row, keys) for row in tx.connection.execute(newest))


def read_reason(tx: Transaction, id: str, *, keys: Keys) -> str:
    """Open why a draft was activated or rejected; nothing where nobody said."""
    query = select(settings_drafts.c.sealed_reason).where(
        settings_drafts.c.tenant == tx.tenant, settings_drafts.c.id == id
    )
    sealed = tx.connection.execute(query).scalar()
    return open_sealed(sealed, keys=keys, tenant=tx.tenant, context=_why(id)).decode() if sealed else ""


def _columns(tx: Transaction, draft: Draft, keys: Keys) -> dict[str, Any]:
    is_over = draft.state not in (DraftState.DRAFT, DraftState.SUBMITTED)
    # What became of a draft is in the history; its secrets are not kept a second time.
    kept = replace(draft.changes, secrets=dict.fromkeys(draft.changes.secrets, "")) if is_over else draft.changes
    plain = json.dumps(asdict(kept)).encode()
    return {
        "state": draft.state.value,
        "revision": draft.revision,
        "based_on": draft.based_on,
        "sealed": seal(plain, keys=keys, tenant=tx.tenant, context=_context(draft.id)),
        "editors": list(draft.editors),
        "changed_at": draft.changed_at,
        "decided_by": draft.decided_by,
        "decided_at": draft.decided_at,
    }


def _context(id: str) -> dict[str, str]:
    return {"kind": "settings.draft", "draft": id}


def _why(id: str) -> dict[str, str]:
    return {"kind": "settings.reason", "draft": id}


def _draft(tx: Transaction, row: Row[Any], keys: Keys) -> Draft:
    plain = json.loads(open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.id)))
    return Draft(
        id=row.id,
        state=DraftState(row.state),
        revision=row.revision,
        based_on=row.based_on,
        changes=DraftChanges(**plain),
        created_by=row.created_by,
        editors=tuple(row.editors),
        created_at=row.created_at,
        changed_at=row.changed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
