"""A request for correction is answered with its words: the redacted turns, and beside each what it should have said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from pipeline.decisions.give_correction import GivenWords, give_correction
from pipeline.model.correction import LONGEST, MOST, read_corrections
from pipeline.model.errors import PipelineError
from pipeline.model.ids import RecordingId
from pipeline.reads.correction_sheet import SheetTurn, list_correctable, read_correction_sheet
from pipeline.reads.subject_request import read_request
from webhooks.operations.frame import REFUSED, Context, Operator, page
from webhooks.pages.render import go_to
from webhooks.pages.who import SignedIn
from webhooks.tenancy import WebContext


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


async def _posted(request: Request) -> FormData:
    return await request.form()


router = APIRouter(include_in_schema=False)
_FIELD: Final = "turn-"
_Recording = Annotated[str, Query(max_length=60)]


@router.get("/operations/correction/{name}")
def show_turns(
    name: str,
    request: Request,
    who: Operator,
    context: Context,
    recording: _Recording = "",
    begin: Annotated[int, Query(ge=0, le=100_000, alias="from")] = 0,
) -> Response:
    """Show what was heard, a page of turns at a time, with a field for each."""
    return _sheet(request, who, context, name, {"recording": recording, "from": str(begin)})


@router.post("/operations/correction/{name}")
def give_words(
    name: str, request: Request, who: Operator, context: Context, form: Annotated[FormData, Depends(_posted)]
) -> Response:
    """Take the words; a worker hides what is personal in them, and writes them beside what was heard."""
    given = {key: value for key, value in form.items() if isinstance(value, str)}
    try:
        with context.database.transaction(who.tenant) as tx:
            give_correction(tx, name, _words(given), actor=who.actor, keys=context.keys, queue=context.queue)
    except REFUSED as error:
        return _sheet(request, who, context, name, given, error=error)
    return go_to(f"/operations/requests/{name}?done=started")


def _words(given: Mapping[str, str]) -> GivenWords:
    written = [
        {"turn": int(key.removeprefix(_FIELD)), "text": value}
        for key, value in given.items()
        if key.startswith(_FIELD) and key.removeprefix(_FIELD).isdecimal() and len(key) < 12 and value.strip()
    ]
    return GivenWords(
        recording=RecordingId(given.get("recording", "")[:60]),
        corrections=read_corrections(written),
        reason=given.get("reason", ""),
    )


def _sheet(
    request: Request,
    who: SignedIn,
    context: WebContext,
    name: str,
    given: Mapping[str, str],
    *,
    error: PipelineError | None = None,
) -> Response:
    recording, asked = given.get("recording", "")[:60], given.get("from", "")[:6]
    begin = int(asked) if asked.isdecimal() else 0
    turns: tuple[SheetTurn, ...] = ()
    if recording:
        turns = read_correction_sheet(context.vault, who.tenant, name, RecordingId(recording), actor=who.actor)
    with context.database.transaction(who.tenant) as tx:
        choices = list_correctable(tx, read_request(tx, name, keys=context.keys, actor=who.actor))
    more = f"/operations/correction/{name}?recording={recording}&from={begin + MOST}"
    values: dict[str, Any] = {
        "name": name,
        "recording": recording,
        "choices": choices,
        "turns": turns[begin : begin + MOST],
        "begin": begin,
        "more": more if begin + MOST < len(turns) else "",
        "given": given,
        "longest": LONGEST,
    }
    return page(request, who, "correction.html", _("A correction"), values, error=error)
