"""One recording from callback to decision: the line of design.md §4 as a table of contents.

The body only chooses the next step; everything that can be slow, fail or be repeated happens inside a step. Each step
gets and gives ids, digests and counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from pipeline.model.errors import PipelineError, Withheld
from pipeline.model.ids import RecordingId, TenantId
from pipeline.steps import (
    assess_risk,
    capture,
    decide,
    delete_vendor_copy,
    detect,
    fail,
    index_people,
    index_words,
    keep_receipts,
    publish,
    redact_audio,
    redact_text,
    refuse,
    settle_consent,
    transcribe,
    withhold,
)
from pipeline.steps.context import Receipt, StepContext

type Step = Callable[[StepContext, TenantId, RecordingId], Receipt]
type Run = Callable[..., Receipt]

STEPS: Final[Mapping[str, Callable[..., Receipt]]] = {
    "settle_consent": settle_consent.settle_consent,
    "refuse": refuse.refuse,
    "capture": capture.capture,
    "delete_vendor_copy": delete_vendor_copy.delete_vendor_copy,
    "keep_receipts": keep_receipts.keep_receipts,
    "transcribe": transcribe.transcribe,
    "detect": detect.detect,
    "index_people": index_people.index_people,
    "redact_text": redact_text.redact_text,
    "redact_audio": redact_audio.redact_audio,
    "withhold": withhold.withhold,
    "decide": decide.decide_artifacts,
    "publish": publish.publish,
    "index_words": index_words.index_words,
    "assess_risk": assess_risk.assess_risk,
    "fail": fail.fail,
}
"""Every step by the name it is checkpointed under. A name never changes its meaning."""


def process_recording(run: Run) -> Receipt:
    """Take one recording through the line.

    Args:
        run: runs the step of a name, durably; further arguments go to the step.

    Returns:
        The state that the recording ends in.
    """
    try:
        settled = run("settle_consent")
        if not settled["is_authorised"]:
            return _refuse(run, settled["reason"])
        captured = run("capture")
        if not captured.get("is_permitted", True):
            return _refuse(run, captured["reason"])
        run("delete_vendor_copy")
        try:
            _redact(run)
        except Withheld as withheld:
            run("index_people")  # whoever is heard in it can ask for it, though nothing of it is shown
            run("withhold", withheld.reason)
            run("keep_receipts")
            decided = run("decide")
            run("assess_risk")
            return {**decided, "state": "withheld"}
        run("keep_receipts")  # only now is it known where in the audio the notice is heard
        run("decide")
        published = run("publish")
        run("index_words")
        run("assess_risk")
        return published
    except PipelineError as error:
        failed = run("fail", type(error).__name__)
        with suppress(PipelineError):  # what was agreed is proved for a failure too, unless that is what fails
            run("keep_receipts")
        with suppress(PipelineError):  # it stands in the queue as failed already; this only says why in parts
            run("assess_risk")
        return failed


def _refuse(run: Run, reason: str) -> Receipt:
    refused = run("refuse", reason)
    run("keep_receipts")
    run("decide")  # an operator's file is here already: it is quarantined, and due
    return refused


def _redact(run: Run) -> None:
    heard = run("transcribe")
    if not heard["is_transcribed"]:
        raise Withheld(str(heard["reason"]))
    run("detect")
    run("index_people")
    run("redact_audio")
    run("redact_text")  # last: what is heard in the redacted audio may have to be hidden in the text too


def with_context(name: str, context: StepContext) -> Callable[..., Any]:
    """Give the step of a name with its context filled in."""

    def step(tenant: str, recording: str, *more: Any) -> Receipt:
        return STEPS[name](context, TenantId(tenant), RecordingId(recording), *more)

    step.__name__ = step.__qualname__ = name
    return step
