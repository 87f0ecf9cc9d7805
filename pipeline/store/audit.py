"""The audit log: rows are only ever added, each chained to the tenant's one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row, bindparam, select, text

from pipeline.model.audit import GENESIS, AuditEntry, AuditEvent, AuditTag, entry_hash
from pipeline.store.rows import add_rows
from pipeline.store.session import Transaction
from pipeline.store.tables import audit_events

_PAGE: Final = 1000
_LOCK: Final = text("select pg_advisory_xact_lock(hashtext(:k))")
_LAST: Final = (
    select(audit_events.c.seq, audit_events.c.hash)
    .where(audit_events.c.tenant == bindparam("t"))
    .order_by(audit_events.c.seq.desc())
    .limit(1)
)
type Facts = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something to be appended to a tenant's log."""

    tag: AuditTag
    actor: str
    target: str
    facts: Facts = field(default_factory=dict)


def add_event(tx: Transaction, tag: AuditTag, *, actor: str, target: str, facts: Facts | None = None) -> AuditEvent:
    """Append to the tenant's chain, inside the transaction of what happened.

    Args:
        tx: the transaction that also writes what happened.
        tag: what happened.
        actor: who did it: `system`, `webhook:twilio`, `user:<id>`, `cli`.
        target: the id of what it happened to.
        facts: ids, digests, counts and enum values; never words, numbers or names of a call.
    """
    (event,) = add_events(tx, [Happening(tag=tag, actor=actor, target=target, facts=facts or {})])
    return event


def add_events(tx: Transaction, happenings: Sequence[Happening]) -> tuple[AuditEvent, ...]:
    """Append several events in their order, with as few statements for many as for one.

    Appending waits for other transactions that append for the same tenant, so that the chain never forks.
    """
    if not happenings:
        return ()
    lock_log(tx)
    last = tx.connection.execute(_LAST, {"t": tx.tenant}).first()
    seq, previous = (last.seq, last.hash) if last else (0, GENESIS)
    via = {"via": tx.via} if tx.via else {}
    events = []
    for number, happening in enumerate(happenings, start=seq + 1):
        entry = AuditEntry(
            tenant=tx.tenant,
            seq=number,
            tag=happening.tag.value,
            actor=happening.actor,
            target=happening.target,
            at=tx.now,
            facts={**happening.facts, **via},
        )
        event = AuditEvent(entry=entry, previous_hash=previous, hash=entry_hash(entry, previous_hash=previous))
        events.append(event)
        previous = event.hash
    add_rows(tx, audit_events, [_row(event) for event in events])
    return tuple(events)


def lock_log(tx: Transaction) -> None:
    """Be the only transaction of the tenant that appends, until it ends.

    What must happen once and is audited waits here too: a second lock, taken in another order, could block both.
    """
    tx.connection.execute(_LOCK, {"k": f"earmark-audit:{tx.tenant}"})


def list_events(tx: Transaction, *, target: str | None = None, after: int = 0) -> Iterator[AuditEvent]:
    """Give the tenant's events after a number, all or those of one target, a page at a time."""
    query = select(audit_events).where(audit_events.c.tenant == tx.tenant).order_by(audit_events.c.seq).limit(_PAGE)
    if target is not None:
        query = query.where(audit_events.c.target == target)
    last = after
    while rows := tx.connection.execute(query.where(audit_events.c.seq > last)).all():
        for row in rows:
            yield _event(row)
        last = rows[-1].seq


def _row(event: AuditEvent) -> dict[str, Any]:
    entry = event.entry
    return {
        "tenant": entry.tenant,
        "seq": entry.seq,
        "tag": entry.tag,
        "actor": entry.actor,
        "target": entry.target,
        "at": entry.at,
        "facts": dict(entry.facts),
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def _event(row: Row[Any]) -> AuditEvent:
    entry = AuditEntry(
        tenant=row.tenant, seq=row.seq, tag=row.tag, actor=row.actor, target=row.target, at=row.at, facts=row.facts
    )
    return AuditEvent(entry=entry, previous_hash=row.previous_hash, hash=row.hash)
