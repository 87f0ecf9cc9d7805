"""Recordings that were drawn for a quality review, and what came of it. A recording is drawn once or never.

A sample names the artifacts that are read: whoever reads it later, after a correction too, reads the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.agreement import Agreement
from pipeline.model.entity import EntityType
from pipeline.model.errors import NotFound
from pipeline.model.ids import ArtifactId, RecordingId, new_id
from pipeline.model.quality import Counts, Findings, counts_of, plain_counts
from pipeline.model.second_reading import Compared
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables import artifacts
from pipeline.store.tables_quality import quality_readings as readings
from pipeline.store.tables_quality import quality_samples as samples

OPEN, DISPUTED, FINISHED = "open", "disputed", "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One drawn recording: which artifacts are read, at which rate it was drawn, and where it stands."""

    id: str
    recording: RecordingId
    manifest: ArtifactId
    transcript: ArtifactId
    audio: ArtifactId
    rate: int
    has_second: bool
    state: str
    drawn_at: datetime
    finished_at: datetime | None
    counts: Mapping[EntityType, Counts] | None
    compared: Compared | None
    settled_by: str | None
    case: ArtifactId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSample:
    """What is drawn."""

    recording: RecordingId
    manifest: ArtifactId
    transcript: ArtifactId
    audio: ArtifactId
    rate: int
    has_second: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """By whom a dispute was settled, and why."""

    by: str
    why: str = field(repr=False)


def add_sample(tx: Transaction, drawn: NewSample) -> str | None:
    """Add what was drawn; give its id, None where the recording was drawn before."""
    added = tx.connection.execute(
        insert(samples)
        .values(
            id=new_id("qsm"),
            tenant=tx.tenant,
            recording_id=drawn.recording,
            manifest_id=drawn.manifest,
            transcript_id=drawn.transcript,
            audio_id=drawn.audio,
            rate=drawn.rate,
            has_second=drawn.has_second,
            state=OPEN,
            drawn_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["tenant", "recording_id"])
        .returning(samples.c.id)
    ).first()
    return None if added is None else str(added.id)


def get_sample(tx: Transaction, sample: str, *, is_locked: bool = False) -> Sample:
    """Read a sample, and be the only one to change it where it `is_locked`.

    Raises:
        NotFound: the tenant has no such sample.
    """
    query = _own(tx).where(samples.c.id == sample)
    row = tx.connection.execute(query.with_for_update() if is_locked else query).first()
    if row is None:
        raise NotFound(f"no sample {sample[:40]}")
    return _sample(row)


def list_samples(
    tx: Transaction, *, state: str, after: str = "", limit: int = 50, without: str = ""
) -> tuple[Sample, ...]:
    """List samples in a state that can still be read, oldest first, from the one after `after`.

    Args:
        tx: the transaction.
        state: which state.
        after: the id of the last one that was listed.
        limit: how many.
        without: leave out what this person ever had to read.
    """
    had = select(readings.c.id).where(
        readings.c.tenant == tx.tenant, readings.c.sample_id == samples.c.id, readings.c.reader == without
    )
    query = _own(tx).where(samples.c.state == state, is_readable(tx), ~had.exists())
    if after:
        last = select(samples.c.drawn_at).where(samples.c.tenant == tx.tenant, samples.c.id == after).scalar_subquery()
        query = query.where(or_(samples.c.drawn_at > last, (samples.c.drawn_at == last) & (samples.c.id > after)))
    rows = tx.connection.execute(query.order_by(samples.c.drawn_at, samples.c.id).limit(limit))
    return tuple(_sample(row) for row in rows)


def list_finished(tx: Transaction, *, since: datetime, until: datetime) -> tuple[Sample, ...]:
    """List the finished samples that were drawn in a period, `until` left out."""
    query = _own(tx).where(samples.c.state == FINISHED, samples.c.drawn_at >= since, samples.c.drawn_at < until)
    return tuple(_sample(row) for row in tx.connection.execute(query.order_by(samples.c.drawn_at, samples.c.id)))


def count_drawn(tx: Transaction, *, since: datetime, until: datetime) -> Mapping[int, int]:
    """Count what was drawn in a period at each rate, without what was never read and cannot be read any more."""
    query = (
        select(samples.c.rate, func.count())
        .where(
            samples.c.tenant == tx.tenant,
            samples.c.drawn_at >= since,
            samples.c.drawn_at < until,
            or_(samples.c.state == FINISHED, is_readable(tx)),
        )
        .group_by(samples.c.rate)
    )
    return {rate: count for rate, count in tx.connection.execute(query)}


