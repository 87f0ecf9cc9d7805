"""A call as its next step sees it: who is on it, what is asked of whom, and what has been answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.intake.law_of_call import UNRECORDED, locales_of, plan_of, purposes_of
from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import ConsentEvent, Method, Outcome, Purpose, Standing, standings
from pipeline.model.tenant import Tenant, Topology
from pipeline.policies.jurisdictions import Token
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
    """Where permissions stand after the events of the present round, and every withdrawal."""
    tokens: frozenset[Token] = frozenset(Token)
    """What the law of every leg asks together, those that joined later too."""

    @property
    def asked(self) -> tuple[Purpose, ...]:
        """List the purposes that the first question asks for; none where nobody is asked anything."""
        return purposes_of(self.owner)

    @property
    def is_recordable(self) -> bool:
        """Say whether anybody is to be asked at all: to be recorded, or to have the agent keep what is said."""
        is_armed = any(leg.number_ref in self.owner.armed for leg in self.legs if leg.role is LegRole.AGENT)
        return self.call.mode != UNRECORDED and bool(self.asked) and self.owner.is_active and is_armed

    @property
    def is_recording_asked(self) -> bool:
        """Say whether a recorder is what the question is about; else it is a transcript alone."""
        return Purpose.RECORD in self.asked

    @property
    def people(self) -> tuple[Leg, ...]:
        """List the legs on the call now that must agree; software of the tenant is not asked."""
        return tuple(leg for leg in self.legs if leg.role is not LegRole.AGENT and leg.left_at is None)

    @property
    def accepts_speech(self) -> bool:
        """Say whether a spoken answer is taken at the recording question.

        Never where a law asks for a key press. Nor on a call that we make: in several languages people answer the
        telephone with a yes. Nor where the question is spoken in two languages, since Twilio listens for one.
        """
        settings = self.owner.settings
        is_wanted = settings.accepts_speech and settings.topology is not Topology.VOICEMAIL
        is_one_way = len(self.locales) == 1 and not self.call.direction.startswith("outbound")
        return is_wanted and is_one_way and Token.AFFIRMATIVE not in self.tokens

    def outcome(self, role: LegRole, purpose: Purpose | None = None, *, ordinal: int = 1) -> Outcome | None:
        """Say what a leg answered, to the first question unless told otherwise; None where it has not."""
        return next((s.outcome for s in self._of(role, purpose, ordinal)), None)

    def method(self, role: LegRole, *, ordinal: int = 1) -> Method | None:
        """Say how a leg answered the first question."""
        return next((s.method for s in self._of(role, None, ordinal)), None)

    def _of(self, role: LegRole, purpose: Purpose | None, ordinal: int) -> list[Standing]:
        wanted = purpose or (self.asked[0] if self.asked else Purpose.RECORD)
        return [s for s in self.standings if (s.leg_role, s.ordinal, s.purpose) == (role, ordinal, wanted)]

    @property
    def is_gate_open(self) -> bool:
        """Say whether the caller still owes an answer."""
        if not self.is_recordable:
            return False
        answer = self.outcome(LegRole.CALLER)
        if answer is None:
            return True
        return (
            answer is Outcome.GRANTED and self.has_training_gate and self.outcome(LegRole.CALLER, Purpose.TRAIN) is None
        )


def find_state(tx: Transaction, call_sid: str, *, owner: Tenant, law: Law) -> CallState | None:
    """Read a call by the vendor's id; None where the tenant has no such call."""
    call = find_call_by_sid(tx, call_sid)
    if call is None:
        return None
    legs = list_legs(tx, call.id)
    plan = plan_of(legs, owner, law=law)
    return CallState(
        call=call,
        owner=owner,
        legs=legs,
        locales=locales_of(plan, legs, owner, law=law),
        has_training_gate=has_training_gate(tx, call.id),
        standings=standings(of_round(list_consents(tx, call.id), call.round)),
        tokens=frozenset(plan.tokens) | {Token(token) for token in call.tokens},
    )


def of_round(events: Iterable[ConsentEvent], number: int) -> tuple[ConsentEvent, ...]:
    """Keep what counts in a round of asking: its own answers, and every withdrawal, which no round undoes."""
    return tuple(e for e in events if e.round == number or e.outcome is Outcome.WITHDRAWN)
