"""Reading drawn calls: what waits, one call read blind, and what is said of it.

Nothing here tells a reader whether somebody else reads the same call, or who. Marks are kept in the form until the
reading is finished: nothing half done is stored.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from pipeline.decisions import quality_readings as decisions
from pipeline.model.entity import EntityType
from pipeline.model.errors import IllegalTransition, InvalidInput, NotPermitted, PipelineError
from pipeline.model.quality import Sheet, Verdict
from pipeline.model.user import Role
from pipeline.reads.quality_sheet import open_sheet, open_sound
from pipeline.store.quality_rates import find_rates
from pipeline.store.quality_readings import DONE, MOST_COUNTED, count_waiting, list_own_readings
from webhooks.pages.render import Notice, go_to, show
from webhooks.pages.who import SignedIn, allowed
from webhooks.problems import status_of
from webhooks.review.quality_form import Draft, add_marks, first_draft, read_draft, to_findings, without_mark
from webhooks.review.stretches import give_sound
from webhooks.tenancy import WebContext, context_of

router = APIRouter(prefix="/review/quality", include_in_schema=False)

Context = Annotated[WebContext, Depends(context_of)]
Name = Annotated[str, Path(pattern=r"^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$")]
Looks = Annotated[SignedIn, Depends(allowed(Role.REVIEWER, Role.PRIVILEGED_REVIEWER, Role.AUDITOR, Role.TENANT_ADMIN))]
Reads = Annotated[SignedIn, Depends(allowed(Role.REVIEWER, Role.PRIVILEGED_REVIEWER))]


async def _posted(request: Request) -> FormData:
    return await request.form()


Posted = Annotated[FormData, Depends(_posted)]


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


READERS: Final = frozenset({Role.REVIEWER, Role.PRIVILEGED_REVIEWER})
SEES_RESULTS: Final = frozenset({Role.PRIVILEGED_REVIEWER, Role.AUDITOR, Role.TENANT_ADMIN})
_REFUSED: Final = (InvalidInput, IllegalTransition, NotPermitted)
_SAYS: Final = {
    "the same words were marked twice": _("Some of these words are marked already."),
    "a reading counts when the whole call was read": _("Say that you read the whole call: otherwise it cannot count."),
    "each hidden entity needs a verdict": _("Say of each hidden place what it is."),
    "what is hidden already cannot have been missed": _("What is hidden already cannot have been missed."),
    "nothing was chosen": _("Choose the words first, then what they are."),
}
_OTHERWISE: Final = _("This could not be taken. Nothing was changed.")


def tabs_for(who: SignedIn) -> list[tuple[str, str]]:
    """List the pages about quality that somebody may open; their names are translated where they are written."""
    entries = [("/review/quality", _("To read"), READERS | SEES_RESULTS)]
    entries.append(("/review/quality/results", _("Results"), SEES_RESULTS))
    entries.append(("/review/quality/disputes", _("To settle"), frozenset({Role.PRIVILEGED_REVIEWER})))
    return [(path, label) for path, label, roles in entries if who.roles & roles]


@router.get("")
def work(request: Request, context: Context, who: Looks) -> Response:
    """Show what somebody has to read."""
    return _work(request, context, who)


@router.post("/take")
def take(request: Request, context: Context, who: Reads) -> Response:
    """Take the next call."""
    with context.database.transaction(who.tenant) as tx:
        reading = decisions.take(tx, actor=who.actor)
    if reading is None:
        return _work(request, context, who, notice=Notice(text=_("Nothing waits for you."), kind="hint"))
    return go_to(f"/review/quality/readings/{reading.id}")


@router.get("/readings/{reading}")
def read(request: Request, context: Context, who: Reads, reading: Name) -> Response:
    """Show a call to be read."""
    sheet = open_sheet(context.vault, who.tenant, reading, actor=who.actor)
    return _reading(request, who, reading, sheet, first_draft(sheet))


@router.get("/readings/{reading}/sound")
def hear(request: Request, context: Context, who: Reads, reading: Name) -> Response:
    """Give the redacted sound of a call that is read, or the stretch of it that a player asks for."""
    return give_sound(request, open_sound(context.vault, who.tenant, reading, actor=who.actor))


@router.post("/readings/{reading}")
def say(request: Request, context: Context, who: Reads, reading: Name, sent: Posted) -> Response:
    """Mark words, take a mark back, or finish the reading."""
    sheet = open_sheet(context.vault, who.tenant, reading, actor=who.actor)
    draft = first_draft(sheet)
    try:
        draft = read_draft(sheet, sent)
        if sent.get("act") == "mark":
            return _reading(request, who, reading, sheet, add_marks(sheet, draft, sent))
        if (unmarked := sent.get("unmark")) is not None:
            return _reading(request, who, reading, sheet, without_mark(draft, str(unmarked)))
        desk = decisions.Desk(keys=context.keys, queue=context.queue)
        found, is_whole = to_findings(sheet, draft), sent.get("is_whole") == "yes"
        with context.database.transaction(who.tenant) as tx:
            decisions.finish(tx, reading, found, sheet=sheet, is_whole=is_whole, desk=desk, actor=who.actor)
    except _REFUSED as error:
        return _reading(request, who, reading, sheet, draft, error=error)
    return go_to("/review/quality")


@router.post("/readings/{reading}/return")
def give_back(context: Context, who: Reads, reading: Name) -> Response:
    """Let somebody else read it."""
    with context.database.transaction(who.tenant) as tx:
        decisions.give_back(tx, reading, actor=who.actor)
    return go_to("/review/quality")


def told(error: PipelineError) -> Notice:
    """Say why something was not taken."""
    return Notice(text=_SAYS.get(str(error), _OTHERWISE))


def _work(request: Request, context: WebContext, who: SignedIn, *, notice: Notice | None = None) -> Response:
    with context.database.transaction(who.tenant) as tx:
        values: dict[str, Any] = {
            "title": "",
            "notice": notice,
            "tabs_here": tabs_for(who),
            "is_reader": bool(who.roles & READERS),
            "rates": find_rates(tx),
            "waiting": count_waiting(tx, who.actor),
            "most": MOST_COUNTED,
            "mine": list_own_readings(tx, who.actor),
            "done": list_own_readings(tx, who.actor, state=DONE, limit=10),
        }
    return show(request, who, "review/quality_work.html", values)


def _reading(
    request: Request,
    who: SignedIn,
    reading: str,
    sheet: Sheet,
    draft: Draft,
    *,
    error: PipelineError | None = None,
) -> Response:
    values = {
        "title": "",
        "notice": told(error) if error else None,
        "reading": reading,
        "is_part": request.headers.get("hx-request") == "true",
        "sheet": sheet,
        "draft": draft,
        "types": sorted(EntityType),
        "verdicts": tuple(Verdict),
    }
    status = HTTPStatus.OK if error is None else status_of(error)
    return show(request, who, "review/quality_reading.html", values, status=status, block="form")
