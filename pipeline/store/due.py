"""What the nightly run looks for, each through its own index, a page at a time: the cost goes with what is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select, tuple_, update

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.ids import ArtifactId, CallId, RecordingId
from pipeline.model.purge import Subject
from pipeline.model.retention import Disposition
from pipeline.store.artifacts import UNDECIDED, artifact_of
from pipeline.store.session import Transaction
from pipeline.store.tables import artifacts

SURVIVING: Final = frozenset({ArtifactKind.CONSENT_RECEIPT, ArtifactKind.DATASET_MANIFEST})
"""Kinds without a word or sound of the call: proof of who agreed, and lineage. Rows are reduced although they stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """Recordings and calls of which something is due, each once; `after` asks for the next page, None at the end."""

    subjects: tuple[Subject, ...]
    artifacts: int
    after: tuple[date, str] | None


def read_due(tx: Transaction, *, on: date, after: tuple[date, str] | None = None, limit: int = 500) -> DuePage:
    """Read a page of what is due on a day: what no hold was on when it was last decided."""
    rows = tx.connection.execute(due_query(tx, on=on, after=after, limit=limit)).all()
    subjects = tuple(dict.fromkeys(subject_of(row) for row in rows))
    last = (rows[-1].retain_until, rows[-1].id) if len(rows) == limit else None
    return DuePage(subjects=subjects, artifacts=len(rows), after=last)


def due_query(tx: Transaction, *, on: date, after: tuple[date, str] | None, limit: int) -> Select[Any]:
    """Write the query of a page. Days first, as the index has them."""
    query = (
        select(artifacts.c.id, artifacts.c.recording_id, artifacts.c.call_id, artifacts.c.retain_until)
        .where(
            artifacts.c.tenant == tx.tenant,
            artifacts.c.purged_at.is_(None),
            artifacts.c.retain_until.is_not(None),
            artifacts.c.retain_until <= on,
            artifacts.c.disposition != Disposition.HELD.value,
        )
        .order_by(artifacts.c.retain_until, artifacts.c.id)
        .limit(limit)
    )
    if after is not None:
        # Said twice: the first half is what an index by day can begin at, the second tells two of one day apart.
        query = query.where(
            artifacts.c.retain_until >= after[0], tuple_(artifacts.c.retain_until, artifacts.c.id) > tuple_(*after)
        )
    return query


def list_due_of(tx: Transaction, subject: Subject) -> tuple[Artifact, ...]:
    """List what the decision in force wants purged: of a recording, a call beside its recordings, or an artifact."""
    rows = tx.connection.execute(
        _living(tx, subject).where(
            artifacts.c.disposition == Disposition.DUE.value, artifacts.c.retain_until <= tx.now.date()
        )
    )
    return tuple(artifact_of(row) for row in rows)


def list_living_of(tx: Transaction, subject: Subject) -> tuple[Artifact, ...]:
    """List what is still there of a recording, of a call without its recordings, or of an artifact."""
    return tuple(artifact_of(row) for row in tx.connection.execute(_living(tx, subject)))


def has_content(tx: Transaction, *, recording: RecordingId | None = None, call: CallId | None = None) -> bool:
    """Say whether anything that holds words, sound or numbers is still there: of a recording, or of a whole call."""
    named = artifacts.c.recording_id == recording if recording is not None else artifacts.c.call_id == call
    found = tx.connection.execute(
        select(artifacts.c.id)
        .where(
            artifacts.c.tenant == tx.tenant,
            named,
            artifacts.c.purged_at.is_(None),
            artifacts.c.kind.not_in([kind.value for kind in SURVIVING]),
        )
        .limit(1)
    )
    return found.first() is not None


def list_undecided(tx: Transaction, *, before: datetime, limit: int = 500) -> tuple[Subject, ...]:
    """Name what has artifacts that nobody judged although their work must be over."""
    query = (
        select(artifacts.c.id, artifacts.c.recording_id, artifacts.c.call_id)
        .where(
            artifacts.c.tenant == tx.tenant,
            artifacts.c.purged_at.is_(None),
            artifacts.c.disposition == UNDECIDED,
            artifacts.c.created_at < before,
        )
        .order_by(artifacts.c.created_at)
        .limit(limit)
    )
    return tuple(dict.fromkeys(subject_of(row) for row in tx.connection.execute(query)))


