"""The versions of a redaction, what differs between two of them, and the end of a review."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from pipeline.decisions.review_outcomes import approve, reject
from pipeline.model.ids import RecordingId
from pipeline.model.review import Rejection, ReviewState
from pipeline.reads.findings import read_diff
from pipeline.store.recordings import get_recording
from pipeline.store.redaction_versions import list_versions
from pipeline.store.review_outcomes import list_outcomes
from webhooks.api.door import ApiRoute, Context, ReviewsRead, ReviewsWrite
from webhooks.api.pages import USUAL, Cursor, Given, Limit, Page, RecordingName, View, slice_of
from webhooks.api.sheets import Span
from webhooks.review.shared import reviewer_of

router = APIRouter(prefix="/api/v1/recordings/{recording}", tags=["corrections"], route_class=ApiRoute)
Number = Annotated[int, Query(ge=1)]


class VersionView(View):
    """One version of a redaction; names are ids of artifacts."""

    number: int
    manifest: str
    audio: str
    text: str
    made_at: datetime
    changes: int


class OutcomeView(View):
    """How a review ended."""

    id: str
    outcome: ReviewState
    code: Rejection | None
    version: int
    actor: str
    at: datetime


class DifferenceView(View):
    """One place that differs between two versions."""

    kind: str
    channel: int
    time: Span
    type: str | None
    was: Span | None


class Approval(Given):
    """Which version was looked at."""

    version: int = Field(ge=1)
    reason: str = Field(default="", max_length=1000, repr=False, description="Kept sealed.")


class Refusal(Approval):
    """Which version was looked at, and why it is withheld."""

    code: Rejection


@router.get("/versions")
def list_all(
    context: Context, who: ReviewsRead, recording: RecordingName, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[VersionView]:
    """List the versions of a redaction, the first one first."""
    with context.database.transaction(who.tenant) as tx:
        get_recording(tx, RecordingId(recording))
        found = list_versions(tx, RecordingId(recording))
    shown, more = slice_of(found, lambda one: str(one.number), cursor=cursor, limit=limit)
    return Page(items=[VersionView.model_validate(one) for one in shown], next=more)


@router.get("/versions/differences")
def compare(
    context: Context,
    who: ReviewsRead,
    recording: RecordingName,
    old: Number,
    new: Number,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> Page[DifferenceView]:
    """List what differs between two versions, in order of time. It stands in the audit log."""
    found = read_diff(context.vault, who.tenant, RecordingId(recording), actor=who.actor, numbers=(old, new))
    shown, more = slice_of(list(enumerate(found)), lambda pair: str(pair[0]), cursor=cursor, limit=limit)
    return Page(items=[DifferenceView.model_validate(one) for _at, one in shown], next=more)


@router.get("/outcomes")
def list_ends(
    context: Context, who: ReviewsRead, recording: RecordingName, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[OutcomeView]:
    """List how reviews of a recording ended."""
    with context.database.transaction(who.tenant) as tx:
        get_recording(tx, RecordingId(recording))
        found = list_outcomes(tx, RecordingId(recording))
    shown, more = slice_of(found, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[OutcomeView.model_validate(one) for one in shown], next=more)


@router.post("/approve")
def approve_recording(context: Context, who: ReviewsWrite, recording: RecordingName, seen: Approval) -> OutcomeView:
    """Sign the redaction off, as it was looked at; 409 where another version is in force by now."""
    by = reviewer_of(context, who)
    with context.database.transaction(who.tenant) as tx:
        done = approve(tx, RecordingId(recording), version=seen.version, by=by, reason=seen.reason)
    return OutcomeView.model_validate(done)


@router.post("/reject")
def reject_recording(context: Context, who: ReviewsWrite, recording: RecordingName, seen: Refusal) -> OutcomeView:
    """Withhold the recording again."""
    by = reviewer_of(context, who)
    with context.database.transaction(who.tenant) as tx:
        done = reject(tx, RecordingId(recording), version=seen.version, code=seen.code, by=by, reason=seen.reason)
    return OutcomeView.model_validate(done)
