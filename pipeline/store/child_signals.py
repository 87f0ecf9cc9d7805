"""Signs of a child that come besides what was heard: an agent's, the tenant's, and a person's word that there is none.

Rows are only added. A clearing covers the signs noted before it, whoever noted them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import insert, select

from pipeline.model.ids import CallId, RecordingId
from pipeline.store.calls import list_flags
from pipeline.store.session import Transaction
from pipeline.store.tables_registry import child_signals

CLEARED: Final = "cleared"
FLAGGED: Final = "child_signal"
"""What a call is flagged with while it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedSign:
    """One sign, or a clearing of those before it."""

    sign: str
    age: int | None
    on: date
    at: datetime


def add_child_signal(
    tx: Transaction, scope: tuple[str, str], *, sign: str, age: int | None, on: date, actor: str
) -> None:
    """Note a sign about `("recording", id)` or `("call", id)`, or a clearing."""
    tx.connection.execute(
        insert(child_signals).values(
            tenant=tx.tenant,
            scope_kind=scope[0],
            scope_id=scope[1],
            sign=sign,
            age=age,
            noted_on=on,
            actor=actor,
            at=tx.now,
        )
    )


def list_child_signals(
    tx: Transaction, *, recording: RecordingId | None = None, call: CallId | None = None
) -> tuple[NotedSign, ...]:
    """List what was noted about a recording and its call, in order."""
    scope = (child_signals.c.scope_kind == "recording") & (child_signals.c.scope_id == (recording or ""))
    scope |= (child_signals.c.scope_kind == "call") & (child_signals.c.scope_id == (call or ""))
    rows = tx.connection.execute(
        select(child_signals).where(child_signals.c.tenant == tx.tenant, scope).order_by(child_signals.c.id)
    )
    return tuple(NotedSign(sign=row.sign, age=row.age, on=row.noted_on, at=row.at) for row in rows)


def count_standing(tx: Transaction, *, recording: RecordingId, call: CallId | None) -> int:
    """Count the signs noted so far where nobody has cleared the last of them; 0 where none stands."""
    noted = [entry.sign for entry in list_child_signals(tx, recording=recording, call=call)]
    if noted and noted[-1] == CLEARED:
        return 0
    is_flagged = call is not None and FLAGGED in list_flags(tx, call)
    return len([sign for sign in noted if sign != CLEARED]) + is_flagged
