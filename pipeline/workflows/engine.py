"""The durable engine: one workflow a recording, on the app's own PostgreSQL.

The engine's tables hold ids, digests and counts only. The version of the workflows is pinned by us, because the
engine's default changes with every upgrade of itself and would strand what is in flight.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from dbos import DBOS, DBOSConfig

from pipeline.model.errors import PipelineError
from pipeline.model.ids import TenantId
from pipeline.steps.checkpoint_log import checkpoint_log
from pipeline.steps.context import StepContext
from pipeline.steps.settle_hold import settle_hold
from pipeline.steps.tell_tenant import tell_tenant
from pipeline.store.session import connection_patience
from pipeline.telemetry import log
from pipeline.telemetry.logs import quieten
from pipeline.workflows import observed
from pipeline.workflows.bulk import register_bulk, register_bulk_queue
from pipeline.workflows.call import CALL_STEPS, process_call, with_call_context
from pipeline.workflows.cases import register_cases
from pipeline.workflows.checkpoints import sign_log
from pipeline.workflows.corrections import register_rendering_queue, register_renderings
from pipeline.workflows.foreseen import foreseen
from pipeline.workflows.outgoing import register_deliveries, register_delivery_queue
from pipeline.workflows.pace import Pace
from pipeline.workflows.policies import with_policy_context
from pipeline.workflows.queue import (
    CALLS,
    CHECKPOINT_LOG,
    DELIVER_NOTICE,
    JUDGE_RECORDING,
    NOTICES,
    PROCESS_CALL,
    PROCESS_RECORDING,
    PURGE_RECORDING,
    RECONCILE_TENANT,
    RECONCILIATIONS,
    RECORDINGS,
    REDECIDE_CHUNK,
    REDECISIONS,
    RETAIN_TENANT,
    RETENTION,
    SETTLE_HOLD,
    TELL_TENANT,
    UPKEEP,
    DurableQueue,
)
from pipeline.workflows.reconcile import reconcile_tenant
from pipeline.workflows.recording import STEPS, process_recording, with_context
from pipeline.workflows.retention import RETENTION_STEPS, with_retention_context
from pipeline.workflows.serializer import JsonSerializer
from pipeline.workflows.settle_holds import settle_whole_hold
from pipeline.workflows.subject import register_answers
from pipeline.workflows.tenant_notices import send_notice

_NAME: Final = "earmark"
_ATTEMPTS: Final = 5
_CHUNKS_A_MINUTE: Final = 60
"""At most so many chunks begin, over all workers: calls that come in are worked on meanwhile."""


def migrate_engine(owner_url: str, *, app_role: str) -> None:
    """Make or update the engine's tables, as the owner of the database, and let the app's role use them."""
    DBOS.migrate(owner_url, application_role=app_role)


def launch(context: StepContext, *, database_url: str, worker: str, version: str, pace: Pace) -> None:
    """Start taking up recordings in this process. One engine a process.

    Args:
        context: what steps work with.
        database_url: SQLAlchemy URL of the app's role.
        worker: this process's own name; what it leaves behind is recovered under it.
        version: the workflows' version; work in flight is only taken up by the same.
        pace: how much is worked on at a time.
    """
    config: DBOSConfig = {
        "name": _NAME,
        "system_database_url": database_url,
        "db_engine_kwargs": {"connect_args": {"application_name": _NAME, **connection_patience()}},
        "application_version": version,
        "executor_id": worker,
        "serializer": JsonSerializer(),
        "run_migrations": False,
        "log_level": "ERROR",
        "console_log_level": "ERROR",
        "notification_listener_polling_interval_sec": 0.2,
    }
    DBOS(config=config)
    _register(context)
    _register_judging(context)
    _register_calls(context)
    _register_reconciling(context, version)
    _register_policies(context)
    _register_retention(context)
    _register_upkeep(context)
    register_renderings(context, repeated=_repeated, foreseen=foreseen)
    register_deliveries(context, version, lambda name, step: partial(foreseen, _repeated(name, step)))
    register_answers(context, version, repeated=_repeated, foreseen=foreseen)
    register_cases(context, repeated=_repeated, foreseen=foreseen)
    register_bulk(context, version, repeated=_repeated, foreseen=foreseen)
    DBOS.launch()
    quieten("dbos")
    _register_queues(pace)


def _register_queues(pace: Pace) -> None:
    """Recordings go first; what is only standing work is taken up one at a time beside them."""
    DBOS.register_queue(RECORDINGS, **pace.for_recordings(), polling_interval_sec=0.1, on_conflict="always_update")
    DBOS.register_queue(
        CALLS, worker_concurrency=pace.concurrency, polling_interval_sec=0.2, on_conflict="always_update"
    )
    register_rendering_queue(pace.concurrency)
    for name in (RECONCILIATIONS, NOTICES, UPKEEP, RETENTION):
        DBOS.register_queue(name, worker_concurrency=1, polling_interval_sec=1.0, on_conflict="always_update")
    register_delivery_queue()
    register_bulk_queue()
    DBOS.register_queue(
        REDECISIONS,
        worker_concurrency=1,
        limiter={"limit": _CHUNKS_A_MINUTE, "period": 60.0},
        polling_interval_sec=0.5,
        on_conflict="always_update",
    )


def stop() -> None:
    """Stop taking up work and let go of the database; work in flight is taken up again at the next start."""
    DBOS.destroy(destroy_registry=True)


def _register(context: StepContext) -> None:
    steps = {name: _durable(name, context) for name in STEPS}

    @observed.workflow(PROCESS_RECORDING)
    def workflow(tenant: str, recording: str) -> dict[str, Any]:
        def run(name: str, *more: Any) -> dict[str, Any]:
            receipt: dict[str, Any] = foreseen(steps[name], tenant, recording, *more)
            return receipt

        return dict(process_recording(run))


def _register_judging(context: StepContext) -> None:
    decide, assess = _durable("decide", context), _durable("assess_risk", context)

    @observed.workflow(JUDGE_RECORDING)
    def workflow(tenant: str, recording: str) -> dict[str, Any]:
        decided = dict(foreseen(decide, tenant, recording))
        foreseen(assess, tenant, recording)
        return decided


def _register_calls(context: StepContext) -> None:
    steps = {name: _repeated(name, with_call_context(name, context)) for name in CALL_STEPS}

    @observed.workflow(PROCESS_CALL)
    def workflow(tenant: str, call: str) -> dict[str, Any]:
        def run(name: str) -> dict[str, Any]:
            receipt: dict[str, Any] = foreseen(steps[name], tenant, call)
            return receipt

        return dict(process_call(run))


def _register_reconciling(context: StepContext, version: str) -> None:
    queue = DurableQueue(context.vault.database.engine, version=version)

    def compare(tenant: str) -> dict[str, Any]:
        return dict(reconcile_tenant(context.vault, context.vendor, queue, TenantId(tenant)))

    step = _repeated("reconcile", compare)

    @observed.workflow(RECONCILE_TENANT)
    def workflow(tenant: str) -> dict[str, Any]:
        try:
            receipt: dict[str, Any] = foreseen(step, tenant)
            return receipt
        except PipelineError as error:  # the next hour's reaches back over this one
            log().error("reconcile.failed", tenant=tenant, error=type(error).__name__)
            return {"is_compared": False, "reason": type(error).__name__}


def _register_policies(context: StepContext) -> None:
    def register(workflow_name: str, step_name: str) -> None:
        step = _repeated(step_name, with_policy_context(step_name, context))

        @observed.workflow(workflow_name)
        def workflow(tenant: str, *more: Any) -> dict[str, Any]:
            try:
                receipt: dict[str, Any] = foreseen(step, tenant, *more)
                return receipt
            except PipelineError as error:  # it is named anew within the day
                log().error("policies.failed", tenant=tenant, step=step_name, error=type(error).__name__)
                return {"failed": type(error).__name__}

    register(DELIVER_NOTICE, "deliver_notice")
    register(REDECIDE_CHUNK, "redecide_chunk")


def _register_retention(context: StepContext) -> None:
    steps = {name: _repeated(name, with_retention_context(name, context)) for name in RETENTION_STEPS}

    def told(name: str, *arguments: str) -> dict[str, Any]:
        try:
            receipt: dict[str, Any] = foreseen(steps[name], *arguments)
            return receipt
        except PipelineError as error:  # the next night takes up what is left
            log().error("retention.failed", tenant=arguments[0], step=name, error=type(error).__name__)
            return {"is_done": False, "reason": type(error).__name__}

    @observed.workflow(RETAIN_TENANT)
    def nightly(tenant: str) -> dict[str, Any]:
        return told("retention", tenant)

    @observed.workflow(PURGE_RECORDING)
    def purge(tenant: str, recording: str) -> dict[str, Any]:
        return told("purge", tenant, recording)


def _register_upkeep(context: StepContext) -> None:
    def settle(tenant: str, hold: str, after: str) -> dict[str, Any]:
        return dict(settle_hold(context, TenantId(tenant), hold, after))

    def sign(tenant: str) -> dict[str, Any]:
        return dict(checkpoint_log(context.vault, TenantId(tenant)))

    def tell(tenant: str, notice: str) -> dict[str, Any]:
        return dict(tell_tenant(context, TenantId(tenant), notice))

    settle_page, checkpoint = _repeated("settle_hold", settle), _repeated("checkpoint_log", sign)

    telling = _repeated("tell_tenant", tell)

    @observed.workflow(TELL_TENANT)
    def sending(tenant: str, notice: str) -> dict[str, Any]:
        return send_notice(lambda: foreseen(telling, tenant, notice), tenant)

    @observed.workflow(SETTLE_HOLD)
    def settling(tenant: str, hold: str) -> dict[str, Any]:
        return settle_whole_hold(lambda *page: foreseen(settle_page, *page), tenant, hold)

    @observed.workflow(CHECKPOINT_LOG)
    def signing(tenant: str) -> dict[str, Any]:
        return sign_log(lambda: foreseen(checkpoint, tenant), tenant)


def _durable(name: str, context: StepContext) -> Callable[..., Any]:
    return _repeated(name, with_context(name, context))


def _repeated(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
    return DBOS.step(
        name=name,
        retries_allowed=True,
        interval_seconds=0.5,
        backoff_rate=3,
        max_attempts=_ATTEMPTS,
        should_retry=_is_worth_another_attempt,
    )(observed.observed_step(name, step))


def _is_worth_another_attempt(error: BaseException) -> bool:
    return isinstance(error, PipelineError) and error.retryable
