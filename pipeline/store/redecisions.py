"""Jobs that judge everything of a tenant again: planned in chunks of whole recordings, each done once, then counted.

Rows are only added: a job, its chunks, a receipt for each chunk that is done. What is left is what has no receipt.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, func, select, text
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound
from pipeline.model.ids import ArtifactId, new_id
from pipeline.ports.keys import Keys
from pipeline.store.audit import Facts, add_event, lock_log
from pipeline.store.session import Transaction
from pipeline.store.tables_versions import redecision_chunks, redecision_receipts, redecisions

CHUNK: Final = 1_000
"""Artifacts in a chunk; one more recording than fits is taken whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redecision:
    """One job. `cause` says why, and is planned once for a tenant."""

    id: str
    cause: str
    artifacts: int
    chunks: int
    at: datetime
    done_chunks: int = 0
    decided: int = 0
    changed: int = 0

    @property
    def is_finished(self) -> bool:
        """Whether every chunk is done."""
        return self.done_chunks == self.chunks


_PLAN: Final = text(
    """
    with keyed as (
      select coalesce(recording_id, call_id, id) as key, count(*) as members from earmark.artifacts
      where tenant = :tenant and purged_at is null group by 1),
    placed as (select key, members, (sum(members) over (order by key) - members) / :size as chunk from keyed),
    chunks as (
      select min(key) as first_key, max(key) as last_key, sum(members) as members, floor(chunk) as chunk
      from placed group by floor(chunk))
    insert into earmark.redecision_chunks (tenant, job, ordinal, first_key, last_key, artifacts)
    select :tenant, :job, row_number() over (order by chunk), first_key, last_key, members from chunks
    returning artifacts
    """
)
_IN_CHUNK: Final = text(
    """
    select id from earmark.artifacts
    where tenant = :tenant and purged_at is null
      and coalesce(recording_id, call_id, id) between :first_key and :last_key
    order by coalesce(recording_id, call_id, id), id
    """
)


def cause_by_hand(tx: Transaction, reason: str, *, keys: Keys) -> str:
    """Name a person's reason by a digest under the tenant's key: the same reason is the same cause, and no word shows.

    Raises:
        NotFound: the tenant has no key, or its key was destroyed.
    """
    return "by hand: " + hmac.digest(keys.digest_key(tx.tenant), b"redecision:" + reason.encode(), "sha256").hex()


def plan_redecision(tx: Transaction, *, cause: str, actor: str, size: int = CHUNK) -> Redecision | None:
    """Plan to judge every living artifact of the tenant again; None where this cause was planned before."""
    lock_log(tx)  # two who plan at once plan one
    known = tx.connection.execute(
        select(redecisions.c.id).where(redecisions.c.tenant == tx.tenant, redecisions.c.cause == cause)
    ).first()
    if known is not None:
        return None
    job = new_id("red")
    members = tx.connection.execute(_PLAN, {"tenant": tx.tenant, "job": job, "size": size}).scalars().all()
    planned = Redecision(id=job, cause=cause, artifacts=sum(members), chunks=len(members), at=tx.now)
    tx.connection.execute(
        insert(redecisions).values(
            id=job,
            tenant=tx.tenant,
            cause=cause,
            artifacts=planned.artifacts,
            chunks=planned.chunks,
            actor=actor,
            at=tx.now,
        )
    )
    facts: Facts = {"cause": cause, "artifacts": planned.artifacts, "chunks": planned.chunks}
    add_event(tx, AuditTag.REDECISION_PLANNED, actor=actor, target=job, facts=facts)
    return planned


def list_chunk(tx: Transaction, job: str, ordinal: int) -> tuple[ArtifactId, ...]:
    """List the living artifacts of a chunk, those of one recording together.

    Raises:
        NotFound: the tenant has no such chunk.
    """
    row = tx.connection.execute(
        select(redecision_chunks).where(
            redecision_chunks.c.tenant == tx.tenant,
            redecision_chunks.c.job == job,
            redecision_chunks.c.ordinal == ordinal,
        )
    ).first()
    if row is None:
        raise NotFound(f"no chunk {ordinal} of {job}")
    keys = {"tenant": tx.tenant, "first_key": row.first_key, "last_key": row.last_key}
    return tuple(ArtifactId(found) for found in tx.connection.execute(_IN_CHUNK, keys).scalars())


