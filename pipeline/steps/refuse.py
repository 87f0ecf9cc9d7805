"""What was recorded without a basis: never fetched, deleted where it lies unless it is held, remembered."""

from __future__ import annotations

from pipeline.model.audit import AuditTag
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import UPLOADED, RecordingState
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.vendor_copy import end_vendor_copy, is_kept_for_hold
from pipeline.store.audit import Facts, add_event
from pipeline.store.recordings import add_tombstone, mark_state, mark_vendor_copy_deleted
from pipeline.telemetry import log


def refuse(context: StepContext, tenant: TenantId, recording: RecordingId, reason: str) -> Receipt:
    """Delete the vendor's copy unread, see that it is gone, write a tombstone and raise an alarm.

    A file that an operator handed in has no copy at a vendor. What a legal hold covers stays at the vendor, unread:
    the hourly comparison deletes it once nothing holds it.

    Raises:
        VendorUnavailable: the vendor still has it; the step is repeated until it is gone.
    """
    with context.recording(tenant, recording) as (tx, found, owner):
        is_upload = found.source == UPLOADED
        is_held = not is_upload and is_kept_for_hold(tx, found)
        if not is_upload and not is_held:
            end_vendor_copy(context, found, owner, what="an unauthorised")
    with context.vault.database.transaction(tenant) as tx:
        if not is_upload and not is_held:
            mark_vendor_copy_deleted(tx, recording)
        is_new = mark_state(tx, recording, RecordingState.REFUSED, reason=reason)
        if not is_held:
            add_tombstone(tx, subject_kind="recording", subject_id=recording, why=f"refused: {reason}")
        if is_new:
            facts: Facts = {"reason": reason, "source": found.source} | ({"is_held": True} if is_held else {})
            add_event(tx, AuditTag.RECORDING_REFUSED, actor="system", target=recording, facts=facts)
    log().error("recording.refused", tenant=tenant, recording=recording, reason=reason)
    return {"state": RecordingState.REFUSED.value, "reason": reason}
