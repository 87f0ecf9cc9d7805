"""Settle consent, before any audio is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.consent.authorise import Authorisation, Basis, authorise
from pipeline.model.audit import AuditTag
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import Recording, RecordingState
from pipeline.model.tenant import Tenant
from pipeline.steps.context import Receipt, StepContext
from pipeline.store.audit import Facts, add_event
from pipeline.store.calls import get_call, list_legs
from pipeline.store.consents import list_consents
from pipeline.store.recorder_events import list_recorder_events
from pipeline.store.recordings import mark_state, merge_facts, read_facts
from pipeline.store.session import Transaction


def settle_consent(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Decide whether this recording was permitted when it was made, and note the answer with its reason.

    Returns:
        `is_authorised`, `reason`, and `cut_at_ms` where something ends what may be kept.
    """
    with context.recording(tenant, recording) as (tx, found, owner):
        answer = authorise(found, basis_of(tx, found), owner)
        noted = facts_of(answer)
        is_new = found.state is RecordingState.COMPLETED
        # A withdrawal can be told between two runs of this step; until the audio is captured it still cuts.
        is_cut_anew = found.state is RecordingState.AUTHORISED and not _holds(read_facts(tx, recording), noted)
        if answer.is_authorised and (is_new or is_cut_anew):
            mark_state(tx, recording, RecordingState.AUTHORISED)
            settled = {**noted, **_switches(owner)}
            merge_facts(tx, recording, settled)
            add_event(
                tx,
                AuditTag.RECORDING_AUTHORISED,
                actor="system",
                target=recording,
                facts={"reason": answer.reason, "source": found.source, **settled},
            )
    return {"is_authorised": answer.is_authorised, "reason": answer.reason, "cut_at_ms": answer.cut_at_ms}


def _switches(owner: Tenant) -> dict[str, bool]:
    """Note what the tenant had switched on: what is switched off later does not end what was permitted."""
    chosen = owner.settings
    return {"was_recording_on": chosen.is_recording_on, "was_transcription_on": chosen.is_transcription_on}


def basis_of(tx: Transaction, recording: Recording) -> Basis:
    """Read everything that a recording's permission may rest on."""
    call = recording.call
    if call is None:
        return Basis(call=None)
    return Basis(
        call=get_call(tx, call),
        legs=list_legs(tx, call),
        consents=list_consents(tx, call),
        acts=list_recorder_events(tx, call),
    )


def facts_of(answer: Authorisation) -> Facts:
    """Write what goes of a recording as facts: where it is cut and why, and its pauses as `from-to` in ms."""
    pauses = ",".join(f"{s.from_ms}-{'' if s.to_ms is None else s.to_ms}" for s in answer.silences)
    return {
        "cut_at_ms": answer.cut_at_ms,
        "cut_at": answer.cut_at.isoformat() if answer.cut_at else None,
        "cut_reason": answer.cut_reason,
        "pauses": pauses or None,
    }


def _holds(facts: Mapping[str, Any], noted: Facts) -> bool:
    return all(facts.get(name) == value for name, value in noted.items())
