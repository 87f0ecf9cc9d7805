"""What is decided about a request of a person: who asks, that it is refused, answered, taken back or closed.

An answer that deletes or hands data out is asked for here and allowed by a person in the console, as the page has it.
"""

from __future__ import annotations

from enum import StrEnum

from fastapi import APIRouter
from pydantic import Field

from pipeline.model.ids import RecordingId
from pipeline.reads.subject_request import read_request
from webhooks.api.door import ApiRoute, Context, SubjectsRead, SubjectsWrite
from webhooks.api.pages import USUAL, Cursor, Limit, Name, Page, View, Why, slice_of
from webhooks.api.subject_requests import RequestView, view_of
from webhooks.operations.request_acts import ACTS, Given

router = APIRouter(prefix="/api/v1/subject-requests/{request}", tags=["subject requests"], route_class=ApiRoute)


class Act(StrEnum):
    """What may be decided by a key; `approve` is not among them."""

    VERIFY = "verify"
    VERIFY_AGENT = "verify-agent"
    REFUSE = "refuse"
    ANSWER = "answer"
    TAKE_BACK = "take-back"
    BY_HAND = "by-hand"
    CLOSE = "close"


class Decided(Why):
    """Why, and which recordings beside those that were found."""

    also: list[str] = Field(default_factory=list, max_length=60, description="Recordings by id, for an answer.")


class MatchView(View):
    """A call or recording in which the person was found."""

    call: str | None
    recording: str | None
    whose: str
    strength: str
    kinds: list[str]


@router.post("/acts/{act}")
def decide(context: Context, who: SubjectsWrite, request: Name, act: Act, given: Decided) -> RequestView:
    """Do one of the acts."""
    also = tuple(RecordingId(name) for name in given.also)
    with context.database.transaction(who.tenant) as tx:
        ACTS[act.value](Given(tx=tx, name=request, who=who, context=context, reason=given.reason, also=also))
        return view_of(read_request(tx, request, keys=context.keys, actor=who.actor).request)


@router.get("/found")
def list_found(
    context: Context, who: SubjectsRead, request: Name, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[MatchView]:
    """List where the person was found; what they are found by is not told."""
    with context.database.transaction(who.tenant) as tx:
        found = list(enumerate(read_request(tx, request, keys=context.keys, actor=who.actor).found))
    shown, more = slice_of(found, lambda pair: str(pair[0]), cursor=cursor, limit=limit)
    return Page(items=[MatchView.model_validate(one) for _at, one in shown], next=more)
