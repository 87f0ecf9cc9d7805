"""Making an evaluation case, durably: what fails is told, and is asked for again with the next change of the rates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.model.errors import PipelineError
from pipeline.model.ids import TenantId
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.write_case import write_case
from pipeline.telemetry import log
from pipeline.workflows import observed
from pipeline.workflows.queue import WRITE_CASE

type Run = Callable[..., Receipt]


def write_whole_case(write: Callable[[], Receipt], tenant: str) -> dict[str, Any]:
    """Make one case; a recording that was purged meanwhile has none."""
    try:
        return dict(write())
    except PipelineError as error:
        log().error("quality.case_not_kept", tenant=tenant, error=type(error).__name__)
        return {"artifact": None, "reason": type(error).__name__}


def register_cases(
    context: StepContext, *, repeated: Callable[[str, Callable[..., Any]], Callable[..., Any]], foreseen: Run
) -> None:
    """Make the workflow known to the engine.

    Args:
        context: what steps work with.
        repeated: makes a durable step of a name and a function.
        foreseen: runs a durable step, so that whatever ends it is an error of ours.
    """

    def write(tenant: str, sample: str) -> dict[str, Any]:
        return dict(write_case(context, TenantId(tenant), sample))

    step = repeated("write_case", write)

    @observed.workflow(WRITE_CASE)
    def workflow(tenant: str, sample: str) -> dict[str, Any]:
        return write_whole_case(lambda: foreseen(step, tenant, sample), tenant)
