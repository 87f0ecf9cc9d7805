"""What every durable workflow and every attempt at a step leaves behind: a figure, a span, its ids in the log lines.

What caused a workflow stands in the engine's own column for whom work is done, as a `traceparent`: an id and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

import structlog
from dbos import DBOS

from pipeline.telemetry import metrics, traces

type Body = Callable[..., Any]

_LAST_STEPS: Final = frozenset({"publish", "withhold", "refuse", "fail"})


def workflow(name: str) -> Callable[[Body], Body]:
    """Make a durable workflow that goes on in the trace of who enqueued it. Its first argument is the tenant."""

    def decorate(body: Body) -> Body:
        @wraps(body)
        def observed(*given: Any) -> Any:
            caused_by = DBOS.authenticated_user or ""
            facts = {"workflow": name, "tenant": given[0]}
            with (
                structlog.contextvars.bound_contextvars(**facts),
                traces.begun(f"workflow {name}", kind="consumer", parent=caused_by, **facts) as told,
            ):
                try:
                    receipt = body(*given)
                except BaseException as error:
                    metrics.count(metrics.WORKFLOWS, name, type(error).__name__)
                    raise
                outcome = outcome_of(receipt)
                told.tell(outcome=outcome)
                metrics.count(metrics.WORKFLOWS, name, outcome)
                return receipt

        made: Body = DBOS.workflow(name=name)(observed)
        return made

    return decorate


def observed_step(name: str, step: Body) -> Body:
    """Time each attempt at a step, and count how a recording's line ends."""

    @wraps(step)
    def attempt(*given: Any) -> Any:
        with (
            structlog.contextvars.bound_contextvars(step=name),
            metrics.timed_step(name),
            traces.span(f"step {name}", step=name),
        ):
            receipt = step(*given)
        if name in _LAST_STEPS:
            metrics.count(metrics.RECORDINGS_ENDED, receipt["state"], receipt.get("reason") or "none")
        return receipt

    attempt.__name__ = attempt.__qualname__ = name
    return attempt


def outcome_of(receipt: object) -> str:
    """Read from what a workflow gives back how it ended: its state, `failed`, or `done`."""
    if not isinstance(receipt, Mapping):
        return "done"
    if isinstance(receipt.get("state"), str):
        return str(receipt["state"])
    return "failed" if receipt.get("failed") or receipt.get("reason") else "done"
