"""What could not be proved is kept sealed, published nowhere, and put before a person."""

from __future__ import annotations

from pipeline.model.audit import AuditTag
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import RecordingState
from pipeline.steps.context import Receipt, StepContext
from pipeline.store.audit import add_event
from pipeline.store.recordings import mark_state, merge_facts
from pipeline.store.reviews import open_review


def withhold(context: StepContext, tenant: TenantId, recording: RecordingId, reason: str) -> Receipt:
    """Mark a recording withheld, with the reason, and open it for review at the highest risk."""
    with context.vault.database.transaction(tenant) as tx:
        is_new = mark_state(tx, recording, RecordingState.WITHHELD, reason=reason)
        merge_facts(tx, recording, {"withheld": reason, "is_redaction_proved": False})
        open_review(tx, recording, risk=100, reasons=("withheld", reason))
        if is_new:
            add_event(tx, AuditTag.RECORDING_WITHHELD, actor="system", target=recording, facts={"reason": reason})
    return {"state": RecordingState.WITHHELD.value, "reason": reason}
