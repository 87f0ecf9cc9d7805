"""Work on many recordings, beside live calls and after them: a chunk of items is one durable workflow.

No item is begun while anything of a call waits for a worker, unless it waited for ten minutes: then one is, so that a
house that is never idle still gets on. What becomes of an item is noted once; a chunk that a worker left behind is
taken up by another at the item where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from dbos import DBOS

from pipeline.model.bulk import BulkJob, BulkKind, BulkOutcome, BulkState
from pipeline.model.errors import PipelineError
from pipeline.model.ids import RecordingId, TenantId
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.publish_anew import publish_anew
from pipeline.steps.redact_anew import redact_anew
from pipeline.store import bulk_jobs as store
from pipeline.store.outdated import Outdated, add_outdated
from pipeline.store.session import Transaction
from pipeline.telemetry import log
from pipeline.workflows import observed
from pipeline.workflows.backfill import LISTING, backfill_one, backfill_steps, list_whole
from pipeline.workflows.backlog import has_waiting
from pipeline.workflows.queue import BULK, CALLS, RECORDINGS, RENDERINGS, WORK_BULK, DurableQueue
from pipeline.workflows.recording import STEPS

type Run = Callable[..., Receipt]

BULK_STEPS: Final[Mapping[str, Callable[..., Receipt]]] = {
    **STEPS,
    "redact_anew": redact_anew,
    "publish_anew": publish_anew,
}
"""Every step on an item by the name it is checkpointed under. A name never changes its meaning."""
GOES_FIRST: Final = (RECORDINGS, CALLS, RENDERINGS)
"""Somebody waits for what is in these: no item is begun while anything is due there."""
_CHUNKS_A_MINUTE: Final = 30
_LOOKS: Final = 30
_LOOK_S: Final = 20.0
"""A look lasts so long while calls wait, and there are so many of them at most before an item."""
_EVERY_S: Final = 0.5
_TRIES: Final = 24
_REST_S: Final = 300
"""A chunk whose store is away is tried again after so long, and so often."""


def start_reprocessing(tx: Transaction, queue: DurableQueue, which: Outdated, *, actor: str) -> BulkJob:
    """Plan to find anew what an older detector hid, and start the work.

    Raises:
        Conflict: the tenant's last such job is not finished.
    """
    options = {"detector_before": which.before, "since": which.since.isoformat() if which.since else None}
    job = store.add_job(tx, BulkKind.REPROCESS, options=options, actor=actor)
    add_outdated(tx, job.id, which)
    begun = store.begin_work(tx, job.id)
    enqueue_open(tx, queue, begun)
    return begun


def resume(tx: Transaction, queue: DurableQueue, job: str, *, actor: str) -> BulkJob:
    """Let work on a paused job go on.

    Raises:
        NotFound: the tenant has no such job.
        IllegalTransition: it is not paused.
    """
    resumed = store.resume_job(tx, job, actor=actor)
    enqueue_open(tx, queue, resumed)
    return resumed


def enqueue_open(tx: Transaction, queue: DurableQueue, job: BulkJob) -> None:
    """Start the chunks of a job in which anything is left, in its present round."""
    queue.enqueue_bulk(tx, tx.tenant, job.id, chunks=store.list_open_chunks(tx, job.id), round=job.round)


def register_bulk_queue() -> None:
    """Let one chunk be worked on at a time in each worker."""
    DBOS.register_queue(
        BULK,
        worker_concurrency=1,
        limiter={"limit": _CHUNKS_A_MINUTE, "period": 60.0},
        polling_interval_sec=0.5,
        on_conflict="always_update",
    )


def register_bulk(
    context: StepContext,
    version: str,
    *,
    repeated: Callable[[str, Callable[..., Any]], Callable[..., Any]],
    foreseen: Run,
) -> None:
    """Make the workflow known to the engine.

    Args:
        context: what steps work with.
        version: the workflows' version.
        repeated: makes a durable step of a name and a function.
        foreseen: runs a durable step, so that whatever ends it is an error of ours.
    """
    queue = DurableQueue(context.vault.database.engine, version=version)
    steps = {name: repeated(name, step) for name, step in steps_of(context, queue).items()}

    @observed.workflow(WORK_BULK)
    def workflow(tenant: str, job: str, chunk: int) -> dict[str, Any]:
        def run(name: str, *more: Any) -> Receipt:
            receipt: Receipt = foreseen(steps[name], tenant, *more)
            return receipt

        for attempt in range(1, _TRIES + 1):
            try:
                return dict(work_chunk(run, job, chunk))
            except PipelineError as error:  # what is not an item's own: the store is away, or the vendor's list
                log().error("bulk.failed", tenant=tenant, error=type(error).__name__)
                if chunk == LISTING and (attempt == _TRIES or not error.retryable):
                    return dict(run("give_up_bulk", job, type(error).__name__))
                DBOS.sleep(_REST_S)
        return {"failed": "gave up"}


def steps_of(context: StepContext, queue: DurableQueue) -> dict[str, Callable[..., Receipt]]:
    """Give every step by the name it is checkpointed under; the tenant is the first thing that each is told."""
    return {
        "list_bulk": lambda *given: _list(context, *given),
        "await_calls": lambda *given: await_calls(context, *given),
        "note_bulk": lambda *given: _note(context, *given),
        "give_up_bulk": lambda *given: _give_up(context, *given),
        **backfill_steps(context, lambda *given: _begin(context, queue, *given)),
        **{name: with_bulk_context(name, context) for name in BULK_STEPS},
    }


def work_chunk(run: Run, job: str, chunk: int) -> Receipt:
    """Work on the items of a chunk that have no outcome, one after another, as long as the job runs.

    Args:
        run: runs the step of a name, durably; further arguments go to the step.
        job: which job.
        chunk: which chunk of it, from 1.

    Returns:
        How many items are done, and whether the job was found not to run.
    """
    if chunk == LISTING:
        return list_whole(run, job)
    listed = run("list_bulk", job, chunk)
    done = 0
    for ordinal, key in listed["items"]:
        if not _may_begin(run, job):
            return {"done": done, "is_stopped": True}
        recording: str | None = None
        try:
            if listed["kind"] == BulkKind.REPROCESS:
                outcome = _reprocess(run, key)
            else:
                outcome, recording = backfill_one(run, job, ordinal)
        except PipelineError as error:
            log().warning("bulk.item_failed", error=type(error).__name__)
            outcome = BulkOutcome.FAILED.value
        run("note_bulk", job, ordinal, outcome, recording)
        done += 1
    return {"done": done, "is_stopped": False}


def await_calls(context: StepContext, tenant: str, job: str, *, look_s: float = _LOOK_S) -> Receipt:
    """Wait until nothing of a call waits any more, for one look at most; say whether the job still runs."""
    database, until = context.vault.database, time.monotonic() + look_s
    while (is_busy := has_waiting(database, GOES_FIRST)) and time.monotonic() < until:
        time.sleep(_EVERY_S)
    with database.transaction(TenantId(tenant)) as tx:
        return {"is_running": store.get_job(tx, job).state is BulkState.RUNNING, "is_busy": is_busy}


def _may_begin(run: Run, job: str) -> bool:
    for _ in range(_LOOKS):
        seen = run("await_calls", job)
        if not seen["is_running"]:
            return False
        if not seen["is_busy"]:
            return True
    return True


def _reprocess(run: Run, recording: str) -> str:
    rendered = run("redact_anew", recording)
    if rendered["outcome"] != BulkOutcome.NEW_VERSION.value:
        return str(rendered["outcome"])
    run("decide", recording)
    published = run("publish_anew", recording, dict(rendered))
    if published["outcome"] == BulkOutcome.NEW_VERSION.value:
        run("index_words", recording)  # what is hidden from now on finds its call no more
        run("assess_risk", recording)
    return str(published["outcome"])


def _list(context: StepContext, tenant: str, job: str, chunk: int) -> Receipt:
    with context.vault.database.transaction(TenantId(tenant)) as tx:
        kind = store.get_job(tx, job).kind
        return {"kind": kind.value, "items": [list(item) for item in store.list_open_items(tx, job, chunk)]}


def _note(context: StepContext, tenant: str, job: str, ordinal: int, outcome: str, recording: str | None) -> Receipt:
    became = RecordingId(recording) if recording else None
    with context.vault.database.transaction(TenantId(tenant)) as tx:
        return {"is_new": store.note_outcome(tx, job, ordinal, BulkOutcome(outcome), recording=became)}


def _begin(context: StepContext, queue: DurableQueue, tenant: str, job: str) -> Receipt:
    with context.vault.database.transaction(TenantId(tenant)) as tx:
        begun = store.begin_work(tx, job)
        enqueue_open(tx, queue, begun)
    return {"items": begun.items}


def _give_up(context: StepContext, tenant: str, job: str, failure: str) -> Receipt:
    with context.vault.database.transaction(TenantId(tenant)) as tx:
        store.give_up(tx, job, failure=failure)
    return {"failed": failure}


def with_bulk_context(name: str, context: StepContext) -> Callable[..., Any]:
    """Give the step of a name with its context filled in."""

    def step(tenant: str, recording: str, *more: Any) -> Receipt:
        return BULK_STEPS[name](context, TenantId(tenant), RecordingId(recording), *more)

    step.__name__ = step.__qualname__ = name
    return step
