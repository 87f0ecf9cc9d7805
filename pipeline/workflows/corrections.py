"""From reviewers' changes to the next version in force: render and prove, decide, publish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from dbos import DBOS

from pipeline.model.errors import PipelineError
from pipeline.model.ids import RecordingId, TenantId
from pipeline.steps.assess_risk import assess_risk
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.index_words import index_words
from pipeline.steps.publish_version import give_up, publish_version
from pipeline.steps.render_version import render_version
from pipeline.telemetry import log
from pipeline.workflows import observed
from pipeline.workflows.queue import RENDER_CHANGES, RENDERINGS

type Run = Callable[..., Receipt]

CORRECTION_STEPS: Final[Mapping[str, Callable[..., Receipt]]] = {
    "render_version": render_version,
    "decide": decide_artifacts,
    "publish_version": publish_version,
    "index_words": index_words,
    "assess_risk": assess_risk,
    "give_up": give_up,
}
"""Every step by the name it is checkpointed under. A name never changes its meaning."""


def render_changes(run: Run) -> Receipt:
    """Render what is due of a recording.

    Args:
        run: runs the step of a name, durably; further arguments go to the step.

    Returns:
        The version in force; nothing where nothing was due.
    """
    try:
        return _render(run)
    except PipelineError as error:  # the earlier version stays in force, and the reviewer is told
        return run("give_up", type(error).__name__)


def register_rendering_queue(concurrency: int) -> None:
    """Let versions of different recordings be rendered side by side, and those of one after each other."""
    DBOS.register_queue(
        RENDERINGS,
        worker_concurrency=concurrency,
        partition_concurrency=1,
        polling_interval_sec=0.5,
        on_conflict="always_update",
    )


def register_renderings(
    context: StepContext, *, repeated: Callable[[str, Callable[..., Any]], Callable[..., Any]], foreseen: Run
) -> None:
    """Make the workflow known to the engine.

    Args:
        context: what steps work with.
        repeated: makes a durable step of a name and a function.
        foreseen: runs a durable step, so that whatever ends it is an error of ours.
    """
    steps = {name: repeated(name, with_correction_context(name, context)) for name in CORRECTION_STEPS}

    @observed.workflow(RENDER_CHANGES)
    def workflow(tenant: str, recording: str) -> dict[str, Any]:
        try:
            return dict(render_changes(lambda name, *more: foreseen(steps[name], tenant, recording, *more)))
        except PipelineError as error:
            log().error("version.not_rendered", tenant=tenant, recording=recording, error=type(error).__name__)
            return {"is_due": True, "failed": type(error).__name__}


def _render(run: Run) -> Receipt:
    rendered = run("render_version")
    if not rendered["is_due"]:
        return {"is_due": False}
    if rendered["number"] is not None:
        run("decide")
    published = run("publish_version", dict(rendered))
    if published["is_reopened"]:
        run("decide")  # only now is its redaction proved again
    if rendered["number"] is not None:
        run("index_words")  # what is hidden from now on finds its call no more
        run("assess_risk")
    return {"is_due": True, "version": published["version"], "failed": len(rendered["failed"])}


def with_correction_context(name: str, context: StepContext) -> Callable[..., Any]:
    """Give the step of a name with its context filled in."""

    def step(tenant: str, recording: str, *more: Any) -> Receipt:
        return CORRECTION_STEPS[name](context, TenantId(tenant), RecordingId(recording), *more)

    step.__name__ = step.__qualname__ = name
    return step
