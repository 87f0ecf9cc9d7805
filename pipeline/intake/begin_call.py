"""A call begins: its places, what they ask together, and the first thing the caller hears.

A webhook that comes twice finds the call and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.consent.require import ConsentPlan
from pipeline.intake.call_state import CallState, find_state
from pipeline.intake.law_of_call import (
    UNRECORDED,
    Ringing,
    candidates_of,
    locales_of,
    mode_of,
    plan_of,
    purposes_of,
    why_unrecorded,
)
from pipeline.intake.noting import ACTOR
from pipeline.model.audit import AuditTag
from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import Purpose
from pipeline.model.decision import TrainingScope
from pipeline.model.errors import NotFound
from pipeline.model.ids import CallId, LegId, new_id
from pipeline.model.processor import is_proved
from pipeline.model.tenant import Tenant
from pipeline.policies.bundle import Bundle
from pipeline.policies.loader import Law
from pipeline.ports.keys import Keys
from pipeline.store.audit import Happening, add_events
from pipeline.store.call_progress import name_of
from pipeline.store.calls import NewCall, add_calls, number_digest
from pipeline.store.inbox import has_message
from pipeline.store.session import Transaction

_VENDOR: Final = "twilio"
"""Who would record: a company without evidence in force receives nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    state: CallState
    row: NewCall
    happening: Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """What the calls of one batch have in common, found out once."""

    tx: Transaction
    owner: Tenant
    digest_key: bytes = field(repr=False)
    law: Law
    bundle: Bundle
    plans: dict[tuple[tuple[LegRole, tuple[str, ...]], ...], ConsentPlan] = field(default_factory=dict)
    """By the places of the legs, which are all that a plan depends on within one tenant."""

    def plan(self, legs: tuple[Leg, ...]) -> ConsentPlan:
        """Join what the law of every leg asks."""
        places = tuple((leg.role, leg.candidates) for leg in legs)
        if places not in self.plans:
            wanted = _wants_training(self.owner, self.bundle)
            self.plans[places] = plan_of(legs, self.owner, law=self.law, training_wanted=wanted)
        return self.plans[places]


def begin_call(tx: Transaction, ringing: Ringing, *, owner: Tenant, keys: Keys, law: Law, bundle: Bundle) -> CallState:
    """Add a call with its legs, or take up the one that is there.

    Raises:
        InvalidInput: the tenant's establishment is not written as a place.
    """
    (state,) = begin_calls(tx, [ringing], owner=owner, keys=keys, law=law, bundle=bundle)
    return state


def begin_calls(
    tx: Transaction, ringing: Sequence[Ringing], *, owner: Tenant, keys: Keys, law: Law, bundle: Bundle
) -> tuple[CallState, ...]:
    """Add calls with their legs, with as few statements for many as for one; take up those that are there.

    Raises:
        InvalidInput: the tenant's establishment is not written as a place.
    """
    batch = _Batch(tx=tx, owner=owner, digest_key=keys.digest_key(owner.id), law=law, bundle=bundle)
    made = {call.call_sid: _begin(call, batch) for call in reversed(ringing)}
    added = add_calls(tx, [begun.row for begun in made.values()], keys=keys)
    begun = {sid: begun for sid, begun in made.items() if begun.row.call.id in added}
    add_events(tx, [made.happening for made in begun.values()])
    return tuple(
        begun[call.call_sid].state if call.call_sid in begun else _take_up(tx, call, owner=owner, law=law)
        for call in ringing
    )


def _take_up(tx: Transaction, ringing: Ringing, *, owner: Tenant, law: Law) -> CallState:
    state = find_state(tx, ringing.call_sid, owner=owner, law=law)
    if state is None:
        raise NotFound("the call that was just added is not there")
    return state


