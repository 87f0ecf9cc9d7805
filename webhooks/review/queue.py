"""The review queue: what waits, the riskiest first, with why; filters, own searches, words; who works on what."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, StringConstraints

from pipeline.decisions.review_queue import MoveAsk, look_for, move_item, save_search
from pipeline.model.entity import EntityType
from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted
from pipeline.model.ids import RecordingId
from pipeline.model.queue_item import AGES, ANY, ME, NOBODY, RISKS, WAITS, Move, QueueFilter, QueueOrder, QueueState
from pipeline.model.queue_item import read_filter as read_wanted
from pipeline.model.risk import SENTENCES, ConsentSign, Mark
from pipeline.reads.word_matches import find_in_queue
from pipeline.store.policy_versions import name_versions
from pipeline.store.review_queue import QueuePage, count_waiting, find_next, read_queue
from pipeline.store.saved_searches import list_searches, remove_search
from webhooks.pages.render import Notice, go_to, show
from webhooks.pages.who import SignedIn
from webhooks.review.queue_words import SAID
from webhooks.review.shared import Context, Reads, RecordingName, Reviews, may_change
from webhooks.tenancy import WebContext

router = APIRouter(prefix="/review", include_in_schema=False)
Words = Annotated[str, Form(max_length=300)]


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


class MoveForm(BaseModel):
    """What somebody wants to do with a line as they saw it."""

    move: Move
    version: int
    towards: Annotated[str, StringConstraints(max_length=60)] = ""
    note: Annotated[str, StringConstraints(max_length=1100)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of the queue, and what was looked for, with its id."""

    page: QueuePage
    said: str = field(default="", repr=False)
    search: str = ""


_REFUSED: Final = (Conflict, IllegalTransition, InvalidInput, NotPermitted)
_SENTENCES: Final = {
    Conflict: _("Somebody moved this recording since you saw it. Look again."),
    IllegalTransition: _("It cannot be moved that way from where it is."),
    NotPermitted: _("Somebody else works on this recording."),
    InvalidInput: _("This cannot be taken: write why, or choose one of what is offered."),
}


