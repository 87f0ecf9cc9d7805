"""A call is put through to somebody else while it runs: the next round of asking begins.

A recorder goes on through every new document, so it is stopped first, and what it hears all the same is cut there. The
caller hears that they are put through; where the law of the new leg asks for more than they gave, they are asked again.
A new recorder starts only when all have agreed in the new round.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.consent.require import ConsentMode
from pipeline.intake.add_person import add_callee, has_pressed, named, needs_more, running, stricter
from pipeline.intake.call_state import CallState
from pipeline.intake.choose_next import Act, Next, ask, choose_next
from pipeline.intake.control_recorder import Wish, ask_stop
from pipeline.intake.law_of_call import UNRECORDED, mode_of, plan_of
from pipeline.intake.note_answer import reread
from pipeline.intake.note_callee import note_left, was_heard
from pipeline.intake.noting import Answer, note, outcome_of
from pipeline.intake.rooms import room_of
from pipeline.intake.wording import lines_of, script_ref
from pipeline.model.audit import AuditTag
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import Method, Outcome, Purpose, Standing, standings
from pipeline.model.tenant import OnDecline, Tenant
from pipeline.policies.loader import Law
from pipeline.policies.scripts import ScriptId
from pipeline.ports.keys import Keys
from pipeline.store.audit import Facts, add_event
from pipeline.store.call_progress import Round, begin_round
from pipeline.store.consents import list_consents
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """To whom, and the recorder of the round before."""

    leg: Leg
    stop: Wish
    number: int
    """The round that has begun."""


def transfer_call(
    tx: Transaction, call_sid: str, number: str, *, owner: Tenant, keys: Keys, law: Law, actor: str
) -> Transfer:
    """Begin the next round of a call with somebody else at its other end.

    Raises:
        NotFound: the tenant has no such call.
        CallIsOver: it has ended.
    """
    state = running(tx, call_sid, owner=owner, law=law)
    stop = ask_stop(tx, state.call, reason=f"transfer-{state.call.round}", actor=actor)
    for leg in state.people:
        if leg.role is LegRole.CALLEE:
            note_left(tx, leg, was_heard=was_heard(state, leg))
    leg = add_callee(tx, state, number, keys=keys, law=law)
    after = running(tx, call_sid, owner=owner, law=law)
    # Who has refused is not asked again because somebody else is to talk to them.
    has_agreed = state.outcome(LegRole.CALLER) is Outcome.GRANTED
    mode = stricter(state.call.mode, mode_of(plan_of(after.legs, owner, law=law), owner)) if has_agreed else UNRECORDED
    begin_round(tx, state.call, Round(mode=mode, tokens=named(after), is_next=True))
    facts: Facts = {
        "round": state.call.round + 1,
        "mode": mode,
        "tokens": "".join(named(after)),
        "ordinal": leg.ordinal,
    }
    add_event(tx, AuditTag.CALL_TRANSFERRED, actor=actor, target=state.call.id, facts=facts)
    return Transfer(leg=leg, stop=stop, number=state.call.round + 1)


def choose_for_transfer(tx: Transaction, state: CallState, *, law: Law) -> Next:
    """Decide what the caller hears on the way to somebody else."""
    owner, locales = state.owner, state.locales
    is_asked = state.is_recordable and state.is_recording_asked
    outcome = state.outcome(LegRole.CALLER)
    if is_asked and outcome is None:
        if _is_announced(tx, state, law=law):
            return Next(act=Act.ANNOUNCE, lines=lines_of(ScriptId.TRANSFER_NOTICE, locales, owner))
        return ask(state)
    step = choose_next(state)
    if is_asked and step.act is Act.ASK_TRAINING:
        return step
    if is_asked and step.is_recorded:
        return Next(act=Act.CONNECT, is_recorded=True, room=room_of(state, is_recorded=True))
    if outcome is not None and owner.settings.on_decline is OnDecline.END:
        return Next(act=Act.HANG_UP, lines=lines_of(ScriptId.GOODBYE_DECLINED, locales, owner))
    lines = lines_of(ScriptId.DECLINED_TRANSFER, locales, owner)
    return Next(act=Act.CONNECT, lines=lines, room=room_of(state, is_recorded=False))


def note_transfer_announced(tx: Transaction, state: CallState, *, digits: str, law: Law) -> Next:
    """Note that the caller heard that they are put through, and stayed: what they gave before holds.

    A 2 is a no; any other key asks the question.
    """
    is_open = state.is_recordable and state.outcome(LegRole.CALLER) is None
    if not is_open or not _is_announced(tx, state, law=law):
        return choose_for_transfer(tx, state, law=law)
    if digits and outcome_of(digits) is not Outcome.DECLINED:
        return ask(state)
    script = script_ref(ScriptId.TRANSFER_NOTICE, state)
    if digits:
        answer = Answer(outcome=Outcome.DECLINED, script=script, digits=digits)
    else:
        answer = Answer(outcome=Outcome.GRANTED, method=_method(tx, state), script=script)
    note(tx, state.call, answer, state.asked, cause="transfer_announced:1")
    if not digits:
        _carry_training(tx, state)
    return choose_for_transfer(tx, reread(tx, state, law=law), law=law)


def _is_announced(tx: Transaction, state: CallState, *, law: Law) -> bool:
    """Say whether to hear of it and stay is enough: by law, or because what is asked for was given before."""
    if state.call.mode != ConsentMode.EXPLICIT_GATE:
        return True
    before = _before(tx, state, state.asked[0])
    if before is None or before.outcome is not Outcome.GRANTED:
        return False
    is_keyed = before.method is Method.DTMF
    earlier = replace(state, standings=(before,))
    return is_keyed and not needs_more(state, law=law, has_pressed=has_pressed(earlier))


def _method(tx: Transaction, state: CallState) -> Method:
    """Say how the caller agreed: as before where a question was asked then, else by staying."""
    before = _before(tx, state, state.asked[0])
    return before.method if before is not None and before.method is Method.DTMF else Method.IMPLIED


def _carry_training(tx: Transaction, state: CallState) -> None:
    """Let the answer on training stand; it was given for the call, whoever is at its other end."""
    before = _before(tx, state, Purpose.TRAIN)
    if before is not None and before.outcome in (Outcome.GRANTED, Outcome.DECLINED):
        answer = Answer(outcome=before.outcome, method=before.method, script=before.script)
        note(tx, state.call, answer, (Purpose.TRAIN,), cause="transfer_carried:1")


def _before(tx: Transaction, state: CallState, purpose: Purpose) -> Standing | None:
    """Find what the caller had answered in the round before."""
    events = tuple(e for e in list_consents(tx, state.call.id) if e.round == state.call.round - 1)
    stood = (s for s in standings(events) if s.leg_role is LegRole.CALLER and s.purpose is purpose)
    return next(stood, None)
