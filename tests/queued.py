"""A queue in memory, and a worker that does what was queued with the steps that the engine runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.model.errors import NotFound
from pipeline.steps.context import StepContext
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.purge import purge_recording
from pipeline.steps.settle_hold import settle_hold
from pipeline.steps.write_case import write_case
from pipeline.workflows.call import CALL_STEPS, process_call
from pipeline.workflows.corrections import CORRECTION_STEPS, render_changes
from pipeline.workflows.policies import POLICY_STEPS, PolicyWatch
from pipeline.workflows.settle_holds import enqueue_unsettled, settle_whole_hold

type Work = Callable[[StepContext], Any]


@dataclass(kw_only=True)
class Queued:
    """What waits, by its name; a name that was queued before starts nothing, as with the durable queue."""

    waiting: dict[str, Work] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)

    def copy(self) -> Queued:
        """Give the queue as it is now: a durable one lies in the database, and is brought back with it."""
        return replace(self, waiting=dict(self.waiting), named=set(self.named))

    def enqueue_purge(self, tx, tenant, recording, *, cause) -> None:
        self._add(f"purge:{recording}:{cause}", lambda context: purge_recording(context, tenant, recording))

    def enqueue_judging(self, tx, tenant, recording, *, cause) -> None:
        self._add(f"judge:{recording}:{cause}", lambda context: decide_artifacts(context, tenant, recording))

    def enqueue_case(self, tx, tenant, sample, *, cause) -> None:
        self._add(f"case:{sample}:{cause}", lambda context: write_case(context, tenant, sample))

    def enqueue_call(self, tx, tenant, call, *, delay_s, cause="ended") -> None:
        self._add(
            f"call:{call}:{cause}",
            lambda context: process_call(lambda name: CALL_STEPS[name](context, tenant, call)),
        )

    def enqueue_notice(self, tx, tenant, version, *, cause) -> None:
        deliver = POLICY_STEPS["deliver_notice"]
        self._add(f"notice:{version}:{cause}", lambda context: deliver(context, tenant, version))

    def enqueue_redecision(self, tx, tenant, job, *, chunks: Sequence[int], cause: str = "") -> None:
        chunk = POLICY_STEPS["redecide_chunk"]
        for number in chunks:
            name = f"redecide:{job}:{number}:{cause}"
            self._add(name, lambda context, number=number: chunk(context, tenant, job, number))

    def enqueue_rendering(self, tx, tenant, recording, *, cause, delay_s) -> None:
        def render(context: StepContext) -> Any:
            return render_changes(lambda name, *more: CORRECTION_STEPS[name](context, tenant, recording, *more))

        self._add(f"render:{recording}:{cause}", render)

    def enqueue_upkeep(self, tx, work, tenant, *more, once) -> None:
        def settle(context: StepContext) -> Any:
            return settle_whole_hold(lambda t, h, after: settle_hold(context, t, h, after), tenant, *more)

        self._add(f"{work}:{once}", settle)

    def work_off(self, context: StepContext) -> None:
        """Look for standing work as a worker does, and do all that waits."""
        vault = context.vault
        enqueue_unsettled(vault, self, context.clock)  # type: ignore[arg-type]  # a queue all the same
        PolicyWatch(vault.database, self, context.clock).enqueue_due()  # type: ignore[arg-type]  # a queue all the same
        while self.waiting:
            work = self.waiting.pop(next(iter(self.waiting)))
            try:
                work(context)
            except NotFound:
                continue  # it was purged before its turn came

    def _add(self, name: str, work: Work) -> None:
        if name not in self.named:
            self.named.add(name)
            self.waiting[name] = work
