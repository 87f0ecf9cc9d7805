"""Somebody is added to a call that runs: the law is asked again for everybody, and the recorder waits for their answer.

A further leg only ever adds to what is asked. Where it asks for more than the people on the call have given, they would
have to be asked again, which cannot be done inside a room: then the recorder stops, and the call goes on unrecorded.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.consent.require import ConsentMode
from pipeline.consent.resolve import resolve_leg
from pipeline.intake.call_state import CallState, find_state
from pipeline.intake.choose_next import choose_next
from pipeline.intake.control_recorder import Wish, ask_pause, ask_stop
from pipeline.intake.law_of_call import UNRECORDED, locales_of, mode_of, plan_of
from pipeline.intake.note_joining import joining, next_ordinal
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import Method
from pipeline.model.errors import Conflict, NotFound
from pipeline.model.ids import LegId, new_id
from pipeline.model.recorder import is_stopped
from pipeline.model.tenant import Tenant
from pipeline.policies.jurisdictions import Token, in_order
from pipeline.policies.loader import Law
from pipeline.ports.keys import Keys
from pipeline.store.call_progress import Round, begin_round, has_ended, lock_call, ref_of, seal_number
from pipeline.store.calls import add_leg
from pipeline.store.recorder_events import list_recorder_events
from pipeline.store.session import Transaction

_ALWAYS_MET = frozenset({Token.BEFORE, Token.INSIDE})
"""Nobody is recorded before their answer, and everybody hears the notice inside, whatever the law."""
_MODES = (*(mode.value for mode in ConsentMode), UNRECORDED)


class CallIsOver(Conflict):
    """The call is over."""


class NotInRoom(Conflict):
    """The people of this call do not meet in a room, so nobody can be added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Who was added, and what the recorder is to do before they are rung; None where nothing is recorded."""

    leg: Leg
    wish: Wish | None


def add_person(tx: Transaction, call_sid: str, number: str, *, owner: Tenant, keys: Keys, law: Law) -> Addition:
    """Add somebody to a call's room, and have the recorder pause before they can be heard.

    Args:
        tx: the tenant's transaction.
        call_sid: the vendor's id of the call.
        number: in E.164; kept only sealed with the call.
        owner: whose call.
        keys: who seals.
        law: rows and languages.

    Raises:
        NotFound: the tenant has no such call.
        CallIsOver: it has ended.
        NotInRoom: its people are bridged, or an assistant answers.
    """
    state = running(tx, call_sid, owner=owner, law=law)
    if state.call.conference_sid is None:
        raise NotInRoom
    leg = add_callee(tx, state, number, keys=keys, law=law)
    after = running(tx, call_sid, owner=owner, law=law)
    plan = plan_of(after.legs, owner, law=law)
    mode = stricter(state.call.mode, mode_of(plan, owner))
    is_recorded = choose_next(state).is_recorded and not is_stopped(list_recorder_events(tx, state.call.id))
    wish = None
    if needs_more(after, law=law, has_pressed=has_pressed(state)):
        mode = UNRECORDED
        wish = ask_stop(tx, state.call, reason=f"stricter-{leg.ordinal}") if is_recorded else None
    elif is_recorded and mode != UNRECORDED:
        wish = ask_pause(tx, call_sid, reason=joining(leg.ordinal))
    begin_round(tx, state.call, Round(mode=mode, tokens=named(after), is_next=False))
    return Addition(leg=leg, wish=wish)


def running(tx: Transaction, call_sid: str, *, owner: Tenant, law: Law) -> CallState:
    """Read and lock a call that has not ended.

    Raises:
        NotFound: the tenant has no such call.
        CallIsOver: it has ended.
    """
    call = lock_call(tx, call_sid)
    state = find_state(tx, call_sid, owner=owner, law=law)
    if state is None:
        raise NotFound("no such call")
    if has_ended(tx, call.id):
        raise CallIsOver
    return state


def add_callee(tx: Transaction, state: CallState, number: str, *, keys: Keys, law: Law) -> Leg:
    """Add a further callee. Until they are let in, they count as heard from now on: that can only be too early."""
    leg = Leg(
        id=LegId(new_id("leg")),
        call=state.call.id,
        role=LegRole.CALLEE,
        leg_sid=None,
        number_ref=ref_of(tx, number, keys=keys),
        candidates=resolve_leg(number, law=law).candidates,
        ordinal=next_ordinal(tx, state),
        joined_at=tx.now,
    )
    add_leg(tx, leg)
    seal_number(tx, state.call.id, leg, number, keys=keys)
    return leg


def needs_more(state: CallState, *, law: Law, has_pressed: bool) -> bool:
    """Say whether the newest callee's law asks for more than was asked of everybody else, or in another language.

    Args:
        state: the call with the newest callee.
        law: rows and languages.
        has_pressed: everybody else has agreed by a key, which is what A asks for.
    """
    newest = max((leg.ordinal for leg in state.legs if leg.role is LegRole.CALLEE), default=0)
    others = tuple(leg for leg in state.legs if (leg.role, leg.ordinal) != (LegRole.CALLEE, newest))
    before, after = plan_of(others, state.owner, law=law), plan_of(state.legs, state.owner, law=law)
    met = _ALWAYS_MET | frozenset(before.tokens) | (frozenset({Token.AFFIRMATIVE}) if has_pressed else frozenset())
    spoken = locales_of(before, others, state.owner, law=law)
    return bool(frozenset(after.tokens) - met) or bool(after.unscripted) or not set(after.locales) <= set(spoken)


def has_pressed(state: CallState) -> bool:
    """Say whether everybody who has answered did so by a key."""
    methods = [state.method(leg.role, ordinal=leg.ordinal) for leg in state.people]
    return all(method is Method.DTMF for method in methods if method is not None)


def named(state: CallState) -> tuple[str, ...]:
    """Write what the law of every leg asks."""
    return tuple(token.value for token in in_order(state.tokens))


def stricter(mode: str, other: str) -> str:
    """Choose the mode that does what both do, and more."""
    return max(mode, other, key=_MODES.index)
