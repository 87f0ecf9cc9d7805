"""The receipts of a call that ended without a recording: a no, a silence and a hang-up are proved too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import CallId, TenantId
from pipeline.model.recording import Recording, RecordingState
from pipeline.steps.context import Receipt, StepContext, shelf_of, shelf_of_call
from pipeline.steps.issue_receipts import issue_receipts, list_untold
from pipeline.store.artifacts import list_artifacts
from pipeline.store.calls import get_call
from pipeline.store.recordings import list_recordings
from pipeline.store.session import Transaction

_NEVER_WORKED_ON: Final = (RecordingState.ANNOUNCED, RecordingState.ABSENT, RecordingState.FAILED)


def keep_call_receipts(context: StepContext, tenant: TenantId, call: CallId) -> Receipt:
    """Seal the signed consent receipts of a call, unless those of a recording of it tell the same.

    A recording that has receipts gets further ones where something was told since, such as a withdrawal. What was
    answered after every recording had ended, as by whom the call was then put through to, is told by the call's own.

    Returns:
        How many receipts there are, and whether a recording has them or will have.

    Raises:
        NotFound: no such call, or the tenant's key was destroyed; nothing is issued unsigned.
        VendorUnavailable: the keeper of keys cannot be reached.
    """
    with context.vault.database.transaction(tenant) as tx:
        found = get_call(tx, call)
        recordings = list_recordings(tx, call=call)
        told = _with_receipts(tx, call, recordings)
        untold = list_untold(tx, call, [r for r in recordings if r in told or r.state not in _NEVER_WORKED_ON])
    if not told and all(recording.state in _NEVER_WORKED_ON for recording in recordings):
        return {"receipts": issue_receipts(context, shelf_of_call(found), call, None), "is_recorded": False}
    issued = [issue_receipts(context, shelf_of(recording), call, recording) for recording in told]
    if untold:
        issued.append(issue_receipts(context, shelf_of_call(found), call, None, about=untold))
    return {"receipts": sum(issued), "is_recorded": True}


def _with_receipts(tx: Transaction, call: CallId, recordings: Sequence[Recording]) -> list[Recording]:
    """Give the recordings that have receipts. One that was only announced may never come."""
    kept = list_artifacts(tx, call=call)
    having = {artifact.recording for artifact in kept if artifact.kind is ArtifactKind.CONSENT_RECEIPT}
    return [recording for recording in recordings if recording.id in having]
