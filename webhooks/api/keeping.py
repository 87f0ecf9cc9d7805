"""What is kept without an end, and its yearly justification in writing, as the page of it has them."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import Field

from pipeline.decisions.justify import SHORTEST, justify
from pipeline.model.artifact import ArtifactKind
from pipeline.reads.keeping import read_keeping
from pipeline.store.retention_runs import list_justifications
from webhooks.api.door import ApiRoute, AuditRead, Context, HoldsWrite
from webhooks.api.pages import USUAL, Cursor, Given, Limit, Page, View, slice_of

router = APIRouter(prefix="/api/v1", tags=["deletions"], route_class=ApiRoute)


class KindView(View):
    """A kind that may be kept without an end."""

    kind: ArtifactKind
    review_days: int
    due: int
    since: date | None
    soon: int
    overdue: int
    examples: list[str]


class JustificationView(View):
    """A justification; its words are told."""

    id: str
    kind: str
    reason: str
    moved: int
    actor: str
    at: datetime


class Justified(Given):
    """Why what is due of a kind is kept."""

    kind: ArtifactKind
    reason: str = Field(min_length=SHORTEST, max_length=2000, repr=False, description="Kept sealed.")


@router.get("/keeping")
def list_kinds(context: Context, who: AuditRead, cursor: Cursor = None, limit: Limit = USUAL) -> Page[KindView]:
    """List what is kept without an end, and what is due."""
    with context.database.transaction(who.tenant) as tx:
        found = read_keeping(tx, keys=context.keys)
    shown, more = slice_of(found, lambda one: one.kind.value, cursor=cursor, limit=limit)
    return Page(items=[KindView.model_validate(one) for one in shown], next=more)


@router.get("/keeping/justifications")
def list_written(
    context: Context, who: AuditRead, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[JustificationView]:
    """List what was written, the newest first."""
    with context.database.transaction(who.tenant) as tx:
        found = tuple(reversed(list_justifications(tx, keys=context.keys)))
    shown, more = slice_of(found, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[JustificationView.model_validate(one) for one in shown], next=more)


@router.post("/keeping/justifications", status_code=201)
def write(context: Context, who: HoldsWrite, given: Justified) -> JustificationView:
    """Justify what is due of a kind."""
    with context.database.transaction(who.tenant) as tx:
        made = justify(tx, context.vault, kind=given.kind.value, reason=given.reason, actor=who.actor)
    return JustificationView.model_validate(made)
