"""Holds on conditions: what is asked for is counted first, and then held, with whatever meets it later."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, StringConstraints

from pipeline.decisions import holds as decisions
from pipeline.model.artifact import ArtifactKind
from pipeline.model.entity import EntityType
from pipeline.model.errors import PipelineError
from pipeline.model.hold import HoldQuery, HoldScope, query_of, read_query
from pipeline.reads.hold_preview import HoldPreview, preview_hold
from pipeline.store.session import Transaction
from webhooks.operations.frame import REFUSED, Context, Operator, page
from webhooks.operations.holds import scope_of, sealed
from webhooks.pages.labels import LABELS
from webhooks.pages.render import go_to
from webhooks.pages.who import SignedIn
from webhooks.tenancy import WebContext


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


router = APIRouter(prefix="/operations/hold-query", include_in_schema=False)
_Word = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]
_CONDITIONS: Final = ("kind", "captured_from", "captured_to", "flag", "mode", "entity_type")


class Conditions(BaseModel):
    """Conditions as they are typed; an empty one asks for nothing."""

    kind: _Word = ""
    captured_from: _Word = ""
    captured_to: _Word = ""
    number: Annotated[_Word, Field(repr=False)] = ""
    flag: _Word = ""
    mode: _Word = ""
    entity_type: _Word = ""


class PlaceForm(BaseModel):
    """Conditions as they were counted, and why whatever meets them is held."""

    query: Annotated[str, Field(max_length=1000)]
    matter: _Word = ""
    reason: Annotated[str, Field(max_length=2000, repr=False)] = ""


@router.get("")
def ask(request: Request, who: Operator, context: Context) -> Response:
    """Show the form."""
    return _show(request, who, Conditions())


@router.post("")
def count(request: Request, who: Operator, context: Context, form: Annotated[Conditions, Form()]) -> Response:
    """Count what meets the conditions; nothing is held yet. A number does not stand in the page that comes back."""
    try:
        with context.database.transaction(who.tenant) as tx:
            query = query_from(tx, context, form)
            seen = preview_hold(tx, query)
    except REFUSED as error:
        return _show(request, who, form, error=error)
    return _show(request, who, form, query=query, seen=seen)


@router.post("/place")
def place(request: Request, who: Operator, context: Context, form: Annotated[PlaceForm, Form()]) -> Response:
    """Place the hold by the conditions that were counted."""
    query = seen = None
    try:
        query = read_query(form.query)
        with context.database.transaction(who.tenant) as tx:
            seen = preview_hold(tx, query)
            why = sealed(tx, form.matter or "-", "hold", who, context, form.reason)
            scope = (HoldScope.QUERY.value, query.canonical())
            hold = decisions.place(tx, context.vault, matter=form.matter, scope=scope, actor=who.actor, reason=why)
    except REFUSED as error:
        return _show(request, who, Conditions(), query=query, seen=seen, error=error, place=form)
    return go_to(f"/operations/holds/{hold.id}?done=placed")


def query_from(tx: Transaction, context: WebContext, given: Conditions) -> HoldQuery:
    """Read conditions; of a number only the keyed reference goes on from here.

    Raises:
        InvalidInput: none is given, or one has a value that it cannot have.
    """
    asked = {name: value for name in _CONDITIONS if (value := getattr(given, name))}
    if given.number:
        asked["number_ref"] = scope_of(tx, context, HoldScope.PARTY.value, given.number)[1]
    return read_query(query_of(asked).canonical())


def _show(
    request: Request,
    who: SignedIn,
    given: Conditions,
    *,
    query: HoldQuery | None = None,
    seen: HoldPreview | None = None,
    error: PipelineError | None = None,
    place: PlaceForm | None = None,
) -> Response:
    values: dict[str, Any] = {
        "given": given,
        "query": query,
        "seen": seen,
        "place": place,
        "kinds": tuple(ArtifactKind),
        "types": tuple(EntityType),
        "modes": tuple(LABELS["mode"]),
    }
    return page(request, who, "hold_query.html", _("Hold by conditions"), values, error=error)
