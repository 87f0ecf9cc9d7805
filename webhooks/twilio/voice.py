"""What a caller hears next, from the first ring to the connection; and what Twilio hears when we cannot answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from pipeline.intake.begin_call import begin_calls
from pipeline.intake.call_state import CallState, find_state
from pipeline.intake.choose_next import Act, Next, choose_next, fail_closed, unrecorded
from pipeline.intake.choose_script import announcement, question
from pipeline.intake.control_recorder import ask_start, ask_stop
from pipeline.intake.law_of_call import PUT_THROUGH, Ringing
from pipeline.intake.note_answer import close_gate, note_announced, note_record_answer, note_training_answer
from pipeline.intake.note_message import note_message_end
from pipeline.intake.relay import as_answered
from pipeline.intake.wording import is_as_played
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome
from pipeline.model.errors import NotFound, NotPermitted
from pipeline.model.recorder import RecorderAct
from pipeline.model.tenant import Tenant
from pipeline.policies.scripts import ScriptId
from pipeline.store.call_progress import lock_call
from pipeline.store.calls import find_call_by_sid, read_numbers
from pipeline.store.recorder_events import list_recorder_events
from pipeline.store.session import Transaction
from pipeline.telemetry import log
from webhooks.twilio import twiml
from webhooks.twilio.door import Asked, Context, Guest, Visit, answer_call, fail_safe, go_on_unrecorded, xml
from webhooks.twilio.room import RoomKeeper
from webhooks.twilio.shared import SharedRoute, share
from webhooks.twilio.urls import Gate

router = APIRouter(include_in_schema=False)


async def answer_voice(request: Request) -> Response:
    """Begin a call."""
    guests: list[Guest] = []

    def read(guest: Guest) -> Guest:
        guests.append(guest)
        return guest

    try:
        document, after = await share(request, read, _begin)
    except Exception as error:
        return fail_safe(guests[-1] if guests else None, error, go_on_unrecorded)
    return xml(document, after=after)


shared_routes: Final = (SharedRoute("/twilio/{tenant}/voice", answer_voice),)


def _begin(tx: Transaction, guests: Sequence[Guest]) -> Sequence[tuple[str, Sequence[Callable[[], object]]]]:
    """Begin the calls of one tenant, as it stood for all of them; give their documents, and what comes after each."""
    context, today = guests[0].context, tx.now.date()
    ringing = [_ringing(guest) for guest in guests]
    bundle = context.policies.policies_of(tx, guests[0].owner.policy_id).in_force_on(today).bundle
    owner = as_answered(guests[0].owner, bundle, on=today)
    states = begin_calls(tx, ringing, owner=owner, keys=context.keys, law=context.law, bundle=bundle)
    visits = [Visit(tx=tx, owner=owner, fields=guest.fields, context=context) for guest in guests]
    return [(_render(v, choose_next(state)), v.after) for v, state in zip(visits, states, strict=True)]


@router.post("/twilio/{tenant}/consent")
def take_answer(
    tenant: str, envelope: Asked, context: Context, step: str = "", attempt: str = "", mark: str = ""
) -> Response:
    """Take the answer at a question, or that the announcement was heard."""

    def act(visit: Visit) -> str:
        # Two answers at once take turns, so that the first closes the gate.
        with suppress(NotFound):
            lock_call(visit.tx, visit.call_sid)
        state = find_state(visit.tx, visit.call_sid, owner=visit.owner, law=context.law)
        if state is None or state.call.round != 1:
            # After a transfer answers go elsewhere: one of before that comes again answers nothing now.
            return go_on_unrecorded(visit)
        number = 1 if attempt == "1" else 2
        if mark and not _is_as_played(state, step, number, mark):
            return _render(visit, choose_next(state))
        return _render(visit, _answered(visit, state, step, attempt=number))

    return answer_call(context, tenant, envelope, act, otherwise=go_on_unrecorded)


@router.post("/twilio/{tenant}/fallback")
def answer_fallback(tenant: str, envelope: Asked, context: Context) -> Response:
    """Go on after a document of ours could not be had. Nothing is recorded, whatever was answered before.

    With the database or the keys gone nobody can be told from anybody, so the last resort is the same for all.
    """

    def act(visit: Visit) -> str:
        state = find_state(visit.tx, visit.call_sid, owner=visit.owner, law=context.law)
        if state is None:
            return go_on_unrecorded(visit)
        close_gate(visit.tx, state, Outcome.NO_ANSWER, cause="fallback")
        if state.outcome(LegRole.CALLEE) is not None or choose_next(state).act is Act.TAKE_MESSAGE:
            # A recorder may run: to connect again could record somebody unasked, and to say that it does not is untrue.
            return _render(visit, Next(act=Act.HANG_UP))
        if any(event.act is RecorderAct.STARTED for event in list_recorder_events(visit.tx, state.call.id)):
            # A document that failed while it was executed may have started one: it is true only without it.
            visit.after.append(partial(visit.control.insist, ask_stop(visit.tx, state.call, reason="fallback")))
        return _render(visit, unrecorded(visit.owner, state.locales))

    try:
        return answer_call(context, tenant, envelope, act, otherwise=go_on_unrecorded)
    except (NotFound, NotPermitted, HTTPException):
        raise
    except Exception as error:
        # There is no further fallback: whatever cannot be reached, the caller is told and let go.
        log().error("call.ended", error=type(error).__name__)
        return xml(twiml.render_goodbye())


def _is_as_played(state: CallState, step: str, attempt: int, mark: str) -> bool:
    """Say whether the answer is to the words that its receipt would name; where it is not, the caller is asked anew."""
    scripts = {
        Gate.ANNOUNCED.value: announcement(state),
        Gate.RECORD.value: question(state, attempt),
        Gate.TRAINING.value: ScriptId.ASK_TRAINING,
    }
    return step not in scripts or is_as_played(scripts[step], state, mark)


def _answered(visit: Visit, state: CallState, step: str, *, attempt: int) -> Next:
    law = visit.context.law
    first = visit.fields.first
    digits = first("Digits")
    if step == Gate.ANNOUNCED:
        return note_announced(visit.tx, state, digits=digits, law=law)
    if step == Gate.RECORD:
        words, confidence = first("SpeechResult"), first("Confidence")
        return note_record_answer(
            visit.tx, state, digits=digits, attempt=attempt, law=law, speech=words, confidence=confidence
        )
    if step == Gate.TRAINING:
        return note_training_answer(visit.tx, state, digits=digits, law=law)
    if step == Gate.MESSAGE:
        end = note_message_end(visit.tx, state, digits=digits)
        if end.stop is not None:
            visit.after.append(partial(visit.control.insist, end.stop))
        return end.step
    return fail_closed(visit.owner, law=law)


def _render(visit: Visit, step: Next) -> str:
    if step.room is not None:
        keeper = RoomKeeper(context=visit.context, owner=visit.owner, call_sid=visit.call_sid)
        visit.after.append(keeper.ring)
    owner = _as_begun(visit) if step.is_recorded and visit.owner.settings.topology in PUT_THROUGH else visit.owner
    document = twiml.render(step, owner=owner, call_sid=visit.call_sid, urls=visit.urls)
    call = find_call_by_sid(visit.tx, visit.call_sid) if twiml.starts_recorder(document) else None
    if call is not None:
        # The vendor tells a recorder's start in whole seconds; this moment says how early it can have begun.
        ask_start(visit.tx, call)
    return document


def _as_begun(visit: Visit) -> Tenant:
    """Give the tenant with the desk of when the call began: its law was asked, and no other's."""
    call = find_call_by_sid(visit.tx, visit.call_sid)
    numbers = read_numbers(visit.tx, call.id, keys=visit.context.keys) if call is not None else {}
    secrets = visit.owner.secrets
    return replace(visit.owner, secrets=replace(secrets, forward_to=numbers.get("callee:1", secrets.forward_to)))


def _ringing(visit: Guest) -> Ringing:
    first = visit.fields.first
    country, part = first("FromCountry").upper(), first("FromState").upper()
    return Ringing(
        call_sid=visit.call_sid,
        direction=first("Direction", "inbound")[:40],
        from_number=first("From"),
        to_number=first("To"),
        forwarded_from=first("ForwardedFrom") or first("CalledVia"),
        from_place=f"{country}-{part}" if country and part else country,
        answered_by=first("AnsweredBy"),
    )
