"""A recording whose work cannot go on ends in a named failure, never in silence."""

from __future__ import annotations

from pipeline.model.audit import AuditTag
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import RecordingState
from pipeline.steps.context import Receipt, StepContext
from pipeline.store.audit import add_event
from pipeline.store.recordings import mark_state, merge_facts, read_facts
from pipeline.store.reviews import open_review
from pipeline.telemetry import log

_OVER = (RecordingState.PUBLISHED, RecordingState.ABSENT, RecordingState.REFUSED, RecordingState.PURGED)


def fail(context: StepContext, tenant: TenantId, recording: RecordingId, error: str) -> Receipt:
    """Mark a recording failed with the class of the error; what was captured stays sealed.

    A recording that was published, refused or purged before stays what it is; the failure is still told.
    """
    with context.recording(tenant, recording) as (tx, before, _):
        state = before.state if before.state in _OVER else RecordingState.FAILED
        if state is RecordingState.FAILED:
            mark_state(tx, recording, state, reason=error)
            open_review(tx, recording, risk=100, reasons=("failed", error))
        if read_facts(tx, recording).get("failed") != error:
            merge_facts(tx, recording, {"failed": error})
            add_event(tx, AuditTag.RECORDING_FAILED, actor="system", target=recording, facts={"error": error})
    log().error("recording.failed", tenant=tenant, recording=recording, error=error)
    return {"state": state.value, "reason": error}
