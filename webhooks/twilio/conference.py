"""A room on Twilio: who is called to join is asked on their own leg first, and who is in it is kept track of.

`<Gather>` does not work inside a conference, so nobody is let in before their answer.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from functools import partial

from fastapi import APIRouter, BackgroundTasks
from fastapi.responses import Response

from pipeline.intake.call_state import CallState, find_state
from pipeline.intake.choose_next import may_record
from pipeline.intake.choose_script import notice
from pipeline.intake.control_recorder import ask_stop
from pipeline.intake.note_callee import (
    CalleeAct,
    CalleeNext,
    callee_of,
    choose_for_callee,
    note_admission,
    note_callee_answer,
    note_machine,
)
from pipeline.intake.note_joining import RoomNews, note_room_news
from pipeline.intake.rooms import Room, room_of
from pipeline.intake.wording import is_as_played, lines_of
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import twilio_sid
from pipeline.policies.scripts import ScriptId
from pipeline.store.call_progress import lock_call, mark_leg_sid
from webhooks.auth import Fields
from webhooks.twilio import twiml
from webhooks.twilio.door import Asked, Context, Visit, admitted, answer_call, taken
from webhooks.twilio.room import RoomKeeper

router = APIRouter(include_in_schema=False)
_MACHINES = ("machine", "fax")
_MOST_LEGS = 100


@router.post("/twilio/{tenant}/join")
def join(
    tenant: str,
    envelope: Asked,
    context: Context,
    call: str = "",
    leg: str = "",
    attempt: str = "",
    mark: str = "",
) -> Response:
    """Ask somebody who was called to join, then let them in or go."""

    def act(visit: Visit) -> str:
        state, ordinal = state_of(visit, call), ordinal_of(leg)
        room = room_of(state, is_recorded=True)
        there = callee_of(state, ordinal)
        if room is None or there is None:
            return twiml.render_hang_up()
        mark_leg_sid(visit.tx, there.id, visit.call_sid)
        step = _asked(visit, state, ordinal, attempt, mark=mark)
        _follow(visit, state, step)
        return _render(visit, step, room, call=call, leg=ordinal)

    return answer_call(context, tenant, envelope, act, otherwise=lambda _: twiml.render_hang_up())


@router.post("/twilio/{tenant}/let-go")
def let_go(tenant: str, envelope: Asked, context: Context) -> Response:
    """End a leg whose document could not be had."""
    return answer_call(
        context,
        tenant,
        envelope,
        lambda _: twiml.render_hang_up(),
        otherwise=lambda _: twiml.render_hang_up(),
    )


@router.post("/twilio/{tenant}/inside")
def say_inside(tenant: str, envelope: Asked, context: Context, call: str = "") -> Response:
    """Tell everybody in the room that the recorder runs: the line that stands inside the recording."""

    def act(visit: Visit) -> str:
        state = state_of(visit, call)
        return twiml.render_lines(lines_of(notice(state), state.locales, visit.owner) if may_record(state) else ())

    return answer_call(context, tenant, envelope, act, otherwise=lambda _: twiml.render_lines(()))


@router.post("/twilio/{tenant}/conference")
def take_room_news(
    tenant: str, envelope: Asked, context: Context, later: BackgroundTasks, call: str = "", round: str = ""
) -> Response:
    """Take up who came into a room or left it, then bring the recorder in line with it."""
    with admitted(context, tenant, envelope) as visit:
        state = state_of(visit, call)
        if note_room_news(visit.tx, state, read_room_news(visit.fields, number=ordinal_of(round))):
            later.add_task(RoomKeeper(context=context, owner=visit.owner, call_sid=call).settle)
    return taken()


def read_room_news(fields: Fields, *, number: int) -> RoomNews:
    """Take the listed fields of a room's callback.

    Raises:
        InvalidInput: a SID of another shape.
    """
    leg_sid = fields.first("CallSid")
    event = fields.first("StatusCallbackEvent")
    try:
        at = parsedate_to_datetime(fields.first("Timestamp"))
    except (ValueError, OverflowError):
        at = None
    return RoomNews(
        conference_sid=twilio_sid("CF", fields.first("ConferenceSid")),
        event=event,
        number=number,
        leg_sid=twilio_sid("CA", leg_sid) if event.startswith("participant-") else None,
        at=at if at is not None and at.tzinfo is not None else None,
    )


def state_of(visit: Visit, call: str) -> CallState:
    """Read and lock the call that an address names.

    Raises:
        InvalidInput: no call's id.
        NotFound: the tenant has no such call.
    """
    lock_call(visit.tx, twilio_sid("CA", call))
    state = find_state(visit.tx, call, owner=visit.owner, law=visit.context.law)
    if state is None:
        raise InvalidInput("the call is not known")
    return state


def answered_by_callee(visit: Visit, state: CallState, attempt: str, *, ordinal: int, mark: str) -> CalleeNext:
    """Take a callee's answer; ask where there is none, or where it is to other words than its receipt would name."""
    is_other = bool(mark) and not is_as_played(ScriptId.CALLEE_ASK, state, mark)
    if attempt not in ("1", "2") or is_other:
        return choose_for_callee(state, ordinal=ordinal)
    digits, law = visit.fields.first("Digits"), visit.context.law
    return note_callee_answer(visit.tx, state, digits=digits, attempt=int(attempt), law=law, ordinal=ordinal)


def ordinal_of(text: str) -> int:
    """Read a small number of an address of ours; nothing is the first.

    Raises:
        InvalidInput: not a number from 1 to 100.
    """
    if not text:
        return 1
    if not (text.isascii() and text.isdigit()) or len(text) > 3 or not 1 <= int(text) <= _MOST_LEGS:
        raise InvalidInput("a number from 1 to 100 is expected")
    return int(text)


def _asked(visit: Visit, state: CallState, ordinal: int, attempt: str, *, mark: str) -> CalleeNext:
    if visit.fields.first("AnsweredBy").startswith(_MACHINES):
        note_machine(visit.tx, state, ordinal=ordinal)
        return CalleeNext(act=CalleeAct.HANG_UP)
    step = answered_by_callee(visit, state, attempt, ordinal=ordinal, mark=mark)
    there = callee_of(state, ordinal)
    if step.act is CalleeAct.BRIDGE and there is not None and there.joined_at is None:
        note_admission(visit.tx, state, ordinal, is_let_in=True)
    return step


def _follow(visit: Visit, state: CallState, step: CalleeNext) -> None:
    """Have the recorder, and whoever waits, follow what was answered."""
    keeper = RoomKeeper(context=visit.context, owner=visit.owner, call_sid=state.call.call_sid)
    if step.stops_recorder:
        stop = ask_stop(visit.tx, state.call, reason=f"declined-{state.call.round}")
        visit.after.append(partial(keeper.carry_out, stop))
    elif step.act is CalleeAct.HANG_UP:
        visit.after.append(keeper.settle)


def _render(visit: Visit, step: CalleeNext, room: Room, *, call: str, leg: int) -> str:
    return twiml.render_joining(step, room, call_sid=call, urls=visit.urls, leg=leg)
