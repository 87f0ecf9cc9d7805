"""The people a call is put through to are asked on their own leg, before anybody hears them.

Only a pressed 1 lets the recorder start or go on, and only if everybody else still agrees; 2 takes the call without
recording; a line that answers and presses nothing may be a machine, and is not let in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.intake.call_state import CallState
from pipeline.intake.choose_next import choose_next, may_record
from pipeline.intake.note_answer import ATTEMPTS, reread
from pipeline.intake.noting import ACTOR, UNANSWERED, Answer, note, outcome_of
from pipeline.intake.wording import Line, lines_of, script_ref
from pipeline.model.audit import AuditTag
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import RECORDING_PURPOSES, Outcome
from pipeline.policies.loader import Law
from pipeline.policies.scripts import ScriptId
from pipeline.store.audit import add_event
from pipeline.store.call_progress import mark_joined, mark_left
from pipeline.store.session import Transaction

_REFUSED = (Outcome.DECLINED, Outcome.WITHDRAWN)


class CalleeAct(StrEnum):
    """What the callee's leg is told."""

    ASK = "ask"
    BRIDGE = "bridge"
    HANG_UP = "hang_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalleeNext:
    """One step on the callee's leg.

    `starts_recorder` is true once, for the answer that completed the consent, and `stops_recorder` once, for the
    answer that ended it.
    """

    act: CalleeAct
    lines: tuple[Line, ...] = ()
    attempt: int = 1
    starts_recorder: bool = False
    stops_recorder: bool = False


def choose_for_callee(state: CallState, *, attempt: int = 1, ordinal: int = 1) -> CalleeNext:
    """Decide from the answers so far whether a callee is asked, let in or let go."""
    if callee_of(state, ordinal) is None:
        return CalleeNext(act=CalleeAct.HANG_UP)
    if not choose_next(state).is_recorded or _has_refused(state, but=ordinal):
        return CalleeNext(act=CalleeAct.BRIDGE)
    outcome = state.outcome(LegRole.CALLEE, ordinal=ordinal)
    if outcome is None:
        lines = lines_of(ScriptId.CALLEE_ASK, state.locales, state.owner)
        return CalleeNext(act=CalleeAct.ASK, lines=lines, attempt=attempt)
    is_there = outcome is Outcome.GRANTED or outcome in _REFUSED
    return CalleeNext(act=CalleeAct.BRIDGE if is_there else CalleeAct.HANG_UP)


def note_callee_answer(
    tx: Transaction, state: CallState, *, digits: str, attempt: int, law: Law, ordinal: int = 1
) -> CalleeNext:
    """Note what a callee pressed; the first silence or wrong key only asks again."""
    if choose_for_callee(state, ordinal=ordinal).act is not CalleeAct.ASK:
        return choose_for_callee(state, ordinal=ordinal)
    outcome = outcome_of(digits)
    if outcome in UNANSWERED and attempt < ATTEMPTS:
        return choose_for_callee(state, attempt=attempt + 1, ordinal=ordinal)
    answer = _answer(state, outcome, ordinal, digits=digits, attempts=attempt)
    is_new = note(tx, state.call, answer, RECORDING_PURPOSES, cause=f"callee_ask:{attempt}")
    after = reread(tx, state, law=law)
    act = choose_for_callee(after, ordinal=ordinal).act
    if is_new:
        note_admission(tx, after, ordinal, is_let_in=act is CalleeAct.BRIDGE)
    return CalleeNext(
        act=act,
        starts_recorder=is_new and may_record(after),
        stops_recorder=is_new and outcome is Outcome.DECLINED,
    )


def note_callee_gone(tx: Transaction, state: CallState, *, ordinal: int = 1) -> None:
    """Note that a callee's leg ended; before an answer that is a hang-up."""
    leg = callee_of(state, ordinal)
    if leg is None:
        return
    if choose_for_callee(state, ordinal=ordinal).act is CalleeAct.ASK:
        answer = _answer(state, Outcome.HUNG_UP, ordinal)
        note(tx, state.call, answer, RECORDING_PURPOSES, cause="callee_leg:ended")
        note_admission(tx, state, ordinal, is_let_in=False)
    else:
        note_left(tx, leg)


def note_machine(tx: Transaction, state: CallState, *, ordinal: int) -> None:
    """Note that a machine picked up where a person was to be asked: it has agreed to nothing, and is not let in."""
    if choose_for_callee(state, ordinal=ordinal).act is CalleeAct.ASK:
        note(tx, state.call, _answer(state, Outcome.NO_ANSWER, ordinal), RECORDING_PURPOSES, cause="callee_ask:machine")
    note_admission(tx, state, ordinal, is_let_in=False)


def note_admission(tx: Transaction, state: CallState, ordinal: int, *, is_let_in: bool) -> None:
    """Note from when on a callee can be heard, or that they never were: then they were on the call for no moment."""
    leg = callee_of(state, ordinal)
    if leg is None:
        return
    if is_let_in:
        mark_joined(tx, leg.id, at=tx.now)
        add_event(tx, AuditTag.LEG_JOINED, actor=ACTOR, target=leg.call, facts=_facts(leg))
    else:
        note_left(tx, leg, was_heard=False)


def note_left(tx: Transaction, leg: Leg, *, was_heard: bool = True) -> None:
    """Note that somebody can no longer be heard."""
    at = tx.now if was_heard or leg.joined_at is None else leg.joined_at
    if mark_left(tx, leg.id, at=at):
        add_event(tx, AuditTag.LEG_LEFT, actor=ACTOR, target=leg.call, facts=_facts(leg))


def was_heard(state: CallState, leg: Leg) -> bool:
    """Say whether a callee was let in, or came without being asked; who is still being asked was not heard."""
    outcome = state.outcome(leg.role, ordinal=leg.ordinal)
    return leg.number_ref is None or outcome is Outcome.GRANTED or outcome in _REFUSED


def callee_of(state: CallState, ordinal: int) -> Leg | None:
    """Find a callee who is on the call, or being asked to come; None where there is none."""
    return next((leg for leg in state.people if leg.role is LegRole.CALLEE and leg.ordinal == ordinal), None)


def _has_refused(state: CallState, *, but: int) -> bool:
    """Say whether another callee on the call has refused: then it is not recorded, and there is nothing to ask."""
    others = (leg for leg in state.people if leg.role is LegRole.CALLEE and leg.ordinal != but)
    return any(state.outcome(leg.role, ordinal=leg.ordinal) in _REFUSED for leg in others)


def _answer(state: CallState, outcome: Outcome, ordinal: int, *, digits: str = "", attempts: int = 1) -> Answer:
    script = script_ref(ScriptId.CALLEE_ASK, state)
    return Answer(
        role=LegRole.CALLEE, ordinal=ordinal, outcome=outcome, script=script, digits=digits, attempts=attempts
    )


def _facts(leg: Leg) -> dict[str, str | int | bool | None]:
    return {"leg": leg.role.value, "ordinal": leg.ordinal}
