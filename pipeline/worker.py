"""The durable worker: works on recordings, does the standing work, takes up what dead workers left behind.

What an older copy of database or objects brought back is purged again before any work is taken up.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from pipeline import telemetry
from pipeline.bootstrap import Base, open_base, step_context
from pipeline.bootstrap.telling import disk_of, listening, metrics_token, traces_of
from pipeline.model.errors import InvalidInput
from pipeline.reads.readiness import Readiness, readiness_of
from pipeline.settings import Settings
from pipeline.telemetry import log
from pipeline.telemetry.listener import Told
from pipeline.workflows import engine
from pipeline.workflows.again import Again
from pipeline.workflows.checkpoints import enqueue_checkpoints
from pipeline.workflows.outgoing import OutgoingWatch
from pipeline.workflows.pace import Pace
from pipeline.workflows.policies import PolicyWatch
from pipeline.workflows.queue import DurableQueue
from pipeline.workflows.reconcile import Hourly
from pipeline.workflows.retention import Nightly, replay_all
from pipeline.workflows.settle_holds import enqueue_unsettled
from pipeline.workflows.supervisor import Supervisor
from pipeline.workflows.tenant_notices import enqueue_unsent
from pipeline.workflows.upkeep import Upkeep
from pipeline.workflows.watch import standing_look

_QUIET_S: Final = 30.0
"""A worker looks at the others every second; one that has not for so long is not working."""


@contextmanager
def working(base: Base) -> Iterator[None]:
    """Take up recordings in this process as long as the block runs.

    Raises:
        Conflict: a worker of this name is running.
        IntegrityError: a model file is not the one that was pinned.
        InvalidInput: the engine's address is not set.
    """
    settings = base.settings
    if not base.addresses.engine:
        raise InvalidInput("setting EARMARK_DATABASE__ENGINE_URL: a worker needs the address of the engine's role")
    dsn = base.addresses.engine.replace("+psycopg", "", 1)
    supervisor = Supervisor(dsn, worker=settings.worker.name)
    queue = DurableQueue(base.database, version=settings.worker.version)
    upkeep = _standing_work(base, queue)
    told = Told(
        token=metrics_token(settings),
        alive=partial(_dead, supervisor, upkeep),
        ready=partial(_unready, readiness_of(base.vault), supervisor),
        before=disk_of(settings),
    )
    try:
        context = step_context(base)
        replay_all(context)
        engine.launch(
            context,
            database_url=base.addresses.engine,
            worker=settings.worker.name,
            version=settings.worker.version,
            pace=_pace(settings),
        )
        supervisor.start()
        upkeep.start()
        log().info("worker.ready", worker=settings.worker.name, version=settings.worker.version)
        try:
            with listening(settings, settings.worker.metrics_port, told):
                yield
        finally:
            upkeep.stop()
            supervisor.stop()
            engine.stop()
    finally:
        supervisor.stop()
        queue.close()


def _pace(settings: Settings) -> Pace:
    chosen = settings.worker
    return Pace(
        concurrency=chosen.concurrency,
        tenant_concurrency=chosen.tenant_concurrency,
        tenant_per_minute=chosen.tenant_per_minute,
    )


def _standing_work(base: Base, queue: DurableQueue) -> Upkeep:
    return Upkeep(
        [
            Hourly(base.vault, queue, base.clock).enqueue_due,
            Again(base.vault, queue, base.clock).enqueue_due,
            PolicyWatch(base.database, queue, base.clock).enqueue_due,
            Nightly(base.vault, queue, base.clock).enqueue_due,
            partial(enqueue_unsettled, base.vault, queue, base.clock),
            partial(enqueue_checkpoints, base.vault, queue, base.clock),
            partial(enqueue_unsent, base.vault, queue, base.clock),
            OutgoingWatch(base.vault, queue).enqueue_due,
            standing_look(base.database, base.clock),
        ]
    )


def _dead(supervisor: Supervisor, upkeep: Upkeep) -> tuple[str, ...]:
    """Name what ended in this process that never should; only a new process mends that."""
    return tuple(name for name, part in (("supervisor", supervisor), ("upkeep", upkeep)) if not part.is_watching)


def _unready(readiness: Readiness, supervisor: Supervisor) -> tuple[str, ...]:
    """Name what keeps this worker from working: a part that does not answer, or a heartbeat that stopped."""
    return readiness.faults() + (("heartbeat",) if supervisor.quiet_s > _QUIET_S else ())


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; what is in flight is taken up again at the next start."""
    telemetry.guard_process()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with open_base(settings) as base, traces_of(settings, "worker"), working(base):
        stopping.wait()
