"""What proves the basis of a recording, and what is known of its call, as artifacts of their own."""

from __future__ import annotations

import json
from typing import Any

from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import Call
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import Recording, RecordingState
from pipeline.steps.context import Receipt, StepContext, shelf_of
from pipeline.steps.issue_receipts import issue_receipts
from pipeline.store.calls import get_call, read_numbers
from pipeline.store.session import Transaction


def keep_receipts(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Seal the signed consent receipts of a recording's call, and the call's metadata unless it was refused.

    A refused recording has receipts too: they are what it was refused for.

    Raises:
        NotFound: the tenant's key was destroyed; nothing is issued unsigned.
        VendorUnavailable: the keeper of keys cannot be reached.
    """
    found, _ = context.read(tenant, recording)
    if found.call is None:
        return {"receipts": 0}
    shelf = shelf_of(found)
    if found.state is not RecordingState.REFUSED:
        with context.vault.database.transaction(tenant) as tx:
            metadata = _metadata(context, tx, found, get_call(tx, found.call))
        context.vault.keep(shelf, ArtifactKind.CALL_METADATA, _bytes(metadata))
    return {"receipts": issue_receipts(context, shelf, found.call, found)}


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
