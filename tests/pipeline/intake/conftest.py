"""Calls as the next step sees them, built without a database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from pipeline.intake.call_state import CallState, of_round
from pipeline.intake.law_of_call import UNRECORDED
from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import RECORDING_PURPOSES, ConsentEvent, Method, Outcome, Purpose, standings
from pipeline.model.ids import CallId, LegId, TenantId
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings, Topology
from pipeline.policies.jurisdictions import Token

TRANSCRIPT_ALONE = {"is_recording_on": False, "is_transcription_on": True}
OWN_NUMBER = "ref-of-our-number"
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def an_owner(**chosen) -> Tenant:
    """A tenant that records, with an agent and a desk to reach."""
    agent_url, forward_to = chosen.pop("agent_url", "wss://agent.example.com"), chosen.pop("forward_to", "+13035550188")
    is_active, wordings = chosen.pop("is_active", True), chosen.pop("wordings", {})
    return Tenant(
        id=TenantId("acme"),
        display_name="Acme",
        policy_id="nejix",
        account_sid="AC" + "0" * 32,
        settings=TenantSettings(**({"is_recording_on": True} | chosen)),
        secrets=TenantSecrets(auth_token="token", agent_url=agent_url, forward_to=forward_to),
        is_active=is_active,
        armed=frozenset({OWN_NUMBER}),
        wordings=wordings,
    )


def an_answer(
    outcome: Outcome,
    purposes: Iterable[Purpose] = RECORDING_PURPOSES,
    *,
    role: LegRole = LegRole.CALLER,
    method: Method = Method.DTMF,
) -> list[ConsentEvent]:
    """One answer of one leg, for each purpose."""
    return [
        ConsentEvent(leg_role=role, purpose=p, outcome=outcome, method=method, at=AT, script=None) for p in purposes
    ]


def a_state(
    events: Iterable[ConsentEvent] = (),
    *,
    owner: Tenant | None = None,
    mode: str = "explicit_gate",
    has_training_gate: bool = False,
    direction: str = "inbound",
    tokens: str = "N",
    round: int = 1,
) -> CallState:
    """A call of an owner after some events; with a callee where the owner forwards."""
    tenant = owner or an_owner()
    roles = [LegRole.CALLER, LegRole.AGENT]
    if tenant.settings.topology is Topology.FORWARD:
        roles.append(LegRole.CALLEE)
    call = CallId("call_one")
    return CallState(
        call=Call(
            id=call,
            tenant=tenant.id,
            call_sid="CA" + "0" * 32,
            direction=direction,
            started_at=AT,
            mode=mode,
            tokens=tuple(tokens),
            locale="en-US",
            policy_digest="0" * 64,
            matrix_version="2026-11-21",
            round=round,
        ),
        owner=tenant,
        legs=tuple(
            Leg(id=LegId(r.value), call=call, role=r, leg_sid=None, number_ref=OWN_NUMBER, candidates=("US-NY",))
            for r in roles
        ),
        locales=("en-US",),
        has_training_gate=has_training_gate,
        standings=standings(of_round(events, round)),
        tokens=frozenset(Token(token) for token in tokens),
    )


MODES = ("notice_continue", "notice_before", "notice_inside", "explicit_gate", UNRECORDED)
