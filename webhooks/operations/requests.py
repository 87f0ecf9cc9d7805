"""Requests of people about their own data: what is due, who asks, where they are found; and taking one in."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, StringConstraints

from pipeline.decisions.answers import BY_TWO, waiting_answer
from pipeline.intake.open_request import Ask, open_request
from pipeline.model.errors import InvalidInput, NotFound, PipelineError
from pipeline.model.subject import (
    NEEDS_NO_IDENTITY,
    NOT_ANSWERED,
    Identifier,
    IdentifierKind,
    RequestKind,
    RequestState,
    SubjectDetails,
    SubjectRequest,
)
from pipeline.reads.correction_sheet import list_correctable
from pipeline.reads.subject_export import read_export
from pipeline.reads.subject_request import read_request
from pipeline.store.reasons import list_reasons
from pipeline.store.request_pages import read_requests
from pipeline.store.subject_requests import get_request
from pipeline.store.tenants import policy_of
from webhooks.operations.frame import REFUSED, Context, Operator, Reader, handed_out, page
from webhooks.operations.labels import label_of
from webhooks.pages.render import go_to
from webhooks.pages.who import SignedIn
from webhooks.tenancy import WebContext


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


router = APIRouter(include_in_schema=False)
_UNPROVED: Final = (RequestState.OPEN, RequestState.IDENTITY_ASKED)
Short = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]


class AskForm(BaseModel):
    """What the form sends."""

    kind: Short = ""
    number: Short = ""
    name: Short = ""
    email: Short = ""
    account: Short = ""
    place: Short = ""
    agent: Short = ""
    received: Short = ""
    note: Annotated[str, StringConstraints(max_length=4000)] = ""


@router.get("/operations/requests")
def list_all(
    request: Request,
    who: Reader,
    context: Context,
    which: Annotated[str, Query(max_length=10)] = "open",
    after: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """List requests, the first due first."""
    with context.database.transaction(who.tenant) as tx:
        found, today = read_requests(tx, only_open=which != "all", after=after), tx.now.date()
    more = f"/operations/requests?which={which}&after={found.after}" if found.after else ""
    values = {"found": found.requests, "more": more, "which": which, "clock_of": _clock(today), "label_of": label_of}
    return page(request, who, "requests.html", _("Requests of people"), values)


@router.get("/operations/requests/new")
def new_form(request: Request, who: Operator, context: Context) -> Response:
    """Show the form."""
    return _new(request, who, {})


@router.post("/operations/requests/new")
def take_in(request: Request, who: Operator, context: Context, form: Annotated[AskForm, Form()]) -> Response:
    """Take a request in that came by letter or telephone; its clock runs from the day it came."""
    try:
        ask = _read(form)
        with context.database.transaction(who.tenant) as tx:
            shelf = context.policies.policies_of(tx, policy_of(tx))
            bundle = shelf.in_force_on(tx.now.date()).bundle
            opened = open_request(tx, ask, bundle=bundle, matrix=context.law.matrix, keys=context.keys, actor=who.actor)
    except REFUSED as error:
        return _new(request, who, form.model_dump(), error=error)
    return go_to(f"/operations/requests/{opened.request.id}?done=opened")


@router.get("/operations/requests/{name}")
def show_one(name: str, request: Request, who: Reader, context: Context) -> Response:
    """Show one request, without who asks."""
    return one_page(request, who, context, name)


@router.post("/operations/requests/{name}/who")
def show_who(name: str, request: Request, who: Operator, context: Context) -> Response:
    """Show who asks and what they wrote; it stands in the audit log."""
    return one_page(request, who, context, name, with_details=True)


@router.post("/operations/requests/{name}/export")
def export(name: str, who: Operator, context: Context) -> Response:
    """Hand out the answer to a request for access or portability."""
    with context.database.transaction(who.tenant) as tx:
        found = get_request(tx, name)
    if found.state not in (RequestState.ANSWERED, RequestState.CLOSED):
        raise NotFound("no answer yet")
    body = read_export(context.vault, who.tenant, found, actor=who.actor)
    return handed_out(body, name=f"{found.id}.zip", media_type="application/zip")


def one_page(
    request: Request,
    who: SignedIn,
    context: WebContext,
    name: str,
    *,
    error: PipelineError | None = None,
    with_details: bool = False,
    given: str = "",
) -> Response:
    """Write the page of one request."""
    with context.database.transaction(who.tenant) as tx:
        read = read_request(tx, name, keys=context.keys, actor=who.actor, with_details=with_details)
        correctable = list_correctable(tx, read)
        reasons, today = list_reasons(tx, name, keys=context.keys), tx.now.date()
    found = read.request
    is_known = found.state is RequestState.VERIFIED or found.state is RequestState.WORKING
    values: dict[str, Any] = {
        "read": read,
        "one": found,
        "reasons": {reason.id: reason.text for reason in reasons},
        "apart": [reason for reason in reasons if reason.act in ("verify", "refuse", "close")],
        "clock": _clock(today)(found),
        "waiting": waiting_answer(read.acts),
        "is_open": found.state in NOT_ANSWERED,
        "is_unproved": found.state in _UNPROVED and found.kind not in NEEDS_NO_IDENTITY,
        "is_answerable": is_known or (found.kind in NEEDS_NO_IDENTITY and found.state in NOT_ANSWERED),
        "needs_two": found.kind in BY_TWO,
        "is_correction": found.kind is RequestKind.CORRECTION,
        "correctable": correctable,
        "given": given,
        "label_of": label_of,
    }
    return page(request, who, "request.html", _("A request"), values, error=error)


def _clock(today: date) -> Any:
    def clock(one: SubjectRequest) -> tuple[str, int]:
        """Say how late a request is: `over`, `late`, `half` or `calm`; and how many days are left."""
        left = (one.deadline.due_on - today).days
        if one.state not in NOT_ANSWERED:
            return "answered", left
        if left < 0:
            return "over", left
        if one.deadline.late_on <= today:
            return "late", left
        return ("half" if one.deadline.half_on <= today else "calm"), left

    return clock


def _new(request: Request, who: SignedIn, given: dict[str, str], *, error: PipelineError | None = None) -> Response:
    kinds = [(kind.value, label_of(kind.value)) for kind in RequestKind]
    return page(request, who, "request_new.html", _("Take a request in"), {"given": given, "kinds": kinds}, error=error)


def _read(form: AskForm) -> Ask:
    named = tuple(Identifier(kind=kind, value=value) for kind in IdentifierKind if (value := getattr(form, kind.value)))
    try:
        received = date.fromisoformat(form.received) if form.received else None
        kind = RequestKind(form.kind)
    except ValueError:
        raise InvalidInput("a request is of a kind, and came on a day") from None
    details = SubjectDetails(identifiers=named, note=form.note, agent=form.agent)
    return Ask(kind=kind, details=details, channel="console", place=form.place or None, received_on=received)
