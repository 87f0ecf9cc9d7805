"""Why somebody did something, as they typed it: sealed. Columns and the audit log name a reason by its id alone."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, insert, select

from pipeline.model.errors import InvalidInput
from pipeline.model.ids import new_id
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_operations import reasons

LONGEST: Final = 500
_ID: Final = re.compile(r"why_[0-9a-z]{26}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenReason:
    """One reason, opened."""

    id: str
    act: str
    actor: str
    at: datetime
    text: str = field(repr=False)


def seal_reason(tx: Transaction, text: str, *, subject: str, act: str, keys: Keys, actor: str) -> str:
    """Keep a reason sealed, and give the id that stands for it everywhere else.

    Raises:
        InvalidInput: empty, or too long.
    """
    if not text.strip() or len(text) > LONGEST:
        raise InvalidInput(f"a reason has 1 to {LONGEST} characters")
    made = new_id("why")
    tx.connection.execute(
        insert(reasons).values(
            id=made,
            tenant=tx.tenant,
            subject=subject,
            act=act,
            sealed=seal(text.strip().encode(), keys=keys, tenant=tx.tenant, context=_context(made)),
            actor=actor,
            at=tx.now,
        )
    )
    return made


def list_reasons(tx: Transaction, subject: str, *, keys: Keys) -> tuple[GivenReason, ...]:
    """List why things were done to a subject, the first first."""
    query = select(reasons).where(reasons.c.tenant == tx.tenant, reasons.c.subject == subject)
    return _opened(tx, query.order_by(reasons.c.at, reasons.c.id), keys)


def read_reasons(tx: Transaction, named: Collection[str | None], *, keys: Keys) -> dict[str, str]:
    """Open reasons by their ids; what is no id of one, such as a reason that was told in plain words, is left out."""
    wanted = sorted({name for name in named if name and _ID.fullmatch(name)})
    if not wanted:
        return {}
    query = select(reasons).where(reasons.c.tenant == tx.tenant, reasons.c.id.in_(wanted))
    return {reason.id: reason.text for reason in _opened(tx, query, keys)}


def _opened(tx: Transaction, query: Select[Any], keys: Keys) -> tuple[GivenReason, ...]:
    return tuple(
        GivenReason(
            id=row.id,
            act=row.act,
            actor=row.actor,
            at=row.at,
            text=open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.id)).decode(),
        )
        for row in tx.connection.execute(query)
    )


def _context(reason: str) -> dict[str, str]:
    return {"kind": "operations.reason", "reason": reason}
