"""A recording whose work cannot go on ends in a named failure, never in silence."""

from __future__ import annotations

from pipeline.model.audit import AuditTag
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import RecordingState
from pipeline.steps.context import Receipt, StepContext
from pipeline.store.audit import add_event
from pipeline.store.recordings import mark_state
from pipeline.store.reviews import open_review
from pipeline.telemetry import log


def fail(context: StepContext, tenant: TenantId, recording: RecordingId, error: str) -> Receipt:
    """Mark a recording failed with the class of the error; what was captured stays sealed."""
    with context.recording(tenant, recording) as (tx, before, _):
        mark_state(tx, recording, RecordingState.FAILED, reason=error)
        open_review(tx, recording, risk=100, reasons=("failed", error))
        if before.state is not RecordingState.FAILED:
            add_event(tx, AuditTag.RECORDING_FAILED, actor="system", target=recording, facts={"error": error})
    log().error("recording.failed", tenant=tenant, recording=recording, error=error)
    return {"state": RecordingState.FAILED.value, "reason": error}