@router.get("")
def read_page(
    request: Request,
    who: Reads,
    context: Context,
    after: Annotated[str, Query(max_length=300)] = "",
    search: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Show the queue."""
    wanted = read_wanted(dict(request.query_params))
    try:
        found = _found(context, who, wanted, search=search, after=after)
    except NotFound:
        return go_to(f"/review?{urlencode(wanted.plain())}")
    return _page(request, context, who, wanted, found)


@router.post("/search")
def look(request: Request, who: Reads, context: Context, words: Words = "") -> Response:
    """Note what somebody looks for; the words stay out of addresses."""
    kept = read_wanted(dict(request.query_params)).plain()
    try:
        with context.database.transaction(who.tenant) as tx:
            search = look_for(tx, words, keys=context.keys, actor=who.actor) if words.strip() else ""
    except InvalidInput as error:
        return _refused(request, context, who, error)
    return go_to(f"/review?{urlencode(kept | ({'search': search} if search else {}))}")


@router.post("/searches")
def keep(request: Request, who: Reads, context: Context, name: Annotated[str, Form(max_length=80)] = "") -> Response:
    """Keep the present filter under a name of one's own."""
    wanted = read_wanted(dict(request.query_params))
    try:
        with context.database.transaction(who.tenant) as tx:
            save_search(tx, wanted, name=name, keys=context.keys, actor=who.actor)
    except _REFUSED as error:
        return _refused(request, context, who, error)
    return go_to(f"/review?{urlencode(wanted.plain())}")


@router.post("/searches/{search}/remove")
def forget(who: Reads, context: Context, search: str) -> Response:
    """Forget a search of one's own."""
    with context.database.transaction(who.tenant) as tx:
        if not remove_search(tx, search, actor=who.actor):
            raise NotFound
    return go_to("/review")


@router.get("/first")
def begin(who: Reads, context: Context) -> Response:
    """Go to what should be looked at first; to the queue where nothing waits."""
    with context.database.transaction(who.tenant) as tx:
        waiting = read_queue(tx, QueueFilter(), limit=1).items
    return go_to(f"/review/recordings/{waiting[0].recording}" if waiting else "/review")


@router.get("/recordings/{recording}/next")
def go_on(who: Reads, context: Context, recording: RecordingName) -> Response:
    """Go to what waits after a recording; to the queue where nothing else does."""
    with context.database.transaction(who.tenant) as tx:
        following = find_next(tx, RecordingId(recording), actor=who.actor)
    return go_to(f"/review/recordings/{following.recording}" if following else "/review")


@router.post("/recordings/{recording}/move")
def move(
    request: Request, who: Reviews, context: Context, recording: RecordingName, form: Annotated[MoveForm, Form()]
) -> Response:
    """Claim, release, assign, escalate, close or reopen a recording as somebody saw it."""
    ask = MoveAsk(move=form.move, version=form.version, towards=form.towards, note=form.note)
    try:
        with context.database.transaction(who.tenant) as tx:
            move_item(tx, RecordingId(recording), ask, keys=context.keys, actor=who.actor)
    except _REFUSED as error:
        return _refused(request, context, who, error)
    return go_to(f"/review/recordings/{recording}" if form.move is not Move.CLOSE else "/review")


def _found(context: WebContext, who: SignedIn, wanted: QueueFilter, *, search: str = "", after: str = "") -> Found:
    meant = replace(wanted, assignee=_actor(wanted.assignee, who)) if wanted.assignee else wanted
    if search:
        cursor = after or None
        page, looked = find_in_queue(context.vault, who.tenant, meant, search=search, cursor=cursor, actor=who.actor)
        return Found(page=page, said=looked.query, search=search)
    with context.database.transaction(who.tenant) as tx:
        return Found(page=read_queue(tx, meant, cursor=after or None))


def _actor(assignee: str, who: SignedIn) -> str:
    if assignee == ME:
        return who.actor
    return assignee if assignee == NOBODY else f"user:{assignee}"


def _refused(request: Request, context: WebContext, who: SignedIn, error: Exception) -> Response:
    wanted = QueueFilter()
    found = _found(context, who, wanted)
    text = next((text for kind, text in _SENTENCES.items() if isinstance(error, kind)), str(error))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(error, InvalidInput) else HTTPStatus.CONFLICT
    return _page(request, context, who, wanted, found, refusal=(text, status))


def _page(
    request: Request,
    context: WebContext,
    who: SignedIn,
    wanted: QueueFilter,
    found: Found,
    *,
    refusal: tuple[str, HTTPStatus] = ("", HTTPStatus.OK),
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        waiting = count_waiting(tx)
        searches = list_searches(tx, actor=who.actor, keys=context.keys)
        policies = name_versions(tx)
        now = tx.now
    asked = wanted.plain() | ({"search": found.search} if found.search else {})
    values: dict[str, Any] = {
        "title": _("Review queue"),
        "found": found.page,
        "wanted": wanted,
        "asked": urlencode(wanted.plain()),
        "more": f"/review?{urlencode(asked | {'after': found.page.cursor})}" if found.page.cursor else "",
        "waiting": waiting,
        "searches": [(one, urlencode(one.filter.plain())) for one in searches],
        "looked_for": found.said,
        "now": now,
        "sentences": SENTENCES,
        "names": SAID,
        "offers": _OFFERS | {"policy": ("", *policies)},
        "policies": policies,
        "may_change": may_change(who),
        "notice": Notice(text=refusal[0]) if refusal[0] else None,
    }
    return show(request, who, "review/queue.html", values, status=refusal[1], block="rows")


_OFFERS: Final = {
    "state": (WAITS, *QueueState, ANY),
    "risk": (0, *RISKS),
    "days": (0, *AGES),
    "entity": ("", *sorted(EntityType)),
    "consent": ("", *ConsentSign),
    "mark": ("", *Mark),
    "assignee": ("", ME, NOBODY),
    "order": tuple(QueueOrder),
}
