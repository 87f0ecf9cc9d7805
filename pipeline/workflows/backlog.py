"""What waits and runs in the engine's queues, read from its own table as it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text

from pipeline.store.session import Database, reachable

_WAITING: Final = text(
    """
    select queue_name, status, count(*) as many, min(coalesce(delay_until_epoch_ms, created_at)) as since
    from dbos.workflow_status
    where queue_name is not null and status in ('ENQUEUED', 'PENDING', 'DELAYED') group by 1, 2
    """
)
_ANY: Final = text(
    """
    select exists (select from dbos.workflow_status where queue_name = any(:queues) and status = 'ENQUEUED')
    """
)
STATES: Final = {"ENQUEUED": "waiting", "PENDING": "running", "DELAYED": "not_due"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How much of a queue is in a state, and for how many seconds the first of it has been there."""

    queue: str
    state: str
    count: int
    oldest_s: float


def read_backlog(database: Database, *, now: datetime) -> Iterator[Backlog]:
    """Count what every queue has left to do.

    Raises:
        StoreUnreachable: the database cannot be reached.
    """
    with reachable(), database.engine.connect() as connection:
        rows = connection.execute(_WAITING).all()
    for row in rows:
        age_s = now.timestamp() - row.since / 1000
        yield Backlog(queue=row.queue_name, state=STATES[row.status], count=row.many, oldest_s=max(0.0, age_s))


def has_waiting(database: Database, queues: Collection[str]) -> bool:
    """Say whether anything in these queues is due and waits for a worker.

    Raises:
        StoreUnreachable: the database cannot be reached.
    """
    with reachable(), database.engine.connect() as connection:
        return bool(connection.execute(_ANY, {"queues": list(queues)}).scalar())
