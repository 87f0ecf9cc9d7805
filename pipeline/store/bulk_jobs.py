"""Jobs on many recordings: planned once, worked on in chunks, each item done once and then counted.

Of one kind a tenant has one unfinished job at a time. What is left is what has no outcome, so a job goes on wherever
it was stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.audit import AuditTag
from pipeline.model.bulk import CHUNK, BulkJob, BulkKind, BulkOutcome, BulkState
from pipeline.model.errors import Conflict, IllegalTransition, NotFound
from pipeline.model.ids import RecordingId, new_id
from pipeline.store.audit import Facts, add_event
from pipeline.store.session import Transaction
from pipeline.store.tables_bulk import bulk_items, bulk_jobs


def add_job(
    tx: Transaction, kind: BulkKind, *, options: Mapping[str, str | None], actor: str, sealed: bytes | None = None
) -> BulkJob:
    """Begin a job that has no items yet.

    Raises:
        Conflict: one of its kind is not finished.
    """
    job = new_id("bulk")
    added = tx.connection.execute(
        insert(bulk_jobs)
        .values(
            id=job,
            tenant=tx.tenant,
            kind=kind.value,
            state=BulkState.LISTING.value,
            options=dict(options),
            sealed=sealed,
            items=0,
            round=1,
            actor=actor,
            at=tx.now,
        )
        .on_conflict_do_nothing()
        .returning(bulk_jobs.c.id)
    )
    if added.first() is None:
        raise Conflict(f"a {kind} of this tenant is not finished yet: earmark {kind} status")
    return get_job(tx, job)


def give_up(tx: Transaction, job: str, *, failure: str) -> None:
    """End a job whose items cannot be listed, and say why: a code, and no words."""
    found = _lock(tx, job)
    if found.state is BulkState.LISTING:
        options = {**found.options, "failed": failure}
        _change(tx, job, state=BulkState.FINISHED.value, finished_at=tx.now, options=options)
        facts: Facts = {"kind": found.kind.value, "failed": failure}
        add_event(tx, AuditTag.BULK_FINISHED, actor="system", target=job, facts=facts)


def begin_work(tx: Transaction, job: str) -> BulkJob:
    """Count a job's items and let work on them begin; one without any is finished at once. Repeating changes nothing.

    Raises:
        NotFound: the tenant has no such job.
    """
    if _lock(tx, job).state is not BulkState.LISTING:
        return get_job(tx, job)
    items = tx.connection.execute(select(func.count()).where(*_of(tx, job))).scalar() or 0
    state = BulkState.RUNNING if items else BulkState.FINISHED
    _change(tx, job, items=items, state=state.value, finished_at=None if items else tx.now)
    found = get_job(tx, job)
    facts: Facts = {"kind": found.kind.value, "items": items, **found.options}
    add_event(tx, AuditTag.BULK_STARTED, actor=found.actor, target=job, facts=facts)
    return found


def pause_job(tx: Transaction, job: str, *, actor: str) -> BulkJob:
    """Have no further item begun.

    Raises:
        IllegalTransition: nothing of it is being worked on.
    """
    found = _lock(tx, job)
    if found.state is not BulkState.RUNNING:
        raise IllegalTransition(f"a job that is {found.state} cannot be paused")
    _change(tx, job, state=BulkState.PAUSED.value)
    add_event(tx, AuditTag.BULK_PAUSED, actor=actor, target=job, facts=_told(tx, found))
    return get_job(tx, job)


def resume_job(tx: Transaction, job: str, *, actor: str) -> BulkJob:
    """Let work on a job go on, in a new round.

    Raises:
        IllegalTransition: it was not paused.
    """
    found = _lock(tx, job)
    if found.state is not BulkState.PAUSED:
        raise IllegalTransition(f"a job that is {found.state} cannot be resumed")
    _change(tx, job, state=BulkState.RUNNING.value, round=found.round + 1)
    add_event(tx, AuditTag.BULK_RESUMED, actor=actor, target=job, facts=_told(tx, found))
    return get_job(tx, job)


def get_job(tx: Transaction, job: str) -> BulkJob:
    """Read a job and how far it is.

    Raises:
        NotFound: the tenant has no such job.
    """
    row = tx.connection.execute(_jobs(tx).where(bulk_jobs.c.id == job)).first()
    if row is None:
        raise NotFound(f"no job {job[:40]}")
    return replace(_job(row), outcomes=_count(tx, job))


def read_sealed(tx: Transaction, job: str) -> bytes | None:
    """Read what is sealed of a job: where its files lie."""
    found = tx.connection.execute(select(bulk_jobs.c.sealed).where(_jobs_are(tx), bulk_jobs.c.id == job)).scalar()
    return None if found is None else bytes(found)


def list_jobs(tx: Transaction, kind: BulkKind) -> tuple[BulkJob, ...]:
    """List the jobs of a kind and how far each is, the newest first."""
    query = _jobs(tx).where(bulk_jobs.c.kind == kind.value).order_by(bulk_jobs.c.at.desc(), bulk_jobs.c.id)
    return tuple(replace(_job(row), outcomes=_count(tx, row.id)) for row in tx.connection.execute(query).all())


def list_open_chunks(tx: Transaction, job: str) -> tuple[int, ...]:
    """List the chunks of a job in which an item has no outcome, in order."""
    chunk = (bulk_items.c.ordinal - 1) // CHUNK + 1
    query = select(chunk).where(*_of(tx, job), bulk_items.c.outcome.is_(None)).distinct().order_by(chunk)
    return tuple(tx.connection.execute(query).scalars())


def list_open_items(tx: Transaction, job: str, chunk: int) -> tuple[tuple[int, str], ...]:
    """List the items of a chunk that have no outcome, by number, each with its key."""
    first, last = (chunk - 1) * CHUNK + 1, chunk * CHUNK
    query = select(bulk_items.c.ordinal, bulk_items.c.key).where(
        *_of(tx, job), bulk_items.c.ordinal.between(first, last), bulk_items.c.outcome.is_(None)
    )
    return tuple((row.ordinal, row.key) for row in tx.connection.execute(query.order_by(bulk_items.c.ordinal)))


def read_item(tx: Transaction, job: str, ordinal: int) -> tuple[str, bytes | None]:
    """Read an item's key and what is sealed of it.

    Raises:
        NotFound: there is none.
    """
    query = select(bulk_items.c.key, bulk_items.c.sealed).where(*_of(tx, job), bulk_items.c.ordinal == ordinal)
    row = tx.connection.execute(query).first()
    if row is None:
        raise NotFound(f"no item {ordinal} of {job[:40]}")
    return row.key, row.sealed


def add_items(tx: Transaction, job: str, sealed: Mapping[str, bytes]) -> int:
    """Add items by key that are not there yet, numbered on; count those that were added."""
    _lock(tx, job)
    there = select(bulk_items.c.key).where(*_of(tx, job), bulk_items.c.key.in_(list(sealed)))
    known = set(tx.connection.execute(there).scalars())
    last = tx.connection.execute(select(func.max(bulk_items.c.ordinal)).where(*_of(tx, job))).scalar() or 0
    new = [(key, body) for key, body in sealed.items() if key not in known]
    rows = [
        {"tenant": tx.tenant, "job": job, "ordinal": ordinal, "key": key, "sealed": body}
        for ordinal, (key, body) in enumerate(new, start=last + 1)
    ]
    if rows:
        tx.connection.execute(insert(bulk_items), rows)
    return len(rows)


def is_left_out(tx: Transaction, key: str) -> bool:
    """Say whether an item of this key was left where it is because nobody attests that it may be kept."""
    left = (BulkOutcome.NO_EVIDENCE.value, BulkOutcome.NOT_COVERED.value)
    query = select(bulk_items.c.id).where(
        bulk_items.c.tenant == tx.tenant, bulk_items.c.key == key, bulk_items.c.outcome.in_(left)
    )
    return tx.connection.execute(query.limit(1)).first() is not None


def list_items_with(tx: Transaction, job: str, outcome: BulkOutcome, *, limit: int = 1000) -> tuple[str, ...]:
    """List the recordings of items that came out in a way."""
    query = select(bulk_items.c.recording_id).where(
        *_of(tx, job), bulk_items.c.outcome == outcome.value, bulk_items.c.recording_id.is_not(None)
    )
    return tuple(tx.connection.execute(query.order_by(bulk_items.c.ordinal).limit(limit)).scalars())


def note_outcome(
    tx: Transaction, job: str, ordinal: int, outcome: BulkOutcome, *, recording: RecordingId | None = None
) -> bool:
    """Note what became of an item, once; with the last one the job is finished. False where it was noted."""
    found = _lock(tx, job)  # two who note the last two at once see each other
    open_one = (*_of(tx, job), bulk_items.c.ordinal == ordinal, bulk_items.c.outcome.is_(None))
    values: dict[str, Any] = {"outcome": outcome.value, "done_at": tx.now, "sealed": None}
    if recording is not None:
        values["recording_id"] = recording
    if tx.connection.execute(update(bulk_items).where(*open_one).values(**values)).rowcount == 0:
        return False
    left = select(bulk_items.c.id).where(*_of(tx, job), bulk_items.c.outcome.is_(None)).limit(1)
    if tx.connection.execute(left).first() is None and found.state is not BulkState.LISTING:
        _change(tx, job, state=BulkState.FINISHED.value, finished_at=tx.now)
        add_event(tx, AuditTag.BULK_FINISHED, actor="system", target=job, facts={**_count(tx, job)})
    return True


def _count(tx: Transaction, job: str) -> dict[str, int]:
    query = select(bulk_items.c.outcome, func.count()).where(*_of(tx, job), bulk_items.c.outcome.is_not(None))
    rows = tx.connection.execute(query.group_by(bulk_items.c.outcome).order_by(bulk_items.c.outcome)).all()
    return {str(outcome): many for outcome, many in rows}


def _lock(tx: Transaction, job: str) -> BulkJob:
    row = tx.connection.execute(_jobs(tx).where(bulk_jobs.c.id == job).with_for_update()).first()
    if row is None:
        raise NotFound(f"no job {job[:40]}")
    return _job(row)


def _told(tx: Transaction, job: BulkJob) -> Facts:
    return {"kind": job.kind.value, "done": sum(_count(tx, job.id).values()), "items": job.items}


def _change(tx: Transaction, job: str, **values: Any) -> None:
    tx.connection.execute(
        update(bulk_jobs).where(bulk_jobs.c.tenant == tx.tenant, bulk_jobs.c.id == job).values(**values)
    )


def _jobs(tx: Transaction) -> Any:
    return select(bulk_jobs).where(_jobs_are(tx))


def _jobs_are(tx: Transaction) -> Any:
    return bulk_jobs.c.tenant == tx.tenant


def _of(tx: Transaction, job: str) -> tuple[Any, ...]:
    return bulk_items.c.tenant == tx.tenant, bulk_items.c.job == job


def _job(row: Row[Any]) -> BulkJob:
    return BulkJob(
        id=row.id,
        kind=BulkKind(row.kind),
        state=BulkState(row.state),
        options=row.options,
        items=row.items,
        round=row.round,
        actor=row.actor,
        at=row.at,
        finished_at=row.finished_at,
    )
