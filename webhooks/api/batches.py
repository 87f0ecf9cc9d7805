"""The same said of many findings: counted first, said of all, and taken back while nothing is rendered."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from pipeline.decisions.batches import apply_batch, undo_batch
from pipeline.decisions.corrections import Saying
from pipeline.model.entity import EntityType
from pipeline.model.errors import Conflict
from pipeline.model.ids import RecordingId
from pipeline.model.review import ChangeKind, FindingFilter, NotPersonal
from pipeline.reads.findings import preview_batch
from pipeline.store.change_batches import get_batch, list_batches
from webhooks.api.door import ApiRoute, Context, ReviewsRead, ReviewsWrite
from webhooks.api.pages import USUAL, Cursor, Given, Limit, Name, Page, View, slice_of
from webhooks.review.shared import reviewer_of

router = APIRouter(prefix="/api/v1", tags=["corrections"], route_class=ApiRoute)
_MOST_LISTED = 1000


class Wanted(Given):
    """Which findings: a type, the highest score, some recordings by id."""

    type: EntityType
    max_score: float = Field(default=1.0, ge=0, le=1)
    recordings: list[str] = Field(default_factory=list, max_length=50)

    def filter(self) -> FindingFilter:
        """Give them as a filter."""
        named = tuple(dict.fromkeys(RecordingId(name) for name in self.recordings))
        return FindingFilter(type=self.type, max_score=self.max_score, recordings=named)


class Say(Wanted):
    """What is said of them, and the digest of what was seen."""

    digest: str = Field(max_length=80, description="Of the preview; 409 where it would be other findings by now.")
    kind: ChangeKind
    code: NotPersonal | None = None
    reason: str = Field(default="", max_length=1000, repr=False, description="Kept sealed.")


class PreviewView(View):
    """How many it would be."""

    digest: str
    findings: int
    by_recording: dict[str, int]
    high_risk: int = Field(description="These wait for a second reviewer.")
    skipped: int


class BatchView(View):
    """What was said of many."""

    id: str
    kind: ChangeKind
    changes: int
    actor: str
    at: datetime
    undone_at: datetime | None


@router.get("/batches/preview")
def preview(context: Context, who: ReviewsRead, wanted: Annotated[Wanted, Query()]) -> PreviewView:
    """Count the findings that a filter means; nothing is written but that they were read."""
    seen = preview_batch(context.vault, who.tenant, wanted.filter(), actor=who.actor)
    return PreviewView(
        digest=seen.digest,
        findings=len(seen.findings),
        by_recording={str(name): count for name, count in seen.by_recording.items()},
        high_risk=seen.high_risk,
        skipped=seen.skipped,
    )


@router.get("/batches")
def list_all(context: Context, who: ReviewsRead, cursor: Cursor = None, limit: Limit = USUAL) -> Page[BatchView]:
    """List batches, the newest first."""
    with context.database.transaction(who.tenant) as tx:
        found = list_batches(tx, limit=_MOST_LISTED)
    shown, more = slice_of(found, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[BatchView.model_validate(one) for one in shown], next=more)


@router.post("/batches", status_code=HTTPStatus.CREATED)
def say_of_all(context: Context, who: ReviewsWrite, said: Say) -> BatchView:
    """Say the same of every finding that was seen."""
    wanted = said.filter()
    seen = preview_batch(context.vault, who.tenant, wanted, actor=who.actor)
    if seen.digest != said.digest:
        raise Conflict("other findings by now")
    saying = Saying(kind=said.kind, code=said.code, reason=said.reason)
    with context.database.transaction(who.tenant) as tx:
        return BatchView.model_validate(
            apply_batch(tx, seen.findings, saying, filter=wanted, by=reviewer_of(context, who))
        )


@router.post("/batches/{batch}/undo")
def take_back(context: Context, who: ReviewsWrite, batch: Name) -> BatchView:
    """Take a batch back of which nothing is rendered yet."""
    with context.database.transaction(who.tenant) as tx:
        undo_batch(tx, batch, actor=who.actor)
        return BatchView.model_validate(get_batch(tx, batch))
