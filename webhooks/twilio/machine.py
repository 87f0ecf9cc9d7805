"""Who picked up a call that we made, told after the call has begun: where it was a machine, nothing is kept of it."""

from __future__ import annotations

from fastapi import APIRouter, BackgroundTasks
from fastapi.responses import Response

from pipeline.intake.place_call import note_verdict
from webhooks.twilio.door import Asked, Context, admitted, taken
from webhooks.twilio.room import RoomKeeper

router = APIRouter(include_in_schema=False)


@router.post("/twilio/{tenant}/machine")
def take_verdict(tenant: str, envelope: Asked, context: Context, later: BackgroundTasks) -> Response:
    """Take up a verdict, and stop a recorder that runs on a machine."""
    with admitted(context, tenant, envelope) as visit:
        stop = note_verdict(visit.tx, visit.call_sid, visit.fields.first("AnsweredBy"))
    if stop is not None:
        later.add_task(RoomKeeper(context=context, owner=visit.owner, call_sid=visit.call_sid).carry_out, stop)
    return taken()
