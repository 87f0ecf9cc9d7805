"""What failed, was withheld, was not permitted or is not there: why, what to do, and another try."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from pipeline.decisions.retry_recording import retry_recording
from pipeline.model.errors import InvalidInput, PipelineError
from pipeline.model.ids import RecordingId
from pipeline.reads.stuck import STATES, read_one_stuck, read_stuck
from webhooks.operations.frame import REFUSED, Context, Operator, Reader, Reason, page
from webhooks.operations.labels import label_of
from webhooks.pages.render import go_to
from webhooks.pages.who import SignedIn
from webhooks.tenancy import WebContext


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


router = APIRouter(include_in_schema=False)


@router.get("/operations/stuck")
def list_stuck(
    request: Request,
    who: Reader,
    context: Context,
    state: Annotated[str, Query(max_length=20)] = "failed",
    after: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """List what is in one of the states, the newest first."""
    chosen = next((one for one in STATES if one.value == state), None)
    if chosen is None:
        raise InvalidInput("no such state")
    with context.database.transaction(who.tenant) as tx:
        found = read_stuck(tx, chosen, cursor=after or None)
    more = f"/operations/stuck?state={state}&after={found.cursor}" if found.cursor else ""
    values = {"found": found, "chosen": chosen, "more": more, "label_of": label_of}
    return page(request, who, "stuck.html", _("Failed and withheld"), values)


@router.get("/operations/stuck/{recording}")
def show_stuck(recording: str, request: Request, who: Reader, context: Context) -> Response:
    """Show one recording."""
    return _one(request, who, context, recording)


@router.post("/operations/stuck/{recording}/retry")
def retry(recording: str, request: Request, who: Operator, context: Context, reason: Reason = "") -> Response:
    """Have it worked on again."""
    try:
        with context.database.transaction(who.tenant) as tx:
            retry_recording(
                tx, RecordingId(recording), actor=who.actor, reason=reason, keys=context.keys, queue=context.queue
            )
    except REFUSED as error:
        return _one(request, who, context, recording, error=error, given=reason)
    return go_to(f"/operations/stuck/{recording}?done=retried")


def _one(
    request: Request,
    who: SignedIn,
    context: WebContext,
    recording: str,
    *,
    error: PipelineError | None = None,
    given: str = "",
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        one, tried = read_one_stuck(tx, RecordingId(recording), keys=context.keys)
    is_stuck = one.listed.recording.state in STATES
    values = {"one": one, "tried": tried, "given": given, "is_stuck": is_stuck, "label_of": label_of}
    return page(request, who, "stuck_one.html", _("A recording"), values, error=error)
