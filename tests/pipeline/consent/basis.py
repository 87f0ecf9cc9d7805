"""Recordings, people and answers around one moment, for judging without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.consent.authorise import Authorisation, Basis, authorise
from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import RECORDING_PURPOSES, ConsentEvent, Method, Outcome, Purpose
from pipeline.model.ids import CallId, LegId, RecordingId, TenantId
from pipeline.model.recorder import RecorderAct, RecorderEvent
from pipeline.model.recording import Recording, RecordingState
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings

START = datetime(2026, 11, 21, 9, 0, 30, tzinfo=UTC)
"""What the vendor says of the recording's start; the seconds of every moment below are counted from here."""
CALLER, CALLEE, AGENT = LegRole.CALLER, LegRole.CALLEE, LegRole.AGENT
TENANT = TenantId("acme")
SID = "RE" + "1" * 32


def when(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def a_leg(role: LegRole = CALLER, *, ordinal: int = 1, joined: float | None = None, left: float | None = None) -> Leg:
    return Leg(
        id=LegId(f"leg_{role.value}{ordinal}"),
        call=CallId("call_1"),
        role=role,
        leg_sid=None,
        number_ref=None,
        candidates=(),
        ordinal=ordinal,
        joined_at=None if joined is None else when(joined),
        left_at=None if left is None else when(left),
    )


def answered(
    outcome: Outcome = Outcome.GRANTED,
    *,
    at: float = -5,
    role: LegRole = CALLER,
    purpose: Purpose = Purpose.RECORD,
    ordinal: int = 1,
    round: int = 1,
) -> ConsentEvent:
    return ConsentEvent(
        leg_role=role,
        purpose=purpose,
        outcome=outcome,
        method=Method.DTMF,
        at=when(at),
        script=None,
        ordinal=ordinal,
        round=round,
    )


def all_purposes(outcome: Outcome = Outcome.GRANTED, **changes) -> tuple[ConsentEvent, ...]:
    return tuple(answered(outcome, purpose=purpose, **changes) for purpose in RECORDING_PURPOSES)


def told(
    act: RecorderAct, at: float, *, done: bool = False, sid: str | None = None, reason: str = "test"
) -> RecorderEvent:
    cause = f"{reason}:1:{act.value}:{'done' if done else 'asked'}"
    return RecorderEvent(act=act, at=when(at), is_done=done, cause=cause, actor="test", recording_sid=sid)


def a_call(*, tokens: str = "NPOT", began: float = -60) -> Call:
    return Call(
        id=CallId("call_1"),
        tenant=TENANT,
        call_sid="CA" + "1" * 32,
        direction="inbound",
        started_at=when(began),
        mode="notice_continue",
        tokens=tuple(tokens),
        locale="en-US",
        policy_digest="0" * 64,
        matrix_version="1",
    )


def a_recording(
    *,
    source: str = "StartCallRecordingTwiML",
    channels: int = 2,
    duration_s: int | None = 60,
    started_at: datetime | None = START,
    noted: float = 0,
) -> Recording:
    return Recording(
        id=RecordingId("rec_1"),
        tenant=TENANT,
        call=CallId("call_1"),
        recording_sid=SID,
        state=RecordingState.COMPLETED,
        source=source,
        channels=channels,
        started_at=started_at,
        duration_s=duration_s,
        noted_at=when(noted),
    )


def an_owner(**chosen) -> Tenant:
    return Tenant(
        id=TENANT,
        display_name="Acme",
        policy_id="nejix",
        account_sid=None,
        settings=TenantSettings(**({"is_recording_on": True} | chosen)),
        secrets=TenantSecrets(),
    )


def judge(
    *events: ConsentEvent,
    legs=None,
    acts=(),
    tokens="NPOT",
    began=-60,
    call=True,
    recording: Recording | None = None,
    length_ms: int | None = None,
    **chosen,
) -> Authorisation:
    """Judge one recording of a call with a caller and an agent, unless it is said otherwise."""
    people = [a_leg(), a_leg(AGENT)] if legs is None else legs
    known = a_call(tokens=tokens, began=began) if call else None
    basis = Basis(call=known, legs=people, consents=events, acts=acts)
    return authorise(recording or a_recording(), basis, an_owner(**chosen), length_ms=length_ms)
