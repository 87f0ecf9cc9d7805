"""A running call, as the tenant's agent sees it: somebody takes a permission back, or seems to be a child."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, BackgroundTasks, Path
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from pipeline.intake import withdraw as withdrawal
from pipeline.intake.control_recorder import Told
from pipeline.intake.note_status import note_told_after_end
from pipeline.model.call import LegRole
from pipeline.store.tenants import get_tenant
from webhooks.api.door import ApiRoute, CallsWrite, Context

router = APIRouter(prefix="/api/v1", tags=["calls"], route_class=ApiRoute)
CallSid = Annotated[str, Path(pattern=r"^CA[0-9a-f]{32}$", description="Twilio's id of the call.")]


class Recorder(StrEnum):
    """What became of the recorder."""

    STOPPED = "stopped"
    NOT_RUNNING = "not_running"
    NOT_STOPPED = "not_stopped"
    """Twilio refused or did not answer. The moment is noted, and what lies after it is discarded."""


_STOPS: Final = {
    Told.DONE: Recorder.STOPPED,
    Told.NOT_RUNNING: Recorder.NOT_RUNNING,
    Told.NOT_DONE: Recorder.NOT_STOPPED,
}


class How(StrEnum):
    """How a person took their permission back."""

    AGENT_API = "agent_api"
    """They said so, and the agent tells it."""
    KEYPRESS = "keypress"


class Withdrawal(BaseModel):
    """Somebody on the call takes every permission back."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime | None = Field(default=None, description="When they said so, with a time zone; empty: now.")
    leg: LegRole = Field(default=LegRole.CALLER, description="Who: `caller` or `callee`.")
    ordinal: int = Field(default=1, ge=1, le=100, description="Which of the callees, counted as they were added.")
    how: How = Field(default=How.AGENT_API, description="`agent_api`: they said so. `keypress`: they pressed `digit`.")
    digit: str = Field(default="", pattern=r"^[0-9*#]?$", description="The key, where one was pressed.")

    @model_validator(mode="after")
    def _names_the_key(self) -> Withdrawal:
        if bool(self.digit) is not (self.how is How.KEYPRESS):
            raise ValueError("a key press names its key")
        return self


class Withdrawn(BaseModel):
    """What was noted, and what became of the recorder."""

    call_sid: str
    withdrawn_at: datetime = Field(description="Nothing said after this moment is kept.")
    recorder: Recorder


@router.post("/calls/{call_sid}/withdraw")
def withdraw_permission(
    call_sid: CallSid, context: Context, who: CallsWrite, later: BackgroundTasks, said: Withdrawal | None = None
) -> Withdrawn:
    """Note that a person took their permission back, then stop the recorder."""
    wish = said or Withdrawal()
    told = withdrawal.Withdrawal(role=wish.leg, ordinal=wish.ordinal, at=wish.at, digit=wish.digit)
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
        stop = withdrawal.withdraw(tx, call_sid, told, actor=who.actor)
        cause = f"withdrawn:{wish.leg.value}:{wish.ordinal}"
        note_told_after_end(tx, call_sid, cause=cause, queue=context.queue)
    control = context.control(owner)
    done = control.carry_out(stop)
    if done is Told.NOT_DONE:
        later.add_task(control.carry_out_later, stop)
    return Withdrawn(call_sid=call_sid, withdrawn_at=stop.event.at, recorder=_STOPS[done])


@router.post("/calls/{call_sid}/child-signal", status_code=HTTPStatus.NO_CONTENT, response_class=Response)
def signal_child(call_sid: CallSid, context: Context, who: CallsWrite) -> None:
    """Note that a child seems to speak."""
    with context.database.transaction(who.tenant) as tx:
        withdrawal.flag_child(tx, call_sid, queue=context.queue, actor=who.actor)
