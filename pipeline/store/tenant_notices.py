"""What a tenant must be told, queued in the transaction of what happened; whoever sends it marks it sent.

Two who note the same before it was sent queue one notice. After it was sent, the same again is news again.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound
from pipeline.model.ids import new_id
from pipeline.model.tenant_notice import NoticeKind, TenantNotice
from pipeline.store.audit import Facts, add_event
from pipeline.store.session import Transaction
from pipeline.store.tables_duties import notices_to_tenant

_OPEN: Final = "open"
_SENT: Final = "sent"


def add_notice(tx: Transaction, kind: NoticeKind, *, subject: tuple[str, str], cause: str) -> bool:
    """Queue a notice about `(kind of thing, id)`; False where the same one waits to be sent already."""
    notice = new_id("ntc")
    added = tx.connection.execute(
        insert(notices_to_tenant)
        .values(
            id=notice,
            tenant=tx.tenant,
            kind=kind.value,
            subject_kind=subject[0],
            subject_id=subject[1],
            cause=cause,
            state=_OPEN,
            noted_at=tx.now,
        )
        .on_conflict_do_nothing()
        .returning(notices_to_tenant.c.id)
    )
    is_new = added.first() is not None
    if is_new:
        facts = {"kind": kind.value, "subject": subject[1], "cause": cause}
        add_event(tx, AuditTag.TENANT_NOTICE_QUEUED, actor="system", target=notice, facts=facts)
    return is_new


def list_notices(tx: Transaction, *, is_open: bool | None = None, limit: int = 100) -> tuple[TenantNotice, ...]:
    """List notices, oldest first: those that wait, those that were sent, or all."""
    query = select(notices_to_tenant).where(notices_to_tenant.c.tenant == tx.tenant)
    if is_open is not None:
        query = query.where(notices_to_tenant.c.state == (_OPEN if is_open else _SENT))
    rows = tx.connection.execute(query.order_by(notices_to_tenant.c.noted_at, notices_to_tenant.c.id).limit(limit))
    return tuple(_notice(row) for row in rows)


def get_notice(tx: Transaction, notice: str) -> TenantNotice:
    """Read a notice, sent or not.

    Raises:
        NotFound: the tenant has no such notice.
    """
    mine = (notices_to_tenant.c.tenant == tx.tenant) & (notices_to_tenant.c.id == notice)
    row = tx.connection.execute(select(notices_to_tenant).where(mine)).first()
    if row is None:
        raise NotFound(f"no notice {notice}")
    return _notice(row)


def mark_sent(tx: Transaction, notice: str, *, proof: Facts | None = None) -> bool:
    """Note that a notice was delivered, and by which proof; False where it was noted before, or there is none."""
    done = tx.connection.execute(
        update(notices_to_tenant)
        .where(
            notices_to_tenant.c.tenant == tx.tenant,
            notices_to_tenant.c.id == notice,
            notices_to_tenant.c.state == _OPEN,
        )
        .values(state=_SENT, sent_at=tx.now)
        .returning(notices_to_tenant.c.kind)
    ).first()
    if done is not None:
        add_event(
            tx, AuditTag.TENANT_NOTICE_SENT, actor="system", target=notice, facts={"kind": done.kind, **(proof or {})}
        )
    return done is not None


def _notice(row: Row[Any]) -> TenantNotice:
    return TenantNotice(
        id=row.id,
        kind=NoticeKind(row.kind),
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        cause=row.cause,
        noted_at=row.noted_at,
        sent_at=row.sent_at,
    )