def count_states(tx: Transaction) -> Mapping[str, int]:
    """Count samples that are not finished and can still be read, by where they stand."""
    query = (
        select(samples.c.state, func.count())
        .where(samples.c.tenant == tx.tenant, samples.c.state.in_((OPEN, DISPUTED)), is_readable(tx))
        .group_by(samples.c.state)
    )
    return {state: count for state, count in tx.connection.execute(query)}


def mark_disputed(tx: Transaction, sample: str, compared: Compared) -> None:
    """Note that two readers differ, and how much they agree."""
    _change(tx, sample, {"state": DISPUTED, "compared": asdict(compared)})


def mark_finished(
    tx: Transaction,
    sample: str,
    findings: Findings,
    *,
    counts: Mapping[EntityType, Counts],
    compared: Compared | None,
    settled: Settled | None,
    keys: Keys,
) -> None:
    """Note what was found in the end; how much two readers agreed stays as noted before where None is given."""
    values: dict[str, Any] = {
        "state": FINISHED,
        "finished_at": tx.now,
        "counts": plain_counts(counts),
        "sealed": seal(findings.to_json(), keys=keys, tenant=tx.tenant, context=_context(sample, "findings")),
    }
    if compared is not None:
        values["compared"] = asdict(compared)
    if settled is not None:
        why = seal(settled.why.encode(), keys=keys, tenant=tx.tenant, context=_context(sample, "settled"))
        values |= {"settled_by": settled.by, "settled_why": why}
    _change(tx, sample, values)


def mark_case(tx: Transaction, sample: str, case: ArtifactId) -> None:
    """Note which evaluation case was made of it."""
    _change(tx, sample, {"case_id": case})


def read_findings(tx: Transaction, sample: str, *, keys: Keys) -> Findings:
    """Open what was found in the end.

    Raises:
        NotFound: no such sample, or it is not finished.
    """
    query = select(samples.c.sealed).where(samples.c.tenant == tx.tenant, samples.c.id == sample)
    sealed = tx.connection.execute(query).scalar()
    if sealed is None:
        raise NotFound(f"no findings of {sample[:40]}")
    return Findings.from_json(open_sealed(sealed, keys=keys, tenant=tx.tenant, context=_context(sample, "findings")))


def list_without_case(tx: Transaction) -> tuple[str, ...]:
    """Name every finished sample that can still be read and has no evaluation case."""
    query = select(samples.c.id).where(
        samples.c.tenant == tx.tenant, samples.c.state == FINISHED, samples.c.case_id.is_(None), is_readable(tx)
    )
    return tuple(tx.connection.execute(query.order_by(samples.c.id)).scalars())


def list_cases(tx: Transaction) -> Sequence[ArtifactId]:
    """Name the artifacts of all evaluation cases, oldest first."""
    query = select(samples.c.case_id).where(samples.c.tenant == tx.tenant, samples.c.case_id.is_not(None))
    return [ArtifactId(case) for case in tx.connection.execute(query.order_by(samples.c.finished_at)).scalars()]


def _own(tx: Transaction) -> Select[Any]:
    return select(samples).where(samples.c.tenant == tx.tenant)


def is_readable(tx: Transaction) -> ColumnElement[bool]:
    """Say of a sample whether its words are still there.

    Each is looked up by its key: as a join, a table without statistics was once read whole for every sample.
    """
    lives = select(artifacts.c.purged_at.is_(None)).where(
        artifacts.c.tenant == tx.tenant, artifacts.c.id == samples.c.transcript_id
    )
    return lives.scalar_subquery().is_(True)


def _change(tx: Transaction, sample: str, values: Mapping[str, Any]) -> None:
    tx.connection.execute(update(samples).where(samples.c.tenant == tx.tenant, samples.c.id == sample).values(**values))


def _sample(row: Row[Any]) -> Sample:
    return Sample(
        id=row.id,
        recording=RecordingId(row.recording_id),
        manifest=ArtifactId(row.manifest_id),
        transcript=ArtifactId(row.transcript_id),
        audio=ArtifactId(row.audio_id),
        rate=row.rate,
        has_second=row.has_second,
        state=row.state,
        drawn_at=row.drawn_at,
        finished_at=row.finished_at,
        counts=None if row.counts is None else counts_of(row.counts),
        compared=None
        if row.compared is None
        else Compared(**{name: Agreement(**cells) for name, cells in row.compared.items()}),
        settled_by=row.settled_by,
        case=ArtifactId(row.case_id) if row.case_id else None,
    )


def _context(sample: str, what: str) -> dict[str, str]:
    return {"kind": f"quality.{what}", "sample": sample}
