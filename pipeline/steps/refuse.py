"""What was recorded without a basis: never fetched, deleted where it lies, remembered."""

from __future__ import annotations

from pipeline.model.audit import AuditTag
from pipeline.model.errors import VendorUnavailable
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import UPLOADED, RecordingState
from pipeline.steps.context import Receipt, StepContext
from pipeline.store.audit import Facts, add_event
from pipeline.store.recordings import add_tombstone, mark_state, mark_vendor_copy_deleted
from pipeline.store.tenants import account_of
from pipeline.telemetry import log


def refuse(context: StepContext, tenant: TenantId, recording: RecordingId, reason: str) -> Receipt:
    """Delete the vendor's copy unread, see that it is gone, write a tombstone and raise an alarm.

    A file that an operator handed in has no copy at a vendor.

    Raises:
        VendorUnavailable: the vendor still has it; the step is repeated until it is gone.
    """
    found, owner = context.read(tenant, recording)
    is_upload = found.source == UPLOADED
    if not is_upload:
        account = account_of(owner)
        context.vendor.delete(account, found.recording_sid)
        if not context.vendor.is_gone(account, found.recording_sid):
            raise VendorUnavailable("twilio", "delete an unauthorised recording", reason="still there")
    with context.vault.database.transaction(tenant) as tx:
        if not is_upload:
            mark_vendor_copy_deleted(tx, recording)
        is_new = mark_state(tx, recording, RecordingState.REFUSED, reason=reason)
        add_tombstone(tx, subject_kind="recording", subject_id=recording, why=f"refused: {reason}")
        if is_new:
            facts: Facts = {"reason": reason, "source": found.source}
            add_event(tx, AuditTag.RECORDING_REFUSED, actor="system", target=recording, facts=facts)
    log().error("recording.refused", tenant=tenant, recording=recording, reason=reason)
    return {"state": RecordingState.REFUSED.value, "reason": reason}
