"""The person a call is put through to is asked on their own leg, before the two are bridged.

Only a pressed 1 lets the recorder start, and only if the caller still agrees; 2 takes the call without recording; a
line that answers and presses nothing may be a machine, and is not bridged.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.intake.call_state import CallState
from pipeline.intake.choose_next import choose_next, may_record
from pipeline.intake.note_answer import ATTEMPTS, reread
from pipeline.intake.noting import UNANSWERED, Answer, note, outcome_of
from pipeline.intake.wording import Line, lines_of, script_ref
from pipeline.model.call import LegRole
from pipeline.model.consent import RECORDING_PURPOSES, Outcome
from pipeline.policies.loader import Law
from pipeline.policies.scripts import ScriptId
from pipeline.store.session import Transaction


class CalleeAct(StrEnum):
    """What the callee's leg is told."""

    ASK = "ask"
    BRIDGE = "bridge"
    HANG_UP = "hang_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalleeNext:
    """One step on the callee's leg. `starts_recorder` is true once, for the answer that completed the consent."""

    act: CalleeAct
    lines: tuple[Line, ...] = ()
    attempt: int = 1
    starts_recorder: bool = False


def choose_for_callee(state: CallState, *, attempt: int = 1) -> CalleeNext:
    """Decide from the answers so far whether the callee is asked, bridged or let go."""
    if not choose_next(state).is_recorded:
        return CalleeNext(act=CalleeAct.BRIDGE)
    outcome = state.outcome(LegRole.CALLEE)
    if outcome is None:
        lines = lines_of(ScriptId.CALLEE_ASK, state.locales, state.owner)
        return CalleeNext(act=CalleeAct.ASK, lines=lines, attempt=attempt)
    is_there = outcome in (Outcome.GRANTED, Outcome.DECLINED, Outcome.WITHDRAWN)
    return CalleeNext(act=CalleeAct.BRIDGE if is_there else CalleeAct.HANG_UP)


def note_callee_answer(tx: Transaction, state: CallState, *, digits: str, attempt: int, law: Law) -> CalleeNext:
    """Note what the callee pressed; the first silence or wrong key only asks again."""
    if choose_for_callee(state).act is not CalleeAct.ASK:
        return choose_for_callee(state)
    outcome = outcome_of(digits)
    if outcome in UNANSWERED and attempt < ATTEMPTS:
        return choose_for_callee(state, attempt=attempt + 1)
    answer = Answer(
        role=LegRole.CALLEE,
        outcome=outcome,
        script=script_ref(ScriptId.CALLEE_ASK, state),
        digits=digits,
        attempts=attempt,
    )
    is_new = note(tx, state.call, answer, RECORDING_PURPOSES, cause=f"callee_ask:{attempt}")
    after = reread(tx, state, law=law)
    return CalleeNext(act=choose_for_callee(after).act, starts_recorder=is_new and may_record(after))


def note_callee_gone(tx: Transaction, state: CallState) -> None:
    """Note that the callee's leg ended before an answer."""
    if any(leg.role is LegRole.CALLEE for leg in state.people) and choose_for_callee(state).act is CalleeAct.ASK:
        script = script_ref(ScriptId.CALLEE_ASK, state)
        answer = Answer(role=LegRole.CALLEE, outcome=Outcome.HUNG_UP, script=script)
        note(tx, state.call, answer, RECORDING_PURPOSES, cause="callee_leg:ended")
