"""Who asked to see what stands behind a hidden span, who allowed it, and until when. Why stands sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from pipeline.model.entity import EntityType
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.reveal import ASK_LASTS, Reveal, RevealPurpose
from pipeline.model.span import TimeSpan
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_review import reveals


def add_reveal(tx: Transaction, reveal: Reveal, *, reason: str, keys: Keys) -> None:
    """Keep what was asked, with its reason."""
    tx.connection.execute(
        insert(reveals).values(
            id=reveal.id,
            tenant=tx.tenant,
            recording_id=reveal.recording,
            version=reveal.version,
            entity_type=reveal.type.value,
            channel=reveal.channel,
            start_ms=reveal.time.start_ms,
            end_ms=reveal.time.end_ms,
            purpose=reveal.purpose.value,
            sealed=seal(reason.encode(), keys=keys, tenant=tx.tenant, context=_context(reveal.id)),
            asked_by=reveal.asked_by,
            asked_at=reveal.asked_at,
        )
    )


def get_reveal(tx: Transaction, reveal: str, *, is_locked: bool = False) -> Reveal:
    """Read a reveal, and lock its row where that is asked.

    Raises:
        NotFound: the tenant has no such reveal.
    """
    query = _reveals(tx).where(reveals.c.id == reveal)
    row = tx.connection.execute(query.with_for_update() if is_locked else query).first()
    if row is None:
        raise NotFound(f"no reveal {reveal[:40]}")
    return _reveal(row)


def list_reveals_of(tx: Transaction, recording: RecordingId, *, limit: int = 50) -> tuple[Reveal, ...]:
    """List what was asked of a recording, the newest first."""
    query = _reveals(tx).where(reveals.c.recording_id == recording)
    rows = tx.connection.execute(query.order_by(reveals.c.asked_at.desc(), reveals.c.id).limit(limit))
    return tuple(_reveal(row) for row in rows)


def list_asked(tx: Transaction, *, limit: int = 50) -> tuple[Reveal, ...]:
    """List what waits for an answer and can still be answered, the oldest first."""
    query = _reveals(tx).where(reveals.c.answered_at.is_(None), reveals.c.asked_at > tx.now - ASK_LASTS)
    return tuple(_reveal(row) for row in tx.connection.execute(query.order_by(reveals.c.asked_at).limit(limit)))


def mark_answered(tx: Transaction, reveal: str, *, actor: str, ends_at: datetime | None) -> None:
    """Note an answer; with an end it was allowed, without one refused."""
    tx.connection.execute(
        update(reveals)
        .where(reveals.c.tenant == tx.tenant, reveals.c.id == reveal)
        .values(answered_by=actor, answered_at=tx.now, ends_at=ends_at)
    )


def read_reveal_reason(tx: Transaction, reveal: str, *, keys: Keys) -> str:
    """Open why somebody asked; nothing where the recording was purged since.

    Raises:
        NotFound: the tenant has no such reveal.
    """
    query = select(reveals.c.sealed).where(reveals.c.tenant == tx.tenant, reveals.c.id == reveal)
    sealed = tx.connection.execute(query).scalar()
    if sealed is None:
        raise NotFound(f"no reveal {reveal[:40]}")
    if not sealed:
        return ""
    return open_sealed(sealed, keys=keys, tenant=tx.tenant, context=_context(reveal)).decode()


def _reveals(tx: Transaction) -> Any:
    return select(reveals).where(reveals.c.tenant == tx.tenant)


def _reveal(row: Row[Any]) -> Reveal:
    return Reveal(
        id=row.id,
        recording=RecordingId(row.recording_id),
        version=row.version,
        type=EntityType(row.entity_type),
        channel=row.channel,
        time=TimeSpan(row.start_ms, row.end_ms),
        purpose=RevealPurpose(row.purpose),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        ends_at=row.ends_at,
    )


def _context(reveal: str) -> dict[str, str]:
    return {"kind": "reveal", "reveal": reveal}
