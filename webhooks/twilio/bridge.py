"""The other leg of a forwarded call: what is whispered to it, how it ended, and when the recorder may start.

The recorder of a forwarded call is started by us, after both people agreed and before they are bridged; a dial with
`record` would start it without asking. A line inside that recording cannot be spoken to both, so where the law asks
for one (R) the two meet in a room instead: see `webhooks.twilio.conference`.
"""

from __future__ import annotations

from fastapi import APIRouter, BackgroundTasks
from fastapi.responses import Response

from pipeline.intake.call_state import CallState
from pipeline.intake.choose_next import Act, Next
from pipeline.intake.control_recorder import Wish, ask_start
from pipeline.intake.note_callee import CalleeAct, CalleeNext
from pipeline.intake.note_status import note_leg_status
from pipeline.intake.wording import lines_of
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome
from pipeline.model.ids import twilio_sid
from pipeline.policies.scripts import ScriptId
from webhooks.twilio import twiml
from webhooks.twilio.conference import answered_by_callee, ordinal_of, state_of
from webhooks.twilio.door import Asked, Context, Visit, admitted, answer_call, taken
from webhooks.twilio.room import RoomKeeper

router = APIRouter(include_in_schema=False)
_TALKED = "completed"


@router.post("/twilio/{tenant}/whisper")
def whisper(
    tenant: str,
    envelope: Asked,
    context: Context,
    call: str = "",
    attempt: str = "",
    leg: str = "",
    mark: str = "",
) -> Response:
    """Ask the callee, take the answer, and start the recorder once everybody agreed."""
    due: list[tuple[Visit, Wish]] = []

    def act(visit: Visit) -> str:
        state = state_of(visit, call)
        step = answered_by_callee(visit, state, attempt, ordinal=ordinal_of(leg), mark=mark)
        wish = ask_start(visit.tx, state.call) if step.starts_recorder else None
        if wish is not None:
            due.append((visit, wish))
        return twiml.render_callee(step, call_sid=call, urls=visit.urls, leg=ordinal_of(leg))

    def otherwise(visit: Visit) -> str:
        due.clear()  # what was noted did not last, so nobody has agreed
        return twiml.render_callee(CalleeNext(act=CalleeAct.BRIDGE), call_sid=call, urls=visit.urls)

    answer = answer_call(context, tenant, envelope, act, otherwise=otherwise)
    for visit, wish in due:
        # Before the two are bridged; where it fails they talk unrecorded.
        RoomKeeper(context=context, owner=visit.owner, call_sid=call).control.carry_out(wish)
    return answer


@router.post("/twilio/{tenant}/dial-end")
def end_dial(tenant: str, envelope: Asked, context: Context, call: str = "") -> Response:
    """Let the caller go when the other leg is over; say so where nobody was reached."""

    def act(visit: Visit) -> str:
        state = state_of(visit, call)
        lines = lines_of(ScriptId.GOODBYE_FALLBACK, state.locales, visit.owner) if _is_unreached(visit, state) else ()
        step = Next(act=Act.HANG_UP, lines=lines)
        return twiml.render(step, owner=visit.owner, call_sid=visit.call_sid, urls=visit.urls)

    return answer_call(context, tenant, envelope, act, otherwise=lambda _: twiml.render_hang_up())


@router.post("/twilio/{tenant}/leg")
def take_leg_status(
    tenant: str, envelope: Asked, context: Context, later: BackgroundTasks, call: str = "", leg: str = ""
) -> Response:
    """Take up how a callee's leg goes; whoever waits for it, and the recorder, follow."""
    with admitted(context, tenant, envelope) as visit:
        status, ordinal = visit.fields.first("CallStatus"), ordinal_of(leg)
        call_sid = twilio_sid("CA", call)
        if note_leg_status(visit.tx, call_sid, status, owner=visit.owner, law=context.law, ordinal=ordinal):
            later.add_task(RoomKeeper(context=context, owner=visit.owner, call_sid=call_sid).settle)
    return taken()


def _is_unreached(visit: Visit, state: CallState) -> bool:
    """Say whether the caller talked to nobody. Where a recorder may run, nothing is said of not being recorded."""
    first = visit.fields.first
    is_bridged = first("DialCallStatus") == _TALKED and first("DialBridged", "true") != "false"
    callees = [leg for leg in state.legs if leg.role is LegRole.CALLEE]
    has_agreed = any(state.outcome(leg.role, ordinal=leg.ordinal) is Outcome.GRANTED for leg in callees)
    has_come = any(leg.joined_at is not None and leg.joined_at != leg.left_at for leg in callees)
    return not (is_bridged or has_agreed or has_come)
