"""Who asked to see what stands behind a hidden place, and who allowed it.

A reveal opens to the person who asked, for minutes, before their eyes; so no key asks, allows or reads one. A key may
refuse one, which opens nothing.
"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter

from pipeline.decisions.reveals import answer_reveal
from pipeline.model.entity import EntityType
from pipeline.model.ids import RecordingId
from pipeline.model.reveal import RevealPurpose
from pipeline.store.recordings import get_recording
from pipeline.store.reveals import list_asked, list_reveals_of
from webhooks.api.door import ApiRoute, AuditRead, Context, ReviewsWrite
from webhooks.api.pages import MOST, USUAL, Cursor, Limit, Name, Page, RecordingName, View, slice_of
from webhooks.api.sheets import Span

router = APIRouter(prefix="/api/v1", tags=["reveals"], route_class=ApiRoute)
_MOST_LISTED = 5 * MOST


class RevealView(View):
    """One reveal: what was asked for, by whom, and what became of it. Never what it showed, nor the reason."""

    id: str
    recording: str
    version: int
    type: EntityType
    channel: int
    time: Span
    purpose: RevealPurpose
    asked_by: str
    asked_at: datetime
    answered_by: str | None
    answered_at: datetime | None
    ends_at: datetime | None


@router.get("/reveals")
def list_waiting(context: Context, who: AuditRead, cursor: Cursor = None, limit: Limit = USUAL) -> Page[RevealView]:
    """List what waits to be allowed or refused."""
    with context.database.transaction(who.tenant) as tx:
        found = list_asked(tx, limit=_MOST_LISTED)
    shown, more = slice_of(found, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[RevealView.model_validate(one) for one in shown], next=more)


@router.get("/recordings/{recording}/reveals")
def list_of_recording(
    context: Context, who: AuditRead, recording: RecordingName, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[RevealView]:
    """List what was asked for of a recording."""
    with context.database.transaction(who.tenant) as tx:
        get_recording(tx, RecordingId(recording))
        found = list_reveals_of(tx, RecordingId(recording), limit=_MOST_LISTED)
    shown, more = slice_of(found, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[RevealView.model_validate(one) for one in shown], next=more)


@router.post("/reveals/{reveal}/refuse")
def refuse(context: Context, who: ReviewsWrite, reveal: Name) -> RevealView:
    """Refuse a reveal. Allowing one is for a person in the console."""
    with context.database.transaction(who.tenant) as tx:
        return RevealView.model_validate(answer_reveal(tx, reveal, allows=False, actor=who.actor))
