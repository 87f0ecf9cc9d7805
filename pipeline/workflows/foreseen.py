"""Whatever ends a step is told as an error of ours, and of what nobody foresaw only the place is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbos import error as dbos_errors

from pipeline.model.errors import PipelineError
from pipeline.telemetry import log, metrics
from pipeline.telemetry.logs import place_of
from pipeline.workflows.serializer import StepFailed


def foreseen(step: Callable[..., Any], *arguments: Any) -> Any:
    """Run a step; whatever ends it is told as an error of ours, the same now as when it is read back after a death.

    Raises:
        PipelineError: the step's own, its last one where attempts ran out, or `StepFailed` for what nobody foresaw.
    """
    try:
        return step(*arguments)
    except PipelineError:
        raise
    except dbos_errors.DBOSMaxStepRetriesExceeded as error:
        raise error.errors[-1] from None
    except dbos_errors.DBOSException:
        raise
    except Exception as error:
        log().error("step.unforeseen", error=type(error).__name__, at=place_of(error))
        metrics.count(metrics.UNFORESEEN, "step")
        raise StepFailed(f"unforeseen {type(error).__name__}") from None
