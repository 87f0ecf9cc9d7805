"""Settle consent, before any audio is fetched."""

from __future__ import annotations

from pipeline.consent.authorise import authorise
from pipeline.model.audit import AuditTag
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import RecordingState
from pipeline.steps.context import Receipt, StepContext
from pipeline.store.audit import add_event
from pipeline.store.calls import list_legs
from pipeline.store.consents import list_consents
from pipeline.store.recordings import mark_state, merge_facts, read_facts


def settle_consent(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Decide whether this recording was permitted when it was made, and note the answer with its reason.

    Returns:
        `is_authorised`, `reason`, and `cut_at_ms` where a withdrawal ends what may be kept.
    """
    with context.recording(tenant, recording) as (tx, found, owner):
        answer = authorise(
            started_at=found.started_at,
            legs=[leg.role for leg in list_legs(tx, found.call)] if found.call else [],
            events=list_consents(tx, found.call) if found.call else (),
            is_recording_on=owner.settings.is_recording_on,
        )
        is_new = found.state is RecordingState.COMPLETED
        # A withdrawal can be told between two runs of this step; until the audio is captured it still cuts.
        is_cut_anew = found.state is RecordingState.AUTHORISED and (
            read_facts(tx, recording).get("cut_at_ms") != answer.cut_at_ms
        )
        if answer.is_authorised and (is_new or is_cut_anew):
            mark_state(tx, recording, RecordingState.AUTHORISED)
            merge_facts(tx, recording, {"cut_at_ms": answer.cut_at_ms})
            add_event(
                tx,
                AuditTag.RECORDING_AUTHORISED,
                actor="system",
                target=recording,
                facts={"reason": answer.reason, "cut_at_ms": answer.cut_at_ms},
            )
    return {"is_authorised": answer.is_authorised, "reason": answer.reason, "cut_at_ms": answer.cut_at_ms}
