"""Once a recording is safe in the vault, the vendor's copy goes, and is seen to be gone."""

from __future__ import annotations

from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.consent import Outcome
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import UPLOADED
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.vendor_copy import end_vendor_copy, is_kept_for_hold
from pipeline.store.artifacts import find_artifact
from pipeline.store.audit import add_event
from pipeline.store.consents import list_consents
from pipeline.store.recordings import mark_vendor_copy_deleted, merge_facts, read_facts


def delete_vendor_copy(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Delete the vendor's copy where the tenant wants that, and ask again whether it is gone.

    What was cut off or silenced is discarded everywhere, so the vendor's whole copy then goes whatever the tenant
    chose; unless a legal hold covers it, and the vendor's is the only whole copy.

    Raises:
        VendorUnavailable: the vendor still has it; the step is repeated.
    """
    with context.recording(tenant, recording) as (tx, found, owner):
        noted = read_facts(tx, recording)
        is_cut = noted.get("cut_at_ms") is not None or noted.get("silenced") is not None
        if found.call:
            is_cut = is_cut or any(e.outcome is Outcome.WITHDRAWN for e in list_consents(tx, found.call))
        if found.source == UPLOADED or not (owner.settings.deletes_vendor_copy or is_cut):
            return {"is_deleted": False}
        is_only_copy = is_cut or find_artifact(tx, recording, ArtifactKind.RECORDING_ORIGINAL) is None
        if is_only_copy and is_kept_for_hold(tx, found):
            return {"is_deleted": False}
        end_vendor_copy(context, found, owner, what="a captured")
    with context.recording(tenant, recording) as (tx, _, _owner):
        if mark_vendor_copy_deleted(tx, recording):
            merge_facts(tx, recording, {"is_vendor_copy_deleted": True})
            add_event(tx, AuditTag.VENDOR_COPY_DELETED, actor="system", target=recording, facts={"vendor": "twilio"})
    return {"is_deleted": True}