def list_open_chunks(tx: Transaction, job: str) -> tuple[int, ...]:
    """List the chunks of a job that are not done yet, in order."""
    return tuple(tx.connection.execute(_open(tx, job).order_by(redecision_chunks.c.ordinal)).scalars())


def _open(tx: Transaction, job: str) -> Select[int]:
    chunks, receipts = redecision_chunks, redecision_receipts
    same = (receipts.c.tenant == chunks.c.tenant) & (receipts.c.job == chunks.c.job)
    is_done = select(receipts.c.id).where(same, receipts.c.ordinal == chunks.c.ordinal).exists()
    return select(chunks.c.ordinal).where(chunks.c.tenant == tx.tenant, chunks.c.job == job, ~is_done)


def add_receipt(tx: Transaction, job: str, ordinal: int, *, decided: int, changed: int) -> bool:
    """Note that a chunk is done, once; with the last one the job is finished. False where it was noted."""
    added = tx.connection.execute(
        insert(redecision_receipts)
        .values(tenant=tx.tenant, job=job, ordinal=ordinal, decided=decided, changed=changed, at=tx.now)
        .on_conflict_do_nothing()
        .returning(redecision_receipts.c.id)
    )
    if added.first() is None:
        return False
    lock_log(tx)  # whoever is last sees all the others
    if _is_all_done(tx, job):
        found = get_redecision(tx, job)
        facts: Facts = {"decided": found.decided, "changed": found.changed}
        add_event(tx, AuditTag.REDECISION_FINISHED, actor="system", target=job, facts=facts)
    return True


def _is_all_done(tx: Transaction, job: str) -> bool:
    """Look for one open chunk, from the end: chunks are worked on in order, so none need be counted."""
    last = _open(tx, job).order_by(redecision_chunks.c.ordinal.desc()).limit(1)
    return tx.connection.execute(last).first() is None


def get_redecision(tx: Transaction, job: str) -> Redecision:
    """Read a job and how far it is.

    Raises:
        NotFound: the tenant has no such job.
    """
    found = _list(tx, job)
    if not found:
        raise NotFound(f"no job {job}")
    return found[0]


def list_redecisions(tx: Transaction) -> tuple[Redecision, ...]:
    """List the tenant's jobs and how far each is, oldest first."""
    return _list(tx)


def _list(tx: Transaction, job: str | None = None) -> tuple[Redecision, ...]:
    """Read every job or one; of one, only its own receipts are counted."""
    of_receipts, of_jobs = redecision_receipts.c.tenant == tx.tenant, redecisions.c.tenant == tx.tenant
    if job is not None:
        of_receipts, of_jobs = of_receipts & (redecision_receipts.c.job == job), of_jobs & (redecisions.c.id == job)
    done = (
        select(
            redecision_receipts.c.job,
            func.count().label("done"),
            func.sum(redecision_receipts.c.decided).label("decided"),
            func.sum(redecision_receipts.c.changed).label("changed"),
        )
        .where(of_receipts)
        .group_by(redecision_receipts.c.job)
        .subquery()
    )
    rows = tx.connection.execute(
        select(redecisions, done.c.done, done.c.decided, done.c.changed)
        .join_from(redecisions, done, redecisions.c.id == done.c.job, isouter=True)
        .where(of_jobs)
        .order_by(redecisions.c.at, redecisions.c.id)
    )
    return tuple(_job(row) for row in rows)


def _job(row: Row[Any]) -> Redecision:
    return Redecision(
        id=row.id,
        cause=row.cause,
        artifacts=row.artifacts,
        chunks=row.chunks,
        at=row.at,
        done_chunks=int(row.done or 0),
        decided=int(row.decided or 0),
        changed=int(row.changed or 0),
    )
