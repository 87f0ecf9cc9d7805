"""What is kept without an end, and why: justified in writing, once a year. Nothing is destroyed for silence."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.decisions.justify import SHORTEST, justify
from pipeline.model.errors import PipelineError
from pipeline.reads.keeping import read_keeping
from pipeline.store.retention_runs import list_justifications
from webhooks.operations.frame import REFUSED, Context, Line, Operator, Reader, Reason, page
from webhooks.pages.render import go_to
from webhooks.pages.who import SignedIn
from webhooks.tenancy import WebContext


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


router = APIRouter(include_in_schema=False)


@router.get("/operations/keeping")
def show_all(request: Request, who: Reader, context: Context) -> Response:
    """Show what is due, and what was written before."""
    return _shown(request, who, context)


@router.post("/operations/keeping")
def write(request: Request, who: Operator, context: Context, kind: Line = "", reason: Reason = "") -> Response:
    """Write down why what is due of a kind is kept; the words are sealed."""
    try:
        with context.database.transaction(who.tenant) as tx:
            justify(tx, context.vault, kind=kind, reason=reason, actor=who.actor)
    except REFUSED as error:
        return _shown(request, who, context, error=error, given={"kind": kind, "reason": reason})
    return go_to("/operations/keeping?done=justified")


def _shown(
    request: Request,
    who: SignedIn,
    context: WebContext,
    *,
    error: PipelineError | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        kinds, written = read_keeping(tx, keys=context.keys), list_justifications(tx, keys=context.keys)
    values = {
        "kinds": kinds,
        "written": tuple(reversed(written)),
        "given": given or {},
        "shortest": SHORTEST,
    }
    return page(request, who, "keeping.html", _("Kept without an end"), values, error=error)
