"""Requests of people about their own data, as the tenant's own systems take them in and see them."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from pipeline.intake.open_request import Ask, open_request
from pipeline.model.subject import (
    Identifier,
    IdentifierKind,
    Identity,
    RequestKind,
    RequestState,
    SubjectDetails,
    SubjectRequest,
)
from pipeline.reads.subject_export import read_export
from pipeline.store.policy_versions import bundle_in_force
from pipeline.store.request_pages import read_requests
from pipeline.store.subject_requests import get_request
from pipeline.store.tenants import policy_of
from webhooks.api.door import ApiRoute, Context, SubjectsRead, SubjectsWrite
from webhooks.api.pages import USUAL, Cursor, Limit, Page, after_of, next_of

router = APIRouter(prefix="/api/v1", tags=["subject requests"], route_class=ApiRoute)
RequestName = Annotated[str, Path(pattern=r"^dsr_[0-9a-hjkmnp-tv-z]{26}$", description="Earmark's id of it.")]


class Named(BaseModel):
    """One thing that names the person."""

    model_config = ConfigDict(extra="forbid")

    kind: IdentifierKind
    value: str = Field(min_length=1, max_length=200, repr=False)


class NewRequest(BaseModel):
    """What a person asks for."""

    model_config = ConfigDict(extra="forbid")

    kind: RequestKind
    identifiers: list[Named] = Field(min_length=1, max_length=20)
    place: str | None = Field(default=None, max_length=6, description="Where they are, such as `NZ` or `US-CA`.")
    received_on: date | None = Field(default=None, description="The day it came, where that was before today.")
    note: str = Field(default="", max_length=4000, repr=False)
    agent: str = Field(default="", max_length=200, repr=False, description="Who acts for them, if anybody does.")


class RequestView(BaseModel):
    """Where a request stands; nothing of who asks."""

    id: str
    kind: RequestKind
    state: RequestState
    received_on: date
    due_on: date = Field(description="The last day for an answer: the earliest clock counts.")
    due_by: str = Field(description="The clause that set the day.")
    identity: Identity
    has_export: bool


class OpenedView(RequestView):
    """A request that was taken in."""

    token: str = Field(description="By which the person follows it on the public page. Told once.")


@router.post("/subject-requests", status_code=HTTPStatus.CREATED)
def open_subject_request(wanted: NewRequest, context: Context, who: SubjectsWrite) -> OpenedView:
    """Take a request in. Its clock runs from the day it came, and nothing of the person is trained on from now."""
    named = tuple(Identifier(kind=one.kind, value=one.value) for one in wanted.identifiers)
    ask = Ask(
        kind=wanted.kind,
        details=SubjectDetails(identifiers=named, note=wanted.note, agent=wanted.agent),
        channel="api",
        place=wanted.place,
        received_on=wanted.received_on,
    )
    with context.database.transaction(who.tenant) as tx:
        bundle = bundle_in_force(tx, policy_of(tx))
        matrix, actor = context.law.matrix, who.actor
        opened = open_request(tx, ask, bundle=bundle, matrix=matrix, keys=context.keys, actor=actor)
    return OpenedView(token=opened.token, **view_of(opened.request).model_dump())


@router.get("/subject-requests")
def list_subject_requests(
    context: Context,
    who: SubjectsRead,
    is_answered: Annotated[bool, Query(description="Also those that were answered.")] = False,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> Page[RequestView]:
    """List requests, the first due first."""
    with context.database.transaction(who.tenant) as tx:
        found = read_requests(tx, only_open=not is_answered, after=after_of(cursor), limit=limit)
    return Page(items=[view_of(request) for request in found.requests], next=next_of(found.after))


@router.get("/subject-requests/{request}")
def show_subject_request(request: RequestName, context: Context, who: SubjectsRead) -> RequestView:
    """Show where one request stands."""
    with context.database.transaction(who.tenant) as tx:
        return view_of(get_request(tx, request))


@router.get("/subject-requests/{request}/export", response_class=Response)
def download_export(request: RequestName, context: Context, who: SubjectsRead) -> Response:
    """Download the zip that answers a request for access or portability. It stands in the audit log."""
    with context.database.transaction(who.tenant) as tx:
        found = get_request(tx, request)
    body = read_export(context.vault, who.tenant, found, actor=who.actor)
    return Response(body, media_type="application/zip", headers={"Cache-Control": "no-store"})


def view_of(request: SubjectRequest) -> RequestView:
    """Tell where a request stands."""
    clause = request.deadline.clause
    return RequestView(
        id=request.id,
        kind=request.kind,
        state=request.state,
        received_on=request.received_on,
        due_on=request.deadline.due_on,
        due_by=f"{clause.document} {clause.section}: {clause.key}",
        identity=request.identity,
        has_export=request.export is not None,
    )
