"""The recorder of a running call, as the tenant's agent controls it: silent while a card is read out, then on again."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from fastapi import APIRouter, BackgroundTasks
from pydantic import BaseModel, Field

from pipeline.intake.control_recorder import Told, ask_pause, ask_resume
from pipeline.store.tenants import get_tenant
from webhooks.api.calls import CallSid
from webhooks.api.door import ApiRoute, CallsWrite, Context

router = APIRouter(prefix="/api/v1", tags=["calls"], route_class=ApiRoute)


class Silence(StrEnum):
    """What the recorder does now."""

    PAUSED = "paused"
    """Silence is recorded, so that what follows keeps its place."""
    NOT_RUNNING = "not_running"
    NOT_PAUSED = "not_paused"
    """Twilio refused or did not answer. The moment is noted, and what lies between it and the resume is silenced."""
    RECORDING = "recording"
    """It runs on; so it does where nothing was paused."""
    NOT_RESUMED = "not_resumed"
    """Twilio refused or did not answer: it may still be silent. Ask again."""


class Silenced(BaseModel):
    """What was noted, and what became of the recorder."""

    call_sid: str
    at: datetime = Field(description="The moment that counts.")
    recorder: Silence


_PAUSES: Final = {
    Told.DONE: Silence.PAUSED,
    Told.NOT_RUNNING: Silence.NOT_RUNNING,
    Told.NOT_DONE: Silence.NOT_PAUSED,
}
_RESUMES: Final = {
    Told.DONE: Silence.RECORDING,
    Told.NOT_RUNNING: Silence.NOT_RUNNING,
    Told.NOT_DONE: Silence.NOT_RESUMED,
    Told.STILL_PAUSED: Silence.PAUSED,
}


@router.post("/calls/{call_sid}/pause")
def pause_recorder(call_sid: CallSid, context: Context, who: CallsWrite, later: BackgroundTasks) -> Silenced:
    """Keep nothing of what is said from now on, until the resume: for the entry of a card."""
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
        wish = ask_pause(tx, call_sid, actor=who.actor)
    control = context.control(owner)
    told = control.carry_out(wish)
    if told is Told.NOT_DONE:
        later.add_task(control.carry_out_later, wish)
    return Silenced(call_sid=call_sid, at=wish.event.at, recorder=_PAUSES[told])


@router.post("/calls/{call_sid}/resume")
def resume_recorder(call_sid: CallSid, context: Context, who: CallsWrite) -> Silenced:
    """Go on recording. Refused where somebody took their permission back meanwhile."""
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
        wish = ask_resume(tx, call_sid, actor=who.actor)
    told = context.control(owner).carry_out(wish)
    return Silenced(call_sid=call_sid, at=wish.event.at, recorder=_RESUMES[told])
