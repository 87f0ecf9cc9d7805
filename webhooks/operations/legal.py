"""Demands of law that the tenant knows of: taken in by one person, approved by another, handed out and closed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, StringConstraints

from pipeline.decisions.legal import Approval, approve_request, close_request, open_request
from pipeline.model.errors import InvalidInput, NotFound, PipelineError
from pipeline.model.ids import ArtifactId
from pipeline.model.legal import ORIGINALS, LegalDemand, LegalKind, LegalOutcome, LegalWords
from pipeline.reads.legal_demands import export_demand, get_demand, list_demands, read_demand
from webhooks.operations.frame import REFUSED, Context, Line, Operator, Reader, Reason, handed_out, page
from webhooks.pages.render import go_to
from webhooks.pages.who import SignedIn
from webhooks.tenancy import WebContext


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


router = APIRouter(include_in_schema=False)
_PATH: Final = "/operations/legal"
_Words = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True), Field(repr=False)]


class DemandForm(BaseModel):
    """What the form sends; `covers` has an id a line."""

    kind: Annotated[str, StringConstraints(max_length=20)] = LegalKind.PROCESS.value
    reference: _Words = ""
    authority: _Words = ""
    statute: _Words = ""
    received: Annotated[str, StringConstraints(max_length=20)] = ""
    covers: Annotated[str, StringConstraints(max_length=20_000)] = ""
    notes: _Words = ""
    hold: Annotated[str, StringConstraints(max_length=4)] = ""


@router.get(_PATH)
def list_all(request: Request, who: Reader, context: Context) -> Response:
    """List what the tenant knows of."""
    return _list(request, who, context)


@router.post(_PATH)
def take_in(request: Request, who: Operator, context: Context, form: Annotated[DemandForm, Form()]) -> Response:
    """Take a demand in; what it covers is held at once where that is asked for."""
    try:
        demand = demand_of(form)
        with context.database.transaction(who.tenant) as tx:
            made = open_request(tx, context.vault, demand, has_hold=bool(form.hold), actor=who.actor)
    except (*REFUSED, NotFound) as error:
        told = InvalidInput("a legal request covers named things") if isinstance(error, NotFound) else error
        return _list(request, who, context, error=told, given=form.model_dump())
    return go_to(f"{_PATH}/{made.id}?done=taken-in")


@router.get(_PATH + "/{demand}")
def show_one(demand: str, request: Request, who: Reader, context: Context) -> Response:
    """Show one, its words, and what it covers."""
    return _one(request, who, context, demand)


@router.post(_PATH + "/{demand}/approve")
def approve(
    demand: str,
    request: Request,
    who: Operator,
    context: Context,
    artifact: Annotated[list[str], Form(max_length=500)] = [],  # noqa: B006 - a form's field is read, never changed
    originals: Line = "",
) -> Response:
    """Approve, as another person, each artifact that leaves."""
    chosen = Approval(artifacts=tuple(ArtifactId(name) for name in artifact), orders_originals=bool(originals))
    try:
        with context.database.transaction(who.tenant) as tx:
            get_demand(tx, demand, keys=context.keys)
            approve_request(tx, demand, chosen, keys=context.keys, actor=who.actor)
    except REFUSED as error:
        return _one(request, who, context, demand, error=error, chosen=artifact)
    return go_to(f"{_PATH}/{demand}?done=approved")


@router.post(_PATH + "/{demand}/export")
def export(demand: str, request: Request, who: Operator, context: Context) -> Response:
    """Hand out what was approved, with its signed custody file; originals never leave by a page."""
    try:
        body = export_demand(context.vault, who.tenant, demand, actor=who.actor)
    except REFUSED as error:
        return _one(request, who, context, demand, error=error)
    return handed_out(body, name=f"{demand}.zip", media_type="application/zip")


@router.post(_PATH + "/{demand}/close")
def close(
    demand: str, request: Request, who: Operator, context: Context, outcome: Line = "", reason: Reason = ""
) -> Response:
    """End it; holds that were placed for it stay."""
    try:
        with context.database.transaction(who.tenant) as tx:
            get_demand(tx, demand, keys=context.keys)
            ended = outcome_of(outcome)
            close_request(tx, demand, outcome=ended, reason=reason, keys=context.keys, actor=who.actor)
    except REFUSED as error:
        return _one(request, who, context, demand, error=error, given=reason)
    return go_to(f"{_PATH}/{demand}?done=closed")


def demand_of(form: DemandForm) -> LegalDemand:
    """Read a demand.

    Raises:
        InvalidInput: its kind or day is none.
    """
    try:
        kind, received_on = LegalKind(form.kind), date.fromisoformat(form.received)
    except ValueError:
        raise InvalidInput("a legal request was received on a day") from None
    names = dict.fromkeys(form.covers.split())
    scope = tuple(("recording" if name.startswith("rec_") else "call", name) for name in names)
    words = LegalWords(reference=form.reference, authority=form.authority, statute=form.statute, notes=form.notes)
    return LegalDemand(kind=kind, received_on=received_on, scope=scope, words=words)


def outcome_of(name: str) -> LegalOutcome:
    """Read how a demand ended.

    Raises:
        InvalidInput: it is no such outcome.
    """
    try:
        return LegalOutcome(name)
    except ValueError:
        raise InvalidInput("a legal request ends in one of three ways") from None


def _list(
    request: Request,
    who: SignedIn,
    context: WebContext,
    *,
    error: PipelineError | None = None,
    given: dict[str, Any] | None = None,
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        found, today = list_demands(tx, keys=context.keys), tx.now.date()
    values = {"demands": found, "given": given or {}, "kinds": tuple(LegalKind), "today": today.isoformat()}
    return page(request, who, "legal.html", _("Legal demands"), values, error=error)


def _one(
    request: Request,
    who: SignedIn,
    context: WebContext,
    demand: str,
    *,
    error: PipelineError | None = None,
    given: str = "",
    chosen: list[str] | None = None,
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        sheet = read_demand(tx, demand, keys=context.keys)
    is_handed_out = sheet.demand.state == "exported"
    ways = [one for one in LegalOutcome if (one is LegalOutcome.ANSWERED) is is_handed_out]
    values = {"sheet": sheet, "given": given, "chosen": chosen or (), "ways": ways, "originals": ORIGINALS}
    return page(request, who, "legal_one.html", _("A legal demand"), values, error=error)
