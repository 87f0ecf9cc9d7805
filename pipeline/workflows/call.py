"""One ended call: its receipts where no recording carries them, and the decision on each.

The body only chooses the next step, as in `recording`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pipeline.model.errors import PipelineError
from pipeline.model.ids import CallId, TenantId
from pipeline.steps import decide, keep_call_receipts
from pipeline.steps.context import Receipt, StepContext
from pipeline.telemetry import log

type Run = Callable[[str], Receipt]

CALL_STEPS: Final[Mapping[str, Callable[[StepContext, TenantId, CallId], Receipt]]] = {
    "keep_call_receipts": keep_call_receipts.keep_call_receipts,
    "decide_call": decide.decide_call,
}
"""Every step by the name it is checkpointed under. A name never changes its meaning."""


def process_call(run: Run) -> Receipt:
    """Take one ended call through.

    Args:
        run: runs the step of a name, durably.

    Returns:
        How many receipts it has, and the class of the error where it could not go on.
    """
    try:
        kept = run("keep_call_receipts")
        if kept["receipts"]:
            run("decide_call")
        return kept
    except PipelineError as error:
        log().error("call.failed", error=type(error).__name__)
        return {"receipts": 0, "failed": type(error).__name__}


def with_call_context(name: str, context: StepContext) -> Callable[..., Any]:
    """Give the step of a name with its context filled in."""

    def step(tenant: str, call: str) -> Receipt:
        return CALL_STEPS[name](context, TenantId(tenant), CallId(call))

    step.__name__ = step.__qualname__ = name
    return step
