"""Setting the figures that are read and not counted, once a minute, by every worker alike: alerts take the greatest."""

from __future__ import annotations

from functools import partial

from pipeline.ports.clock import Clock
from pipeline.store.session import Database
from pipeline.store.standing import read_standing
from pipeline.telemetry import metrics
from pipeline.workflows.backlog import read_backlog
from pipeline.workflows.upkeep import Look


def note_standing(database: Database, clock: Clock) -> int:
    """Read how everything stands, and set the figures. Nothing is enqueued, so it counts none.

    Raises:
        StoreUnreachable: the database cannot be reached; the figures stay, and their age grows.
    """
    now = clock.now()
    standing, backlog = read_standing(database, now=now), list(read_backlog(database, now=now))
    metrics.replace_all(metrics.QUEUED, {(one.queue, one.state): one.count for one in backlog})
    waiting = {(one.queue,): one.oldest_s for one in backlog if one.state == "waiting"}
    metrics.replace_all(metrics.QUEUE_OLDEST, waiting)
    metrics.replace_all(metrics.PURGES, {("due",): standing.due, ("overdue",): standing.overdue})
    metrics.replace_all(metrics.REQUESTS, {(clock,): many for clock, many in standing.requests.items()})
    metrics.CHECKPOINT_AGE.set(standing.unsigned_s)
    metrics.NOTICES.set(standing.notices)
    metrics.UNCOMPARED.set(standing.uncompared)
    metrics.STANDING_READ_AT.set(now.timestamp())
    return 0


def standing_look(database: Database, clock: Clock) -> Look:
    """Make a look of it, for the standing work of a worker."""
    return partial(note_standing, database, clock)
