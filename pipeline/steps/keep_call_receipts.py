"""The receipts of a call that ended without a recording: a no, a silence and a hang-up are proved too."""

from __future__ import annotations

from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import CallId, TenantId
from pipeline.model.recording import RecordingState
from pipeline.steps.context import Receipt, StepContext, shelf_of_call
from pipeline.steps.issue_receipts import issue_receipts
from pipeline.store.artifacts import list_artifacts
from pipeline.store.calls import get_call
from pipeline.store.recordings import list_recordings
from pipeline.store.session import Transaction

_NEVER_WORKED_ON: Final = (RecordingState.ANNOUNCED, RecordingState.ABSENT, RecordingState.FAILED)


def keep_call_receipts(context: StepContext, tenant: TenantId, call: CallId) -> Receipt:
    """Seal the signed consent receipts of a call, unless those of a recording of it tell the same.

    Raises:
        NotFound: no such call, or the tenant's key was destroyed; nothing is issued unsigned.
        VendorUnavailable: the keeper of keys cannot be reached.
    """
    with context.vault.database.transaction(tenant) as tx:
        found = get_call(tx, call)
        is_told = _is_told_elsewhere(tx, call)
    if is_told:
        return {"receipts": 0, "is_recorded": True}
    return {"receipts": issue_receipts(context, shelf_of_call(found), call, None), "is_recorded": False}


def _is_told_elsewhere(tx: Transaction, call: CallId) -> bool:
    """Say whether a recording has receipts of its own, or will have. One that was only announced may never come."""
    if any(recording.state not in _NEVER_WORKED_ON for recording in list_recordings(tx, call=call)):
        return True
    kept = list_artifacts(tx, call=call)
    return any(a.kind is ArtifactKind.CONSENT_RECEIPT and a.recording is not None for a in kept)
