"""Who moved what in the queue, with what they wrote about it sealed. Rows are only added."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select

from pipeline.model.ids import RecordingId, new_id
from pipeline.model.queue_item import Move
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_queue import review_moves


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewMove:
    """One move. `note` is empty where nothing was written, or what was is gone with the recording."""

    move: Move
    actor: str
    towards: str | None
    at: datetime
    note: str = field(default="", repr=False)


def add_move(
    tx: Transaction, recording: RecordingId, move: Move, *, actor: str, towards: str | None, note: str, keys: Keys
) -> None:
    """Keep a move, and what was written about it."""
    made = new_id("mov")
    sealed = seal(note.encode(), keys=keys, tenant=tx.tenant, context=_context(made)) if note else None
    tx.connection.execute(
        insert(review_moves).values(
            id=made,
            tenant=tx.tenant,
            recording_id=recording,
            move=move.value,
            actor=actor,
            towards=towards,
            sealed=sealed,
            at=tx.now,
        )
    )


def list_moves(tx: Transaction, recording: RecordingId, *, keys: Keys) -> tuple[ReviewMove, ...]:
    """List the moves of a recording, the last one first."""
    rows = tx.connection.execute(
        select(review_moves)
        .where(review_moves.c.tenant == tx.tenant, review_moves.c.recording_id == recording)
        .order_by(review_moves.c.at.desc(), review_moves.c.id.desc())
        .limit(50)
    )
    return tuple(
        ReviewMove(
            move=Move(row.move),
            actor=row.actor,
            towards=row.towards,
            at=row.at,
            note=_opened(tx, row.id, row.sealed, keys),
        )
        for row in rows
    )


def _opened(tx: Transaction, move: str, sealed: bytes | None, keys: Keys) -> str:
    return open_sealed(sealed, keys=keys, tenant=tx.tenant, context=_context(move)).decode() if sealed else ""


def _context(move: str) -> dict[str, str]:
    return {"kind": "review.move", "move": move}
