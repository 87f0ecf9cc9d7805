"""The other leg of a forwarded call: what is whispered to it, how it ended, and when the recorder may start.

The recorder of a forwarded call is started by us, after both people agreed and before they are bridged; a dial with
`record` would start it without asking. A line inside that recording cannot be spoken to both, so a call whose law
asks for one (R) is not recorded at all: see `pipeline.intake.law_of_call`.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from pipeline.intake.call_state import CallState, find_state
from pipeline.intake.choose_next import Act, Next, may_record
from pipeline.intake.note_callee import CalleeAct, CalleeNext, choose_for_callee, note_callee_answer
from pipeline.intake.note_status import note_leg_status
from pipeline.intake.wording import lines_of
from pipeline.model.errors import InvalidInput, PipelineError
from pipeline.model.ids import twilio_sid
from pipeline.policies.scripts import ScriptId
from pipeline.telemetry import log
from webhooks.tenancy import account_of
from webhooks.twilio import twiml
from webhooks.twilio.door import Asked, Context, Visit, admitted, answer_call, taken

router = APIRouter(include_in_schema=False)
_TALKED = "completed"


@router.post("/twilio/{tenant}/whisper")
def whisper(tenant: str, envelope: Asked, context: Context, call: str = "", attempt: str = "") -> Response:
    """Ask the callee, take the answer, and start the recorder once everybody agreed."""
    due: list[Visit] = []

    def act(visit: Visit) -> str:
        step = _whispered(visit, call, attempt)
        if step.starts_recorder:
            due.append(visit)
        return twiml.render_callee(step, call_sid=call, urls=visit.urls)

    def otherwise(visit: Visit) -> str:
        due.clear()  # what was noted did not last, so nobody has agreed
        return twiml.render_callee(CalleeNext(act=CalleeAct.BRIDGE), call_sid=call, urls=visit.urls)

    answer = answer_call(context, tenant, envelope, act, otherwise=otherwise)
    for visit in due:
        _start_recorder(visit, call)
    return answer


@router.post("/twilio/{tenant}/dial-end")
def end_dial(tenant: str, envelope: Asked, context: Context, call: str = "") -> Response:
    """Let the caller go when the other leg is over; say so where nobody was reached."""

    def act(visit: Visit) -> str:
        state = _state(visit, call)
        lines = lines_of(ScriptId.GOODBYE_FALLBACK, state.locales, visit.owner) if _is_unreached(visit, state) else ()
        step = Next(act=Act.HANG_UP, lines=lines)
        return twiml.render(step, owner=visit.owner, call_sid=visit.call_sid, urls=visit.urls)

    return answer_call(context, tenant, envelope, act, otherwise=lambda _: twiml.render_hang_up())


@router.post("/twilio/{tenant}/leg")
def take_leg_status(tenant: str, envelope: Asked, context: Context, call: str = "") -> Response:
    """Take up how the callee's leg goes."""
    with admitted(context, tenant, envelope) as visit:
        status = visit.fields.first("CallStatus")
        note_leg_status(visit.tx, twilio_sid("CA", call), status, owner=visit.owner, law=context.law)
    return taken()


def _whispered(visit: Visit, call: str, attempt: str) -> CalleeNext:
    state = _state(visit, call)
    if attempt not in ("1", "2"):
        return choose_for_callee(state)
    digits = visit.fields.first("Digits")
    return note_callee_answer(visit.tx, state, digits=digits, attempt=int(attempt), law=visit.context.law)


def _state(visit: Visit, call: str) -> CallState:
    state = find_state(visit.tx, twilio_sid("CA", call), owner=visit.owner, law=visit.context.law)
    if state is None:
        raise InvalidInput("the call is not known")
    return state


def _is_unreached(visit: Visit, state: CallState) -> bool:
    """Say whether the two never talked. While a recorder may run, nothing is said of not being recorded."""
    first = visit.fields.first
    is_bridged = first("DialCallStatus") == _TALKED and first("DialBridged", "true") != "false"
    return not is_bridged and not may_record(state)


def _start_recorder(visit: Visit, call_sid: str) -> None:
    """Start the recorder; where that fails the two talk unrecorded."""
    try:
        visit.context.recordings.start(account_of(visit.owner), call_sid, callback_url=visit.urls.recording())
    except PipelineError as error:
        log().warning("recorder.not_started", tenant=visit.owner.id, error=type(error).__name__)
