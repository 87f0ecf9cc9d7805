"""Who is on a call, as the tenant decides it: a call is made, put through to somebody else, or somebody is added."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, BackgroundTasks
from pydantic import BaseModel, ConfigDict, Field

from pipeline.intake.add_person import CallIsOver, add_person
from pipeline.intake.control_recorder import Told, Wish
from pipeline.intake.place_call import check_caller
from pipeline.intake.transfer import transfer_call
from pipeline.model.errors import NotFound, VendorUnavailable
from pipeline.model.recorder import RecorderAct
from pipeline.model.tenant import Tenant
from pipeline.ports.telephony import NumberUrls, OutboundCall
from pipeline.store.tenants import get_tenant
from webhooks.api.calls import CallSid
from webhooks.api.door import ApiRoute, CallsWrite, Context
from webhooks.tenancy import WebContext, account_of
from webhooks.twilio.room import RoomKeeper

router = APIRouter(prefix="/api/v1", tags=["calls"], route_class=ApiRoute)
Number = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", repr=False, description="In E.164: `+12125550142`.")]


class Recorder(StrEnum):
    """What became of the recorder."""

    PAUSED = "paused"
    """It goes on when the person has agreed and come in, or will not come."""
    STOPPED = "stopped"
    """Not for good only where the call is put through: then it starts anew once everybody agreed."""
    NOT_RUNNING = "not_running"
    NOT_DONE = "not_done"
    """Twilio refused or did not answer. The moment is noted, and what lies after it is not kept."""


class Person(BaseModel):
    """Somebody who is to come."""

    model_config = ConfigDict(extra="forbid")

    to: Number


class Coming(BaseModel):
    """Who is on the way, and what became of the recorder."""

    call_sid: str
    leg: int = Field(description="Which of the callees, counted as they were added.")
    recorder: Recorder


class CallToMake(BaseModel):
    """A call to a person."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    to: Number
    from_: Number = Field(alias="from")


class Made(BaseModel):
    """The call that was made."""

    call_sid: str


_DONE: Final = {RecorderAct.PAUSED: Recorder.PAUSED, RecorderAct.STOPPED: Recorder.STOPPED}


@router.post("/calls/{call_sid}/participants", status_code=HTTPStatus.CREATED)
def add_participant(
    call_sid: CallSid, person: Person, context: Context, who: CallsWrite, later: BackgroundTasks
) -> Coming:
    """Have somebody asked on their own leg, then let into the call's room; the recorder pauses before that."""
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
        added = add_person(tx, call_sid, person.to, owner=owner, keys=context.keys, law=context.law)
    keeper = RoomKeeper(context=context, owner=owner, call_sid=call_sid)
    recorder = _tell(keeper, added.wish, later)
    if not keeper.ring(added.leg.ordinal):
        raise VendorUnavailable("twilio", "place call")
    return Coming(call_sid=call_sid, leg=added.leg.ordinal, recorder=recorder)


@router.post("/calls/{call_sid}/transfer")
def transfer(call_sid: CallSid, person: Person, context: Context, who: CallsWrite, later: BackgroundTasks) -> Coming:
    """Stop the recorder and put the caller through to somebody else; everybody is asked anew where that is due."""
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
        moved = transfer_call(tx, call_sid, person.to, owner=owner, keys=context.keys, law=context.law, actor=who.actor)
    keeper = RoomKeeper(context=context, owner=owner, call_sid=call_sid)
    recorder = _tell(keeper, moved.stop, later)
    try:
        context.telephony.redirect_call(account_of(owner), call_sid, url=keeper.urls.transfer(call_sid, moved.number))
    except NotFound:
        raise CallIsOver from None
    return Coming(call_sid=call_sid, leg=moved.leg.ordinal, recorder=recorder)


@router.post("/calls", status_code=HTTPStatus.CREATED)
def make_call(wanted: CallToMake, context: Context, who: CallsWrite) -> Made:
    """Call a person from an armed number. They are asked as the law says; nothing is recorded before their answer."""
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
        check_caller(tx, wanted.from_, owner=owner, keys=context.keys)
    call = OutboundCall(to=wanted.to, from_=wanted.from_, urls=_urls(context, owner), detects_machines=True)
    return Made(call_sid=context.telephony.place_call(account_of(owner), call))


def _urls(context: WebContext, owner: Tenant) -> NumberUrls:
    urls = RoomKeeper(context=context, owner=owner, call_sid="").urls
    return NumberUrls(voice=urls.voice(), fallback=urls.fallback(), status=urls.status())


def _tell(keeper: RoomKeeper, wish: Wish | None, later: BackgroundTasks) -> Recorder:
    """Tell the recorder now; what it does not do at once is asked again after the answer."""
    if wish is None:
        return Recorder.NOT_RUNNING
    told = keeper.control.carry_out(wish)
    if told is Told.NOT_DONE:
        later.add_task(keeper.control.carry_out_later, wish)
        return Recorder.NOT_DONE
    return _DONE[wish.event.act] if told is Told.DONE else Recorder.NOT_RUNNING
