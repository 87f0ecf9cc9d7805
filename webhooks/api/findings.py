"""The findings of a recording: each confirmed, called not personal, or joined by one that was missed.

A key may be the first of two who say that something of high risk is not personal, and never the second.
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from pipeline.decisions.corrections import Missed, add_missed, undo
from pipeline.model.entity import EntityType
from pipeline.model.ids import RecordingId
from pipeline.model.review import ChangeKind, ChangeState, NotPersonal
from pipeline.reads.findings import read_findings
from pipeline.store.redaction_changes import list_awaiting_second, list_changes
from webhooks.api.door import ApiRoute, Context, ReviewsRead, ReviewsWrite
from webhooks.api.pages import USUAL, Cursor, Given, Limit, Name, Page, RecordingName, View, after_of, next_of, slice_of
from webhooks.api.sheets import Span
from webhooks.review.corrections import MissedForm, SayForm, place_of, say_of
from webhooks.review.shared import reviewer_of, write_time

router = APIRouter(prefix="/api/v1", tags=["corrections"], route_class=ApiRoute)
Key = Annotated[str, Path(max_length=80, description="The `key` of a finding.")]


class FindingView(View):
    """One hidden place of the version in force."""

    key: str
    version: int
    turn: int
    type: EntityType
    label: str
    score: float
    channel: int
    time: Span
    is_high_risk: bool


class ChangeView(View):
    """One change of a redaction."""

    id: str
    recording: str
    batch: str | None
    kind: ChangeKind
    type: EntityType
    channel: int
    time: Span
    code: NotPersonal | None
    base_version: int
    actor: str
    at: datetime
    due_at: datetime
    state: ChangeState
    second_actor: str | None
    version: int | None


class Said(Given):
    """What is said of a finding."""

    version: int = Field(description="The version that was looked at; 409 where another is in force by now.")
    kind: ChangeKind
    code: NotPersonal | None = Field(default=None, description="Why, where it is not personal.")
    reason: str = Field(default="", max_length=1000, repr=False, description="Kept sealed.")
    everywhere: bool = Field(default=False, description="Of all in this call that are called the same.")


class MissedPlace(Given):
    """A place that was missed: a time on a channel, or the words of a turn from the first to the last."""

    version: int
    type: EntityType
    channel: int = Field(default=0, ge=0)
    start_ms: int = Field(default=0, ge=0, le=100_000_000)
    end_ms: int = Field(default=0, ge=0, le=100_000_000)
    turn: int | None = Field(default=None, ge=0)
    first: int = Field(default=0, ge=0)
    last: int = Field(default=0, ge=0)
    reason: str = Field(default="", max_length=1000, repr=False, description="Kept sealed.")


@router.get("/recordings/{recording}/findings")
def list_findings(
    context: Context, who: ReviewsRead, recording: RecordingName, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[FindingView]:
    """List what the redaction in force hides: types and places, never the words. It stands in the audit log."""
    found = read_findings(context.vault, who.tenant, RecordingId(recording), actor=who.actor)
    places = [one.place for one in found.findings]
    shown, more = slice_of(places, lambda place: place.key, cursor=cursor, limit=limit)
    return Page(items=[FindingView.model_validate(place) for place in shown], next=more)


@router.post("/recordings/{recording}/findings/{key}")
def say_of_finding(
    context: Context, who: ReviewsWrite, recording: RecordingName, key: Key, said: Said
) -> list[ChangeView]:
    """Confirm a finding, or call it not personal; give every change of the recording."""
    form = SayForm(
        version=said.version,
        kind=said.kind,
        code=said.code.value if said.code else "",
        reason=said.reason,
        everywhere="on" if said.everywhere else "",
    )
    say_of(context, who, RecordingId(recording), key, form)
    with context.database.transaction(who.tenant) as tx:
        return [ChangeView.model_validate(change) for change in list_changes(tx, RecordingId(recording))]


@router.post("/recordings/{recording}/missed", status_code=HTTPStatus.CREATED)
def add_missed_place(context: Context, who: ReviewsWrite, recording: RecordingName, place: MissedPlace) -> ChangeView:
    """Have a missed place hidden; a worker renders a new version."""
    name = RecordingId(recording)
    given = place.model_dump(include={"version", "type", "channel", "turn", "first", "last", "reason"})
    form = MissedForm(**given, start=write_time(place.start_ms), end=write_time(place.end_ms))
    channel, time = place_of(context, who, name, form)
    missed = Missed(version=place.version, channel=channel, time=time, type=place.type)
    with context.database.transaction(who.tenant) as tx:
        made = add_missed(tx, name, missed, by=reviewer_of(context, who), reason=place.reason)
    return ChangeView.model_validate(made)


@router.get("/recordings/{recording}/changes")
def list_changes_of(
    context: Context, who: ReviewsRead, recording: RecordingName, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[ChangeView]:
    """List what was changed of a recording's redaction, and how far each change is."""
    read_findings(context.vault, who.tenant, RecordingId(recording), actor=who.actor)
    with context.database.transaction(who.tenant) as tx:
        found = list_changes(tx, RecordingId(recording))
    shown, more = slice_of(found, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[ChangeView.model_validate(change) for change in shown], next=more)


@router.get("/changes")
def list_waiting(context: Context, who: ReviewsRead, cursor: Cursor = None, limit: Limit = USUAL) -> Page[ChangeView]:
    """List what waits for a second reviewer, who is a person in the console."""
    with context.database.transaction(who.tenant) as tx:
        found = list_awaiting_second(tx, after=after_of(cursor), limit=limit + 1)
    more = found[limit - 1].id if len(found) > limit else None
    return Page(items=[ChangeView.model_validate(change) for change in found[:limit]], next=next_of(more))


@router.post("/changes/{change}/undo")
def undo_change(context: Context, who: ReviewsWrite, change: Name) -> ChangeView:
    """Take a change back that is not rendered yet."""
    with context.database.transaction(who.tenant) as tx:
        return ChangeView.model_validate(undo(tx, change, actor=who.actor))
