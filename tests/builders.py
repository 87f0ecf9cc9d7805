"""Calls and recordings to begin a test with, in the real database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import insert

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import RECORDING_PURPOSES, ConsentEvent, Method, Outcome, Purpose, ScriptRef
from pipeline.model.ids import ArtifactId, CallId, LegId, RecordingId, TenantId, new_id
from pipeline.model.processor import ProcessorEvidence
from pipeline.model.recording import Recording, RecordingState
from pipeline.store.artifacts import add_artifact
from pipeline.store.calls import add_call, add_leg
from pipeline.store.consents import add_consent
from pipeline.store.recordings import note_recording
from pipeline.store.session import Transaction
from pipeline.store.tables_registry import processor_evidence
from pipeline.store.vault import Shelf

ON_FILE = tuple(
    ProcessorEvidence(
        name=name,
        contract=f"DPA-{name}",
        training_off_by="the contract",
        regions=("us", "eu", "ap"),
        keeps_days=0,
        evidence_on=date(2020, 1, 1),
        expires_on=date(2099, 1, 1),
    )
    for name in ("twilio", "deepgram", "aws", "gcp", "anthropic", "openai", "xai")
)
"""What tests have on file about companies, for whatever day they play on."""
SCRIPT = ScriptRef(id="ask_record", locale="en-US", sha256="5" * 64)


def put_on_file(tx: Transaction) -> None:
    """Put evidence about every company on file, without an event of the log: tests count those they make."""
    rows = [
        {
            "tenant": tx.tenant,
            "processor": e.name,
            "contract": e.contract,
            "training_off_by": e.training_off_by,
            "regions": list(e.regions),
            "keeps_days": e.keeps_days,
            "evidence_on": e.evidence_on,
            "expires_on": e.expires_on,
            "actor": "test",
            "at": tx.now,
        }
        for e in ON_FILE
    ]
    tx.connection.execute(insert(processor_evidence), rows)


def a_call(
    tx: Transaction,
    keys,
    *,
    roles: Iterable[LegRole] = (LegRole.CALLER,),
    tokens: tuple[str, ...] = ("N", "P", "O", "T"),
    locale: str = "en-US",
    places: tuple[str, ...] = ("US-NY",),
    instance: str | None = None,
) -> CallId:
    """A call that began just now, with its legs."""
    call = Call(
        id=CallId(new_id("call")),
        tenant=tx.tenant,
        call_sid="CA" + uuid.uuid4().hex,
        direction="inbound",
        started_at=tx.now,
        mode="notice_continue",
        tokens=tokens,
        locale=locale,
        policy_digest="0" * 64,
        matrix_version="1",
        instance=instance,
    )
    add_call(tx, call, training_gate=False, numbers={"from": "+12125550100", "to": "+12125550101"}, keys=keys)
    for role in roles:
        add_leg(
            tx,
            Leg(id=LegId(new_id("leg")), call=call.id, role=role, leg_sid=None, number_ref=None, candidates=places),
        )
    return call.id


def answer(
    tx: Transaction,
    call: CallId,
    outcome: Outcome = Outcome.GRANTED,
    *,
    purposes: Iterable[Purpose] = RECORDING_PURPOSES,
    role: LegRole = LegRole.CALLER,
    method: Method = Method.DTMF,
    at: datetime | None = None,
    ordinal: int = 1,
) -> None:
    """Note one answer of one leg, each time as a cause of its own."""
    cause = uuid.uuid4().hex
    for purpose in purposes:
        event = ConsentEvent(
            leg_role=role,
            purpose=purpose,
            outcome=outcome,
            method=method,
            at=at or tx.now,
            script=SCRIPT,
            ordinal=ordinal,
        )
        add_consent(tx, call, event, cause=cause, actor="test")


def a_recording(
    tx: Transaction,
    call: CallId | None,
    *,
    state: RecordingState = RecordingState.COMPLETED,
    source: str = "StartCallRecordingTwiML",
    channels: int = 2,
    after_s: float = 1,
    sid: str | None = None,
) -> Recording:
    """A recording whose recorder started `after_s` seconds from now."""
    return note_recording(
        tx,
        Recording(
            id=RecordingId(new_id("rec")),
            tenant=tx.tenant,
            call=call,
            recording_sid=sid or "RE" + uuid.uuid4().hex,
            state=state,
            source=source,
            channels=channels,
            started_at=tx.now + timedelta(seconds=after_s),
            duration_s=6,
        ),
    )


def a_shelf(recording: Recording) -> Shelf:
    """Where a recording's artifacts lie."""
    assert recording.noted_at is not None
    return Shelf(tenant=recording.tenant, recording=recording.id, call=recording.call, on=recording.noted_at.date())


def an_artifact_row(
    tx: Transaction,
    recording: Recording,
    kind: ArtifactKind = ArtifactKind.RECORDING_ORIGINAL,
    *,
    parents: tuple[ArtifactId, ...] = (),
    tenant: TenantId | None = None,
) -> Artifact:
    """An artifact's row, without any object."""
    name = uuid.uuid4().hex * 2
    made = Artifact(
        id=ArtifactId(new_id("art")),
        tenant=tenant or tx.tenant,
        recording=recording.id,
        call=recording.call,
        kind=kind,
        name=name,
        object_key=f"tenants/{tx.tenant}/2026/11/21/{recording.id}/{kind.value}/{name}",
        sealed_sha256="0" * 64,
        size_bytes=1,
        parents=parents,
        created_at=tx.now,
    )
    assert add_artifact(tx, made)
    return made
