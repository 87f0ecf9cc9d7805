"""The review queue: what waits, with why; and who works on what."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from pipeline.decisions.review_queue import MoveAsk, look_for, move_item, save_search
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.queue_item import Move, QueueFilter, QueueState, read_filter
from pipeline.model.risk import ConsentSign, Mark, RiskCode
from pipeline.reads.word_matches import find_in_queue
from pipeline.store.review_queue import read_queue
from pipeline.store.saved_searches import list_searches, remove_search
from webhooks.api.door import ApiRoute, Context, ReviewsRead, ReviewsWrite
from webhooks.api.pages import MOST, USUAL, Cursor, Given, Limit, Name, Page, RecordingName, View, slice_of

router = APIRouter(prefix="/api/v1", tags=["review queue"], route_class=ApiRoute)


class PartView(View):
    """One reason of a risk, with its points."""

    code: RiskCode
    points: int
    count: int


class ItemView(View):
    """One line of the queue."""

    id: str
    recording: str
    state: QueueState
    risk: int
    parts: list[PartView]
    marks: list[Mark]
    entity_types: list[str]
    entities: int
    consent: ConsentSign | None
    policy_digest: str | None
    opened_at: datetime
    assignee: str | None
    escalated_to: str | None
    version: int = Field(description="Named by whoever moves the line, so that two do not move it at once.")


class MoveView(Given):
    """What is to be done with a line as it was seen."""

    move: Move
    version: int
    towards: str = Field(default="", max_length=60, description="To whom it is assigned or escalated.")
    note: str = Field(default="", max_length=1000, repr=False, description="Why; kept sealed.")


class Wanted(Given):
    """What the queue is asked for, in the words of its page."""

    state: str = Field(default="", max_length=64)
    risk: int = 0
    days: int = 0
    entity: str = Field(default="", max_length=64)
    consent: str = Field(default="", max_length=64)
    assignee: str = Field(default="", max_length=64)
    policy: str = Field(default="", max_length=64)
    mark: str = Field(default="", max_length=64)
    order: str = Field(default="", max_length=64)


class Asked(Wanted):
    """A page of it."""

    search: str = Field(default="", max_length=60, description="Id of words that are looked for.")
    cursor: str | None = Field(default=None, max_length=300, description="`next` of the page before, unchanged.")
    limit: int = Field(default=USUAL, ge=1, le=MOST, description="How many at most.")


class NewSearch(Wanted):
    """A filter that is kept under a name."""

    name: str = Field(min_length=1, max_length=80, repr=False)


class SearchView(View):
    """A filter that was kept."""

    id: str
    name: str
    filter: dict[str, str]


class Words(Given):
    """What is looked for in redacted transcripts."""

    words: str = Field(min_length=1, max_length=300, repr=False)


class Made(View):
    """The id of what was made."""

    id: str


@router.get("/queue")
def read_queue_page(context: Context, who: ReviewsRead, asked: Annotated[Asked, Query()]) -> Page[ItemView]:
    """List what waits, the riskiest first; with `search` a page may be shorter than `limit`."""
    meant, cursor = _filter(asked), asked.cursor
    if asked.search:
        page, _ = find_in_queue(context.vault, who.tenant, meant, search=asked.search, cursor=cursor, actor=who.actor)
    else:
        with context.database.transaction(who.tenant) as tx:
            page = read_queue(tx, meant, cursor=cursor, limit=asked.limit)
    return Page(items=[ItemView.model_validate(item) for item in page.items], next=page.cursor)


@router.post("/queue/words", status_code=HTTPStatus.CREATED)
def look(context: Context, who: ReviewsRead, words: Words) -> Made:
    """Say what words are looked for, so that they stand in no address; `GET /queue?search=` finds them."""
    with context.database.transaction(who.tenant) as tx:
        return Made(id=look_for(tx, words.words, keys=context.keys, actor=who.actor))


@router.get("/queue/searches")
def list_saved(context: Context, who: ReviewsRead, cursor: Cursor = None, limit: Limit = USUAL) -> Page[SearchView]:
    """List the filters that this key keeps."""
    with context.database.transaction(who.tenant) as tx:
        kept = list_searches(tx, actor=who.actor, keys=context.keys)
    shown, more = slice_of(kept, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[SearchView(id=o.id, name=o.name, filter=o.filter.plain()) for o in shown], next=more)


@router.post("/queue/searches", status_code=HTTPStatus.CREATED)
def keep_search(context: Context, who: ReviewsRead, wanted: NewSearch) -> Made:
    """Keep a filter under a name."""
    with context.database.transaction(who.tenant) as tx:
        return Made(id=save_search(tx, _filter(wanted), name=wanted.name, keys=context.keys, actor=who.actor))


@router.delete("/queue/searches/{search}", status_code=HTTPStatus.NO_CONTENT, response_class=Response)
def forget_search(context: Context, who: ReviewsRead, search: Name) -> None:
    """Forget a filter that this key keeps."""
    with context.database.transaction(who.tenant) as tx:
        if not remove_search(tx, search, actor=who.actor):
            raise NotFound


@router.post("/queue/{recording}/move")
def move_line(context: Context, who: ReviewsWrite, recording: RecordingName, wish: MoveView) -> ItemView:
    """Claim, release, assign, escalate, close or reopen a line as it was seen; 409 where it was moved meanwhile."""
    ask = MoveAsk(move=wish.move, version=wish.version, towards=wish.towards, note=wish.note)
    with context.database.transaction(who.tenant) as tx:
        return ItemView.model_validate(move_item(tx, RecordingId(recording), ask, keys=context.keys, actor=who.actor))


def _filter(wanted: Wanted) -> QueueFilter:
    given = wanted.model_dump(include=set(Wanted.model_fields), exclude_defaults=True)
    return read_filter({name: str(value) for name, value in given.items()})