def _begin(ringing: Ringing, batch: _Batch) -> _Begun:
    tx, owner, law, bundle = batch.tx, batch.owner, batch.law, batch.bundle
    if ringing.is_outbound and has_message(tx, provider="twilio", event_id=f"machine:{ringing.call_sid}"):
        ringing = replace(ringing, answered_by="machine")  # the verdict was told before the call began
    legs = _legs(CallId(new_id("call")), ringing, batch)
    plan = batch.plan(legs)
    is_armed = any(leg.number_ref in owner.armed for leg in legs if leg.role is LegRole.AGENT)
    is_vendor_proved = is_proved(_VENDOR, owner.registry, on=tx.now.date())
    barred = why_unrecorded(plan, owner, ringing, bundle=bundle, is_armed=is_armed, is_vendor_proved=is_vendor_proved)
    locales = locales_of(plan, legs, owner, law=law)
    call = Call(
        id=legs[0].call,
        tenant=tx.tenant,
        call_sid=ringing.call_sid,
        direction=ringing.direction,
        started_at=tx.now,
        mode=mode_of(plan, owner, ringing) if barred is None else UNRECORDED,
        tokens=tuple(token.value for token in plan.tokens),
        locale=locales[0],
        policy_digest=bundle.digest,
        matrix_version=law.matrix.version.isoformat(),
        instance=owner.settings.instance,
    )
    return _Begun(
        state=CallState(
            call=call,
            owner=owner,
            legs=tuple(sorted(legs, key=lambda leg: (leg.role, leg.ordinal))),
            locales=locales,
            has_training_gate=plan.training_gate,
            standings=(),
            tokens=frozenset(plan.tokens),
        ),
        row=NewCall(
            call=call,
            training_gate=plan.training_gate,
            numbers=_numbers(ringing, legs, owner),
            legs=legs,
        ),
        happening=_begun(call, legs=legs, has_training_gate=plan.training_gate, barred=barred),
    )


def _numbers(ringing: Ringing, legs: Sequence[Leg], owner: Tenant) -> dict[str, str]:
    """Give the numbers of a call; whom it is put through to stays who it was when the law was asked."""
    callees = {name_of(leg): owner.secrets.forward_to for leg in legs if leg.role is LegRole.CALLEE and leg.number_ref}
    return {"from": ringing.from_number, "to": ringing.to_number, **callees}


def _wants_training(owner: Tenant, bundle: Bundle) -> bool:
    """Say whether training is asked for: by tenant and policy, and of a recording, which is what the question names."""
    is_recording = Purpose.RECORD in purposes_of(owner)
    return owner.settings.asks_for_training and is_recording and bundle.training.scope is not TrainingScope.NONE


def _legs(call: CallId, ringing: Ringing, batch: _Batch) -> tuple[Leg, ...]:
    owner = batch.owner
    person, own = ringing.from_number, ringing.to_number
    if ringing.is_outbound:
        person, own = own, person
    numbers = {LegRole.CALLER: person, LegRole.AGENT: own, LegRole.CALLEE: owner.secrets.forward_to}
    return tuple(
        Leg(
            id=LegId(new_id("leg")),
            call=call,
            role=role,
            leg_sid=ringing.call_sid if role is LegRole.CALLER else None,
            number_ref=number_digest(numbers[role], key=batch.digest_key) if numbers[role] else None,
            candidates=places,
        )
        for role, places in candidates_of(ringing, owner, law=batch.law).items()
    )


def _begun(call: Call, *, legs: tuple[Leg, ...], has_training_gate: bool, barred: str | None) -> Happening:
    return Happening(
        tag=AuditTag.CALL_BEGUN,
        actor=ACTOR,
        target=call.id,
        facts={
            "mode": call.mode,
            "reason": barred,
            "tokens": "".join(call.tokens),
            "training_gate": has_training_gate,
            "places": " ".join(sorted({place for leg in legs for place in leg.candidates})),
            "legs": len(legs),
            "policy_digest": call.policy_digest,
            "matrix_version": call.matrix_version,
        },
    )
