"""What proves the basis of a recording, and what is known of its call, as artifacts of their own."""

from __future__ import annotations

import json
from typing import Any

from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import Call
from pipeline.model.consent import ConsentEvent, standings
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import Recording
from pipeline.steps.context import Receipt, StepContext, shelf_of
from pipeline.store.calls import get_call, list_legs, read_numbers
from pipeline.store.consents import list_consents
from pipeline.store.session import Transaction

METADATA_FIELDS = ("duration", "timestamps", "caller_phone_number")
"""The fields that the policies list; what Twilio says besides (city, name of the caller) is not kept."""


def keep_receipts(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Seal the consent receipts of a recording's call and the call's metadata."""
    found, _ = context.read(tenant, recording)
    if found.call is None:
        return {"receipts": 0}
    with context.vault.database.transaction(tenant) as tx:
        call = get_call(tx, found.call)
        receipts = _receipts(tx, found, call)
        metadata = _metadata(context, tx, found, call)
    shelf = shelf_of(found)
    context.vault.keep(shelf, ArtifactKind.CONSENT_RECEIPT, _bytes(receipts))
    context.vault.keep(shelf, ArtifactKind.CALL_METADATA, _bytes(metadata))
    return {"receipts": len(receipts["standings"])}


def _receipts(tx: Transaction, recording: Recording, call: Call) -> dict[str, Any]:
    """Write who agreed to what, how we know, under which law, policy and script (consent.md A.2)."""
    events = list_consents(tx, call.id)
    return {
        "format": 1,
        "call_sid": call.call_sid,
        "recording_sid": recording.recording_sid,
        "recording_started_at": recording.started_at,
        "mode": call.mode,
        "tokens": call.tokens,
        "policy_digest": call.policy_digest,
        "matrix_version": call.matrix_version,
        "legs": [
            {"role": leg.role, "leg_sid": leg.leg_sid, "candidates": leg.candidates} for leg in list_legs(tx, call.id)
        ],
        "standings": [
            {
                "leg": s.leg_role,
                "purpose": s.purpose,
                "outcome": s.outcome,
                "method": s.method,
                "at": s.at,
                "withdrawn_at": s.withdrawn_at,
            }
            for s in standings(events)
        ],
        "events": [_event(event) for event in events],
    }


def _event(event: ConsentEvent) -> dict[str, Any]:
    script = event.script
    return {
        "leg": event.leg_role,
        "purpose": event.purpose,
        "outcome": event.outcome,
        "method": event.method,
        "at": event.at,
        "script": {"id": script.id, "locale": script.locale, "sha256": script.sha256} if script else None,
        "attempts": event.attempts,
        "digit": event.digit,
        "confidence": event.confidence,
    }


def _metadata(context: StepContext, tx: Transaction, recording: Recording, call: Call) -> dict[str, Any]:
    numbers = read_numbers(tx, call.id, keys=context.vault.keys)
    return {
        "format": 1,
        "call_sid": call.call_sid,
        "direction": call.direction,
        "started_at": call.started_at,
        "recording_started_at": recording.started_at,
        "duration_s": recording.duration_s,
        "caller_phone_number": numbers.get("from"),
    }


def _bytes(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return text.encode()


def _plain(value: Any) -> str:
    return str(value.isoformat() if hasattr(value, "isoformat") else value)
