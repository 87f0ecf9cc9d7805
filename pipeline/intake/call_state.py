"""A call as its next step sees it: who is on it, what is asked of whom, and what has been answered."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.intake.law_of_call import UNRECORDED, locales_of, plan_of
from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import Method, Outcome, Purpose, Standing, standings
from pipeline.model.tenant import Tenant
from pipeline.policies.loader import Law
from pipeline.store.calls import find_call_by_sid, has_training_gate, list_legs
from pipeline.store.consents import list_consents
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class CallState:
    """Everything that decides what a call does next, and nothing else."""

    call: Call
    owner: Tenant
    legs: tuple[Leg, ...]
    locales: tuple[str, ...]
    has_training_gate: bool
    standings: tuple[Standing, ...]

    @property
    def is_recordable(self) -> bool:
        """Say whether anybody is to be asked at all."""
        return self.call.mode != UNRECORDED and self.owner.settings.is_recording_on and self.owner.is_active

    @property
    def people(self) -> tuple[LegRole, ...]:
        """List the legs that must agree; software of the tenant is not asked."""
        return tuple(leg.role for leg in self.legs if leg.role is not LegRole.AGENT)

    def outcome(self, role: LegRole, purpose: Purpose = Purpose.RECORD) -> Outcome | None:
        """Say what a leg answered; None where it has not."""
        return next((s.outcome for s in self._of(role, purpose)), None)

    def method(self, role: LegRole) -> Method | None:
        """Say how a leg answered the recording question."""
        return next((s.method for s in self._of(role, Purpose.RECORD)), None)

    def _of(self, role: LegRole, purpose: Purpose) -> list[Standing]:
        return [s for s in self.standings if s.leg_role is role and s.purpose is purpose]

    @property
    def is_gate_open(self) -> bool:
        """Say whether the caller still owes an answer."""
        if not self.is_recordable:
            return False
        record = self.outcome(LegRole.CALLER)
        if record is None:
            return True
        return (
            record is Outcome.GRANTED and self.has_training_gate and self.outcome(LegRole.CALLER, Purpose.TRAIN) is None
        )


def find_state(tx: Transaction, call_sid: str, *, owner: Tenant, law: Law) -> CallState | None:
    """Read a call by the vendor's id; None where the tenant has no such call."""
    call = find_call_by_sid(tx, call_sid)
    if call is None:
        return None
    legs = list_legs(tx, call.id)
    return CallState(
        call=call,
        owner=owner,
        legs=legs,
        locales=locales_of(plan_of(legs, owner, law=law), legs, owner, law=law),
        has_training_gate=has_training_gate(tx, call.id),
        standings=standings(list_consents(tx, call.id)),
    )
