"""Nightly runs that were carried to their end, endings they took up, and keeping that was justified in writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from pipeline.model.audit import AuditTag
from pipeline.model.ids import new_id
from pipeline.model.purge import Subject
from pipeline.ports.keys import Keys
from pipeline.store.audit import Facts, add_event
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables import endings
from pipeline.store.tables_disposal import endings_applied, justifications, retention_runs

_KIND: Final = "retention.justification"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of one tenant, and what it counted."""

    on: date
    at: datetime
    counts: Mapping[str, int]


def add_run(tx: Transaction, *, on: date, counts: Mapping[str, int]) -> None:
    """Note a run that was carried to its end."""
    row = {"id": new_id("ret"), "tenant": tx.tenant, "run_on": on, "counts": dict(counts), "at": tx.now}
    tx.connection.execute(insert(retention_runs).values(**row))
    add_event(tx, AuditTag.RETENTION_RUN, actor="system", target=tx.tenant, facts={"on": on.isoformat(), **counts})


def find_last_run(tx: Transaction) -> Run | None:
    """Read the newest run; None where there was none."""
    query = select(retention_runs).where(retention_runs.c.tenant == tx.tenant)
    row = tx.connection.execute(query.order_by(retention_runs.c.at.desc()).limit(1)).first()
    return None if row is None else Run(on=row.run_on, at=row.at, counts=row.counts)


def list_new_endings(tx: Transaction) -> tuple[tuple[int, Subject], ...]:
    """List endings that no run has taken up yet, with what each ended: a recording, a call or the tenant."""
    taken = select(endings_applied.c.ending_id).where(endings_applied.c.tenant == tx.tenant)
    rows = tx.connection.execute(
        select(endings.c.id, endings.c.scope_kind, endings.c.scope_id)
        .where(endings.c.tenant == tx.tenant, endings.c.id.not_in(taken))
        .order_by(endings.c.id)
    )
    return tuple((row.id, Subject(kind=row.scope_kind, id=row.scope_id)) for row in rows)


def mark_taken_up(tx: Transaction, ending: int) -> None:
    """Note that everything an ending covers was judged with it."""
    row = {"tenant": tx.tenant, "ending_id": ending, "at": tx.now}
    tx.connection.execute(insert_or_not(endings_applied).values(**row).on_conflict_do_nothing())


@dataclass(frozen=True, slots=True, kw_only=True)
class Justification:
    """Why a kind is kept without an end: written by somebody, for a year."""

    id: str
    kind: str
    reason: str
    moved: int
    actor: str
    at: datetime


def add_justification(
    tx: Transaction, *, kind: str, reason: str, moved: int, until: date, actor: str, keys: Keys
) -> Justification:
    """Keep a justification, its words sealed; the log tells that there is one, how much it covers and until when."""
    made = Justification(id=new_id("just"), kind=kind, reason=reason, moved=moved, actor=actor, at=tx.now)
    tx.connection.execute(
        insert(justifications).values(
            id=made.id,
            tenant=tx.tenant,
            kind=kind,
            moved=moved,
            sealed=seal(reason.encode(), keys=keys, tenant=tx.tenant, context={"kind": _KIND, "id": made.id}),
            actor=actor,
            at=tx.now,
        )
    )
    facts: Facts = {"justification": made.id, "kind": kind, "moved": moved, "until": until.isoformat()}
    add_event(tx, AuditTag.KEEPING_JUSTIFIED, actor=actor, target=tx.tenant, facts=facts)
    return made


def list_justifications(tx: Transaction, *, keys: Keys) -> tuple[Justification, ...]:
    """List every justification, oldest first, its words opened.

    Raises:
        NotFound: the tenant's key was destroyed.
    """
    rows = tx.connection.execute(
        select(justifications).where(justifications.c.tenant == tx.tenant).order_by(justifications.c.at)
    )
    return tuple(
        Justification(
            id=row.id,
            kind=row.kind,
            reason=open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context={"kind": _KIND, "id": row.id}).decode(),
            moved=row.moved,
            actor=row.actor,
            at=row.at,
        )
        for row in rows
    )
