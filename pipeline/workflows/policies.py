"""Policy versions over time: notices until one arrives, and everything judged again when a tightening binds.

A version that allows less is looked at twice: when it is announced, because exports are frozen from then on, and when
it takes effect. A tenant's own periods, and whether a law keeps its recordings, move dates in the same way.
Once an hour a worker looks for what is due; naming work again starts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from pipeline.decisions.announce_policy import cause_of, start_redecision
from pipeline.model.errors import PipelineError, StoreUnreachable
from pipeline.model.ids import TenantId
from pipeline.policies.changes import is_tightening
from pipeline.ports.clock import Clock
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.deliver_notice import deliver_notice
from pipeline.steps.redecide import redecide
from pipeline.store.policy_versions import find_policies
from pipeline.store.redecisions import (
    add_receipt,
    list_chunk,
    list_open_chunks,
    list_redecisions,
)
from pipeline.store.session import Database, Transaction
from pipeline.store.system_session import list_published, list_redeciding, list_resettled
from pipeline.telemetry import log
from pipeline.workflows.queue import DurableQueue

_MOVING: Final = ("retention_days", "regulated_in")
"""Settings that move the dates of what is here already."""


def redecide_chunk(context: StepContext, tenant: TenantId, job: str, ordinal: int) -> Receipt:
    """Judge the artifacts of one chunk again, and note that it is done."""
    with context.vault.database.transaction(tenant) as tx:
        if ordinal not in list_open_chunks(tx, job):
            return {"decided": 0, "changed": 0, "skipped": 0}
        artifacts = list_chunk(tx, job, ordinal)
    receipt = redecide(context, tenant, artifacts)
    with context.vault.database.transaction(tenant) as tx:
        add_receipt(tx, job, ordinal, decided=receipt["decided"], changed=receipt["changed"])
    return receipt


POLICY_STEPS: Final[Mapping[str, Callable[..., Receipt]]] = {
    "deliver_notice": deliver_notice,
    "redecide_chunk": redecide_chunk,
}
"""Every step by the name it is checkpointed under. A name never changes its meaning."""


def with_policy_context(name: str, context: StepContext) -> Callable[..., Any]:
    """Give the step of a name with its context filled in."""

    def step(tenant: str, *more: Any) -> Receipt:
        return POLICY_STEPS[name](context, TenantId(tenant), *more)

    step.__name__ = step.__qualname__ = name
    return step


class PolicyWatch:
    """Enqueues, once an hour, the notices that have not arrived and the judging that has become due."""

    def __init__(self, database: Database, queue: DurableQueue, clock: Clock) -> None:
        self._database, self._queue, self._clock = database, queue, clock
        self._looked = ""

    def enqueue_due(self) -> int:
        """Enqueue what is due unless this hour was looked at; count the jobs, chunks and notices named.

        A tenant of whom that fails, such as by a damaged version, keeps no other from it.

        Raises:
            StoreUnreachable: the database cannot be reached; what was not enqueued will be at the next look.
        """
        hour = f"{self._clock.now():%Y%m%dT%H}"
        if hour == self._looked:
            return 0
        named = 0
        for tenant, name in self._looks(hour):
            try:
                with self._database.transaction(tenant) as tx:
                    named += name(tx)
            except StoreUnreachable:
                raise
            except PipelineError as error:
                log().error("policies.failed", tenant=tenant, step="look", error=type(error).__name__)
        self._looked = hour
        return named

    def _looks(self, hour: str) -> Iterator[tuple[TenantId, Callable[[Transaction], int]]]:
        """Give each tenant of whom something may be due, with what names it in the tenant's transaction."""
        for tenant, policy in list_published(self._database):
            yield tenant, partial(self._name_due, policy=policy, hour=hour)
        for tenant, cause in list_resettled(self._database, _MOVING):
            yield tenant, partial(self._name_resettled, cause=cause)
        for tenant in list_redeciding(self._database):
            yield tenant, self._name_open

    def _name_resettled(self, tx: Transaction, *, cause: str) -> int:
        return start_redecision(tx, self._queue, cause=cause, actor="system") is not None

    def _name_due(self, tx: Transaction, *, policy: str, hour: str) -> int:
        shelf = find_policies(tx, policy)
        if shelf is None:
            return 0
        named, today = 0, tx.now.date()
        for before, after in zip(shelf.versions, shelf.versions[1:], strict=False):
            if after.in_force_from is None:
                self._queue.enqueue_notice(tx, tx.tenant, after.bundle.version, cause=hour)
                named += 1
            if is_tightening(before.bundle, after.bundle):
                is_in_force = after.in_force_from is not None and after.in_force_from <= today
                for begun in ("announced", "in_force") if is_in_force else ("announced",):
                    started = start_redecision(tx, self._queue, cause=cause_of(begun, after), actor="system")
                    named += started is not None
        return named

    def _name_open(self, tx: Transaction) -> int:
        """Name anew, once a day, the chunks that were given up because a store was away."""
        named, day = 0, f"{tx.now:%Y%m%d}"
        for job in list_redecisions(tx):
            if not job.is_finished and job.at.date() < tx.now.date():
                chunks = list_open_chunks(tx, job.id)
                self._queue.enqueue_redecision(tx, tx.tenant, job.id, chunks=chunks, cause=day)
                named += len(chunks)
        return named
