"""Demands of law that the tenant knows of. A key takes them in and closes them; what leaves, a person approves."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from pipeline.decisions.legal import close_request, open_request
from pipeline.model.legal import LegalAct, LegalDemand, LegalKind, LegalOutcome, LegalRequest, LegalWords
from pipeline.reads.legal_demands import export_demand, get_demand, list_demands
from webhooks.api.door import ApiRoute, AuditRead, Context, HoldsWrite
from webhooks.api.pages import USUAL, Cursor, Given, Limit, Name, Page, View, Why, slice_of

router = APIRouter(prefix="/api/v1", tags=["legal demands"], route_class=ApiRoute)


class StepView(View):
    """What was done about it; what was said with it is sealed and not told here."""

    act: LegalAct
    actor: str
    at: datetime


class DemandView(View):
    """A demand, without its words."""

    id: str
    kind: LegalKind
    state: str
    received_on: date
    covers: list[str]
    opened_by: str
    opened_at: datetime
    artifacts: list[str]
    steps: list[StepView]


class NewDemand(Given):
    """A demand as it was received. Its words are kept sealed."""

    kind: LegalKind = LegalKind.PROCESS
    reference: str = Field(min_length=1, max_length=2000, repr=False)
    authority: str = Field(min_length=1, max_length=2000, repr=False, description="Who asks, or is to receive it.")
    statute: str = Field(min_length=1, max_length=2000, repr=False, description="By which law, or on which ground.")
    notes: str = Field(default="", max_length=2000, repr=False)
    received_on: date
    covers: list[str] = Field(min_length=1, max_length=500, description="Recordings and calls by their ids.")
    has_hold: bool = Field(default=True, description="Hold what it covers at once.")


class Ended(Why):
    """How it ended, and why."""

    outcome: LegalOutcome


@router.get("/legal-demands")
def list_all(context: Context, who: AuditRead, cursor: Cursor = None, limit: Limit = USUAL) -> Page[DemandView]:
    """List the demands that the tenant may know of, the newest first."""
    with context.database.transaction(who.tenant) as tx:
        found = list_demands(tx, keys=context.keys)
    shown, more = slice_of(found, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[_view(one) for one in shown], next=more)


@router.post("/legal-demands", status_code=HTTPStatus.CREATED)
def take_in(context: Context, who: HoldsWrite, given: NewDemand) -> DemandView:
    """Take a demand in."""
    scope = tuple(("recording" if name.startswith("rec_") else "call", name) for name in dict.fromkeys(given.covers))
    words = LegalWords(reference=given.reference, authority=given.authority, statute=given.statute, notes=given.notes)
    demand = LegalDemand(kind=given.kind, received_on=given.received_on, scope=scope, words=words)
    with context.database.transaction(who.tenant) as tx:
        return _view(open_request(tx, context.vault, demand, has_hold=given.has_hold, actor=who.actor))


@router.get("/legal-demands/{demand}")
def show_one(context: Context, who: AuditRead, demand: Name) -> DemandView:
    """Show where a demand stands."""
    with context.database.transaction(who.tenant) as tx:
        return _view(get_demand(tx, demand, keys=context.keys))


@router.get("/legal-demands/{demand}/export", response_class=Response)
def take_away(context: Context, who: AuditRead, demand: Name) -> Response:
    """Download what a person approved, as a zip with a signed custody file. It stands in the audit log."""
    body = export_demand(context.vault, who.tenant, demand, actor=who.actor)
    return Response(body, media_type="application/zip", headers={"Cache-Control": "no-store"})


@router.post("/legal-demands/{demand}/close")
def close(context: Context, who: HoldsWrite, demand: Name, given: Ended) -> DemandView:
    """End a demand; holds that were placed for it stay."""
    with context.database.transaction(who.tenant) as tx:
        get_demand(tx, demand, keys=context.keys)
        ended = close_request(
            tx, demand, outcome=given.outcome, reason=given.reason, keys=context.keys, actor=who.actor
        )
        return _view(ended)


def _view(found: LegalRequest) -> DemandView:
    return DemandView(
        id=found.id,
        kind=found.demand.kind,
        state=found.state,
        received_on=found.demand.received_on,
        covers=[subject for _kind, subject in found.demand.scope],
        opened_by=found.opened_by,
        opened_at=found.opened_at,
        artifacts=list(found.artifacts),
        steps=[StepView.model_validate(step) for step in found.steps],
    )
