"""A recording handed in by an operator: his attestation is its receipt, for everything but training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import RECORDING_PURPOSES, ConsentEvent, Method, Outcome
from pipeline.model.errors import Conflict
from pipeline.model.ids import CallId, LegId, RecordingId, new_id
from pipeline.model.recording import UPLOADED, Recording, RecordingState, uploaded_sid
from pipeline.model.tenant import Tenant
from pipeline.policies.bundle import Bundle
from pipeline.ports.keys import Keys
from pipeline.store.calls import add_call, add_leg, find_call_by_sid
from pipeline.store.consents import add_consent
from pipeline.store.recordings import note_recording
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What was handed in. The same bytes are the same recording, however often they come."""

    sha256: str
    channels: int
    duration_ms: int

    @property
    def recording_sid(self) -> str:
        """Name it as a vendor would."""
        return uploaded_sid(self.sha256)


_OVER: Final = frozenset({RecordingState.REFUSED, RecordingState.PURGED})


def import_recording(
    tx: Transaction, owner: Tenant, upload: Upload, *, bundle: Bundle, matrix_version: str, keys: Keys
) -> Recording:
    """Add call, leg, attestation and recording, or find them where the same file came before.

    Raises:
        Conflict: the same file was refused or purged before; an upload brings neither back.
    """
    call_sid = "CA" + upload.recording_sid[2:]
    known = find_call_by_sid(tx, call_sid)
    call = known.id if known else _add_call(tx, owner, call_sid, bundle, matrix_version, keys)
    for purpose in RECORDING_PURPOSES:
        event = ConsentEvent(
            leg_role=LegRole.CALLER,
            purpose=purpose,
            outcome=Outcome.GRANTED,
            method=Method.OPERATOR_ATTESTED,
            at=tx.now,
            script=None,
        )
        add_consent(tx, call, event, cause="upload", actor="cli")
    found = note_recording(
        tx,
        Recording(
            id=RecordingId(new_id("rec")),
            tenant=tx.tenant,
            call=call,
            recording_sid=upload.recording_sid,
            state=RecordingState.COMPLETED,
            source=UPLOADED,
            channels=upload.channels,
            started_at=tx.now,
            duration_s=upload.duration_ms // 1000,
        ),
    )
    if found.state in _OVER:
        raise Conflict(f"this file was {found.state} before, and stays so")
    return found


def _add_call(tx: Transaction, owner: Tenant, call_sid: str, bundle: Bundle, matrix_version: str, keys: Keys) -> CallId:
    call = Call(
        id=CallId(new_id("call")),
        tenant=tx.tenant,
        call_sid=call_sid,
        direction="upload",
        started_at=tx.now,
        mode="operator_attested",
        tokens=(),
        locale=owner.settings.locale,
        policy_digest=bundle.digest,
        matrix_version=matrix_version,
        instance=owner.settings.instance,
    )
    add_call(tx, call, training_gate=False, numbers={}, keys=keys)
    add_leg(
        tx,
        Leg(
            id=LegId(new_id("leg")),
            call=call.id,
            role=LegRole.CALLER,
            leg_sid=None,
            number_ref=None,
            candidates=owner.settings.establishment,
        ),
    )
    return call.id
