"""Who reads which sample. A sample goes to a reader once, and each part of it to one reader at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, case, func, insert, select, update

from pipeline.model.errors import NotFound
from pipeline.model.ids import new_id
from pipeline.model.quality import Findings, Part
from pipeline.ports.keys import Keys
from pipeline.store.quality_samples import OPEN, is_readable
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_quality import quality_readings as readings
from pipeline.store.tables_quality import quality_samples as samples

DONE, RETURNED = "done", "returned"
MOST_COUNTED: Final = 100
"""How many are counted: who has as many to read need not know how many more there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reader's turn at a sample. `part` is never shown to a reader."""

    id: str
    sample: str
    part: Part
    reader: str
    state: str
    taken_at: datetime
    finished_at: datetime | None


def take_reading(tx: Transaction, reader: str) -> Reading | None:
    """Give a reader the oldest sample that has a free part and that they never had; None where there is none.

    What another one takes at this moment is passed over.
    """
    query = select(samples.c.id).where(*_waits_for(tx, reader)).order_by(samples.c.drawn_at, samples.c.id).limit(1)
    sample = tx.connection.execute(query.with_for_update(skip_locked=True, of=samples)).scalar()
    if sample is None:
        return None
    # Read again now that nobody else can take it: a part may have gone between the look and the lock.
    taken = {row.part for row in tx.connection.execute(_own(tx).where(_is_held(sample)))}
    free = [part for part in Part if part.value not in taken]
    has_second = tx.connection.execute(select(samples.c.has_second).where(samples.c.id == sample)).scalar_one()
    if not free or (free[0] is Part.SECOND and not has_second):
        return None
    return _add(tx, sample, free[0], reader)


def count_waiting(tx: Transaction, reader: str) -> int:
    """Count the samples that have a free part and that a reader never had, up to `MOST_COUNTED`."""
    found = select(samples.c.id).where(*_waits_for(tx, reader)).limit(MOST_COUNTED).subquery()
    return int(tx.connection.execute(select(func.count()).select_from(found)).scalar_one())


def get_reading(tx: Transaction, reading: str, *, reader: str) -> Reading:
    """Read somebody's own reading.

    Raises:
        NotFound: there is none, or it is another's.
    """
    row = tx.connection.execute(_own(tx).where(readings.c.id == reading, readings.c.reader == reader)).first()
    if row is None:
        raise NotFound(f"no reading {reading[:40]}")
    return _reading(row)


def list_own_readings(tx: Transaction, reader: str, *, state: str = OPEN, limit: int = 50) -> tuple[Reading, ...]:
    """List what somebody has taken and not finished, or what they did last, newest first."""
    query = _own(tx).where(readings.c.reader == reader, readings.c.state == state)
    rows = tx.connection.execute(query.order_by(readings.c.taken_at.desc(), readings.c.id).limit(limit))
    return tuple(_reading(row) for row in rows)


def list_readings_of(tx: Transaction, sample: str) -> tuple[Reading, ...]:
    """List a sample's finished readings, the first part before the second."""
    query = _own(tx).where(readings.c.sample_id == sample, readings.c.state == DONE).order_by(readings.c.part)
    return tuple(_reading(row) for row in tx.connection.execute(query))


def has_had(tx: Transaction, sample: str, reader: str) -> bool:
    """Say whether somebody ever had a sample to read."""
    query = select(readings.c.id).where(
        readings.c.tenant == tx.tenant, readings.c.sample_id == sample, readings.c.reader == reader
    )
    return tx.connection.execute(query).first() is not None


def mark_returned(tx: Transaction, reading: str) -> bool:
    """Give a part back for somebody else; False where it was not open."""
    return _move(tx, reading, {"state": RETURNED})


def mark_done(tx: Transaction, reading: str, findings: Findings, *, keys: Keys) -> bool:
    """Keep what a reader found, sealed; False where it was not open."""
    sealed = seal(findings.to_json(), keys=keys, tenant=tx.tenant, context=_context(reading))
    return _move(tx, reading, {"state": DONE, "sealed": sealed, "finished_at": tx.now})


def open_findings(tx: Transaction, reading: str, *, keys: Keys) -> Findings:
    """Open what one reader found.

    Raises:
        NotFound: no such reading, or it is not finished.
    """
    query = select(readings.c.sealed).where(readings.c.tenant == tx.tenant, readings.c.id == reading)
    sealed = tx.connection.execute(query).scalar()
    if sealed is None:
        raise NotFound(f"no findings of {reading[:40]}")
    return Findings.from_json(open_sealed(sealed, keys=keys, tenant=tx.tenant, context=_context(reading)))


def _waits_for(tx: Transaction, reader: str) -> tuple[Any, ...]:
    own = (readings.c.tenant == tx.tenant) & (readings.c.sample_id == samples.c.id)
    held = select(func.count()).where(own, readings.c.state != RETURNED).scalar_subquery()
    had = select(readings.c.id).where(own, readings.c.reader == reader).exists()
    is_free = held < case((samples.c.has_second, 2), else_=1)
    return (samples.c.tenant == tx.tenant, samples.c.state == OPEN, is_free, ~had, is_readable(tx))


def _is_held(sample: str) -> Any:
    return (readings.c.sample_id == sample) & (readings.c.state != RETURNED)


def _add(tx: Transaction, sample: str, part: Part, reader: str) -> Reading:
    row = tx.connection.execute(
        insert(readings)
        .values(
            id=new_id("qrd"),
            tenant=tx.tenant,
            sample_id=sample,
            part=part.value,
            reader=reader,
            state=OPEN,
            taken_at=tx.now,
        )
        .returning(readings)
    ).one()
    return _reading(row)


def _move(tx: Transaction, reading: str, values: Mapping[str, Any]) -> bool:
    changed = tx.connection.execute(
        update(readings)
        .where(readings.c.tenant == tx.tenant, readings.c.id == reading, readings.c.state == OPEN)
        .values(**values)
    )
    return changed.rowcount == 1


def _own(tx: Transaction) -> Select[Any]:
    return select(readings).where(readings.c.tenant == tx.tenant)


def _reading(row: Row[Any]) -> Reading:
    return Reading(
        id=row.id,
        sample=row.sample_id,
        part=Part(row.part),
        reader=row.reader,
        state=row.state,
        taken_at=row.taken_at,
        finished_at=row.finished_at,
    )


def _context(reading: str) -> dict[str, str]:
    return {"kind": "quality.reading", "reading": reading}
