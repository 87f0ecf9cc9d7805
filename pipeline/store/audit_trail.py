"""What the audit log says of a recording and everything made of it, as the tenant's own people may read it.

A reading for a demand of law of which the tenant may not know yet is left out until the tenant was told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Text, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.model.audit import AuditEntry, AuditEvent
from pipeline.model.ids import RecordingId
from pipeline.store.audit import list_events
from pipeline.store.legal_requests import list_untold
from pipeline.store.session import Transaction
from pipeline.store.tables import artifacts, audit_events, recordings, review_items


def targets_of(tx: Transaction, recording: RecordingId) -> tuple[str, ...]:
    """List the ids under which a recording's events stand: its own, its call's, its line's and its artifacts'."""
    call = tx.connection.execute(
        select(recordings.c.call_id).where(recordings.c.tenant == tx.tenant, recordings.c.id == recording)
    ).scalar()
    made = select(artifacts.c.id).where(artifacts.c.tenant == tx.tenant, artifacts.c.recording_id == recording)
    line = select(review_items.c.id).where(review_items.c.tenant == tx.tenant, review_items.c.recording_id == recording)
    found = [*tx.connection.execute(made).scalars(), *tx.connection.execute(line).scalars()]
    return tuple(sorted({str(recording), *found, *([call] if call else [])}))


def read_trail(
    tx: Transaction, targets: Sequence[str], *, before: int | None = None, limit: int = 50
) -> tuple[tuple[AuditEntry, ...], int | None]:
    """Read a page of events of these targets, newest first; the number asks for those before them, None at the end."""
    query = select(audit_events).where(
        audit_events.c.tenant == tx.tenant,
        audit_events.c.target == any_(literal(list(targets), ARRAY(Text))),
        func.coalesce(audit_events.c.facts["reason"].astext, "").not_in(_untold(tx)),
    )
    if before is not None:
        query = query.where(audit_events.c.seq < before)
    rows = tx.connection.execute(query.order_by(audit_events.c.seq.desc()).limit(limit + 1)).all()
    shown = tuple(
        AuditEntry(tenant=r.tenant, seq=r.seq, tag=r.tag, actor=r.actor, target=r.target, at=r.at, facts=r.facts)
        for r in rows[:limit]
    )
    return shown, (shown[-1].seq if len(rows) > limit else None)


def list_trail(tx: Transaction, target: str) -> Iterator[AuditEvent]:
    """Give the whole of one target's events, the oldest first."""
    untold = _untold(tx)
    return (event for event in list_events(tx, target=target) if event.entry.facts.get("reason") not in untold)


def _untold(tx: Transaction) -> tuple[str, ...]:
    """Give the reasons under which a demand that is not told was read for; `reads.legal_export` writes them."""
    return tuple(f"legal:{request}" for request in sorted(list_untold(tx)))
