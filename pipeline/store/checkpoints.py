"""Which checkpoints of a tenant's audit log were signed. Rows are only added; the statements are objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select, text

from pipeline.model.audit import AuditTag
from pipeline.model.checkpoint import Checkpoint
from pipeline.store.audit import Facts, add_event
from pipeline.store.session import Transaction
from pipeline.store.tables import audit_events
from pipeline.store.tables_holds import audit_checkpoints

_LOCK: Final = text("select pg_advisory_xact_lock(hashtext(:k))")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint with the SHA-256 of its statement, the key that signed it, and where it lies."""

    checkpoint: Checkpoint
    sha256: str
    kid: str
    object_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsigned:
    """How far a log goes beyond its last checkpoint; `has_news` where more than checkpoints was noted since."""

    last_seq: int
    signed_seq: int
    signed_at: datetime | None
    has_news: bool


def lock_checkpoints(tx: Transaction) -> None:
    """Be the only one who signs the tenant's log, until the transaction ends: checkpoints never fork."""
    tx.connection.execute(_LOCK, {"k": f"earmark-checkpoints:{tx.tenant}"})


def add_checkpoint(tx: Transaction, signed: SignedCheckpoint) -> None:
    """Note a checkpoint, and say in the log that it was signed."""
    checkpoint = signed.checkpoint
    tx.connection.execute(
        insert(audit_checkpoints).values(
            tenant=tx.tenant,
            seq=checkpoint.seq,
            hash=checkpoint.hash,
            sha256=signed.sha256,
            previous_sha256=checkpoint.previous,
            kid=signed.kid,
            object_key=signed.object_key,
            at=checkpoint.at,
        )
    )
    facts: Facts = {"seq": checkpoint.seq, "hash": checkpoint.hash, "sha256": signed.sha256, "kid": signed.kid}
    add_event(tx, AuditTag.AUDIT_CHECKPOINT, actor="system", target=tx.tenant, facts=facts)


def find_last_checkpoint(tx: Transaction) -> SignedCheckpoint | None:
    """Find the newest checkpoint; None where nothing was signed yet."""
    query = select(audit_checkpoints).where(audit_checkpoints.c.tenant == tx.tenant)
    row = tx.connection.execute(query.order_by(audit_checkpoints.c.seq.desc()).limit(1)).first()
    return None if row is None else _signed(row)


def list_checkpoints(tx: Transaction) -> tuple[SignedCheckpoint, ...]:
    """List every checkpoint in the log's order."""
    query = select(audit_checkpoints).where(audit_checkpoints.c.tenant == tx.tenant).order_by(audit_checkpoints.c.seq)
    return tuple(_signed(row) for row in tx.connection.execute(query))


def read_unsigned(tx: Transaction) -> Unsigned:
    """Say how far the log goes beyond its last checkpoint."""
    last = find_last_checkpoint(tx)
    mine = audit_events.c.tenant == tx.tenant
    signed_seq = last.checkpoint.seq if last else 0
    newest = select(audit_events.c.seq).where(mine).order_by(audit_events.c.seq.desc()).limit(1)
    news = (
        select(audit_events.c.seq)
        .where(mine, audit_events.c.seq > signed_seq, audit_events.c.tag != AuditTag.AUDIT_CHECKPOINT.value)
        .limit(1)
    )
    return Unsigned(
        last_seq=tx.connection.execute(newest).scalar() or 0,
        signed_seq=signed_seq,
        signed_at=last.checkpoint.at if last else None,
        has_news=tx.connection.execute(news).first() is not None,
    )


def _signed(row: Row[Any]) -> SignedCheckpoint:
    checkpoint = Checkpoint(tenant=row.tenant, seq=row.seq, hash=row.hash, at=row.at, previous=row.previous_sha256)
    return SignedCheckpoint(checkpoint=checkpoint, sha256=row.sha256, kid=row.kid, object_key=row.object_key)
