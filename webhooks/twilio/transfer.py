"""A caller on the way to somebody else: told so, asked where that is due, and put through.

The answers come to this address and not to the one of a call's beginning, because who is at the other end differs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from twilio.twiml.voice_response import Dial, VoiceResponse

from pipeline.intake.call_state import CallState
from pipeline.intake.choose_next import Act, Next
from pipeline.intake.choose_script import question
from pipeline.intake.note_answer import note_record_answer, note_training_answer, reread
from pipeline.intake.transfer import choose_for_transfer, note_transfer_announced
from pipeline.intake.wording import is_as_played
from pipeline.model.call import Leg, LegRole
from pipeline.model.errors import InvalidInput
from pipeline.policies.scripts import ScriptId
from pipeline.store.call_progress import name_of
from pipeline.store.calls import read_numbers
from webhooks.twilio import twiml
from webhooks.twilio.conference import ordinal_of, state_of
from webhooks.twilio.door import Asked, Context, Visit, answer_call, go_on_unrecorded
from webhooks.twilio.room import RoomKeeper
from webhooks.twilio.twiml_conference import meet
from webhooks.twilio.urls import Gate, Urls

router = APIRouter(include_in_schema=False)
_RING_FOR_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answered:
    """What the address of an answer says: to which question, the how manieth time, and to which words."""

    step: str = ""
    attempt: str = ""
    mark: str = ""

    @property
    def number(self) -> int:
        return 1 if self.attempt == "1" else 2


@router.post("/twilio/{tenant}/transfer")
def put_through(
    tenant: str,
    envelope: Asked,
    context: Context,
    answered: Annotated[_Answered, Depends()],
    call: str = "",
    round: str = "",
) -> Response:
    """Tell a caller that they are put through, take their answers, and put them through."""

    def act(visit: Visit) -> str:
        state = state_of(visit, call)
        if visit.call_sid != call or ordinal_of(round) != state.call.round or state.call.round == 1:
            raise InvalidInput("another leg than the caller's, or another transfer")
        return _render(visit, state, _taken(visit, state, answered))

    return answer_call(context, tenant, envelope, act, otherwise=go_on_unrecorded)


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnTheWay(Urls):
    """The tenant's addresses, with the answers of this call coming back here."""

    call_sid: str
    number: int

    def consent(self, gate: Gate, attempt: int = 1, *, mark: str = "") -> str:
        return self.transfer(self.call_sid, self.number, gate, attempt, mark=mark)


def _taken(visit: Visit, state: CallState, answered: _Answered) -> Next:
    tx, law, first = visit.tx, visit.context.law, visit.fields.first
    step = answered.step if _is_as_played(state, answered) else ""
    if step == Gate.ANNOUNCED:
        return note_transfer_announced(tx, state, digits=first("Digits"), law=law)
    if step == Gate.RECORD:
        speech, confidence = first("SpeechResult"), first("Confidence")
        noted = note_record_answer(
            tx,
            state,
            digits=first("Digits"),
            attempt=answered.number,
            law=law,
            speech=speech,
            confidence=confidence,
        )
        if noted.act is Act.ASK_RECORD:
            return noted
    elif step == Gate.TRAINING:
        note_training_answer(tx, state, digits=first("Digits"), law=law)
    return choose_for_transfer(tx, reread(tx, state, law=law), law=law)


def _is_as_played(state: CallState, answered: _Answered) -> bool:
    """Say whether the answer is to the words that its receipt would name; where it is not, the caller is asked anew."""
    scripts = {
        Gate.ANNOUNCED.value: ScriptId.TRANSFER_NOTICE,
        Gate.RECORD.value: question(state, answered.number),
        Gate.TRAINING.value: ScriptId.ASK_TRAINING,
    }
    if not answered.mark or answered.step not in scripts:
        return True
    return is_as_played(scripts[answered.step], state, answered.mark)


def _render(visit: Visit, state: CallState, step: Next) -> str:
    call_sid = state.call.call_sid
    base, number = visit.context.public_base, state.call.round
    urls = _OnTheWay(public_base=base, tenant=visit.owner.id, call_sid=call_sid, number=number)
    to = _newest(state)
    if step.act is not Act.CONNECT or to is None:
        return twiml.render(replace(step, room=None), owner=visit.owner, call_sid=call_sid, urls=urls)
    document = VoiceResponse()
    twiml.say(document, step.lines)
    if step.room is not None:
        meet(document, step.room, call_sid=call_sid, urls=urls, is_caller=True)
        keeper = RoomKeeper(context=visit.context, owner=visit.owner, call_sid=call_sid)
        visit.after.append(partial(keeper.ring, to.ordinal))
        return str(document)
    dial = Dial(action=urls.dial_end(call_sid), method="POST", timeout=_RING_FOR_S)
    whisper = {"url": urls.whisper(call_sid, leg=to.ordinal), "method": "POST"} if step.is_recorded else {}
    dial.number(
        read_numbers(visit.tx, state.call.id, keys=visit.context.keys)[name_of(to)],
        status_callback=urls.leg(call_sid, leg=to.ordinal),
        status_callback_event="initiated ringing answered completed",
        **whisper,
    )
    document.append(dial)
    return str(document)


def _newest(state: CallState) -> Leg | None:
    """Find whom the caller is put through to; None where they were let go meanwhile."""
    callees = [leg for leg in state.people if leg.role is LegRole.CALLEE]
    return max(callees, key=lambda leg: leg.ordinal, default=None)