def iterate_subjects(tx: Transaction, *, limit: int = 500, after: str = "") -> tuple[tuple[Subject, ...], str | None]:
    """Read a page of everything a tenant still has, by artifact; give the page and where the next begins."""
    query = (
        select(artifacts.c.id, artifacts.c.recording_id, artifacts.c.call_id)
        .where(artifacts.c.tenant == tx.tenant, artifacts.c.purged_at.is_(None), artifacts.c.id > after)
        .order_by(artifacts.c.id)
        .limit(limit)
    )
    rows = tx.connection.execute(query).all()
    return tuple(dict.fromkeys(subject_of(row) for row in rows)), rows[-1].id if len(rows) == limit else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDue:
    """Artifacts of one kind that are kept without an end and whose yearly justification is due."""

    kind: str
    count: int
    since: date


def list_reviews_due(tx: Transaction, *, on: date) -> tuple[ReviewDue, ...]:
    """Count what is to be justified again, by kind, with the oldest day it was due on."""
    rows = tx.connection.execute(
        select(artifacts.c.kind, func.count().label("found"), func.min(artifacts.c.review_on).label("since"))
        .where(_reviewed(tx), artifacts.c.review_on <= on)
        .group_by(artifacts.c.kind)
        .order_by(artifacts.c.kind)
    )
    return tuple(ReviewDue(kind=row.kind, count=row.found, since=row.since) for row in rows)


def move_reviews(tx: Transaction, *, kind: str, on: date, to: date) -> int:
    """Move the review of what is due of a kind to a later day; count what was moved."""
    moved = tx.connection.execute(
        update(artifacts)
        .where(_reviewed(tx), artifacts.c.review_on <= on, artifacts.c.kind == kind)
        .values(review_on=to)
    )
    return moved.rowcount


def list_overdue(tx: Transaction, *, before: date, limit: int = 500) -> Iterator[tuple[ArtifactId, ArtifactKind]]:
    """Name artifacts whose justification was due before a day."""
    query = (
        select(artifacts.c.id, artifacts.c.kind)
        .where(_reviewed(tx), artifacts.c.review_on < before)
        .order_by(artifacts.c.review_on, artifacts.c.id)
        .limit(limit)
    )
    for row in tx.connection.execute(query):
        yield ArtifactId(row.id), ArtifactKind(row.kind)


def subject_of(row: Any) -> Subject:
    """Say what an artifact's row is purged with: its recording, else its call, else itself."""
    if row.recording_id:
        return Subject(kind="recording", id=row.recording_id)
    return Subject(kind="call", id=row.call_id) if row.call_id else Subject(kind="artifact", id=row.id)


def subject_of_artifact(artifact: Artifact) -> Subject:
    """Say the same of an artifact that was read."""
    if artifact.recording:
        return Subject(kind="recording", id=artifact.recording)
    return Subject(kind="call", id=artifact.call) if artifact.call else Subject(kind="artifact", id=artifact.id)


def list_outliving(tx: Transaction) -> tuple[Artifact, ...]:
    """List what the decisions in force keep: everything that is there and not due."""
    rows = tx.connection.execute(
        select(artifacts)
        .where(
            artifacts.c.tenant == tx.tenant,
            artifacts.c.purged_at.is_(None),
            artifacts.c.disposition != Disposition.DUE.value,
        )
        .order_by(artifacts.c.id)
    )
    return tuple(artifact_of(row) for row in rows)


def _living(tx: Transaction, subject: Subject) -> Select[Any]:
    query = select(artifacts).where(artifacts.c.tenant == tx.tenant, artifacts.c.purged_at.is_(None))
    query = query.order_by(artifacts.c.created_at, artifacts.c.id)
    if subject.kind == "recording":
        return query.where(artifacts.c.recording_id == subject.id)
    if subject.kind == "call":
        return query.where(artifacts.c.call_id == subject.id, artifacts.c.recording_id.is_(None))
    return query.where(artifacts.c.id == subject.id)


def _reviewed(tx: Transaction) -> ColumnElement[bool]:
    return (artifacts.c.tenant == tx.tenant) & artifacts.c.purged_at.is_(None) & artifacts.c.review_on.is_not(None)
