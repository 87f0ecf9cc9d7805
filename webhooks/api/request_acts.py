"""What is decided about a request of a person: who asks, that it is refused, answered, taken back or closed.

An answer that deletes or hands data out is asked for here and allowed by a person in the console, as the page has it.
"""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from pipeline.decisions.give_correction import GivenWords, give_correction
from pipeline.model.correction import LONGEST, MOST, read_corrections
from pipeline.model.ids import RecordingId
from pipeline.reads.correction_sheet import read_correction_sheet
from pipeline.reads.subject_request import read_request
from webhooks.api.door import ApiRoute, Context, SubjectsRead, SubjectsWrite
from webhooks.api.pages import USUAL, Cursor, Given, Limit, Name, Page, View, Why, slice_of
from webhooks.api.subject_requests import RequestView, view_of
from webhooks.operations.request_acts import ACTS
from webhooks.operations.request_acts import Given as GivenAct

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


class TurnView(View):
    """A redacted turn; `corrected` is what stands beside it."""

    turn: int
    speaker: str
    text: str
    corrected: str


class TurnWords(Given):
    """What a turn should have said."""

    turn: int = Field(ge=0)
    text: str = Field(min_length=1, max_length=LONGEST, repr=False)


class Corrected(Why):
    """The words of a correction; kept sealed."""

    recording: str = Field(max_length=60)
    corrections: list[TurnWords] = Field(min_length=1, max_length=MOST)


@router.post("/acts/{act}")
def decide(context: Context, who: SubjectsWrite, request: Name, act: Act, given: Decided) -> RequestView:
    """Do one of the acts."""
    also = tuple(RecordingId(name) for name in given.also)
    with context.database.transaction(who.tenant) as tx:
        ACTS[act.value](GivenAct(tx=tx, name=request, who=who, context=context, reason=given.reason, also=also))
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


@router.get("/turns")
def list_turns(
    context: Context,
    who: SubjectsRead,
    request: Name,
    recording: Annotated[str, Query(max_length=60, description="One in which the person was found.")] = "",
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> Page[TurnView]:
    """List the redacted turns that a correction may be of, and what stands beside them by now. It is audited."""
    turns = read_correction_sheet(context.vault, who.tenant, request, RecordingId(recording), actor=who.actor)
    shown, more = slice_of(turns, lambda one: str(one.turn), cursor=cursor, limit=limit)
    return Page(items=[TurnView.model_validate(one) for one in shown], next=more)


@router.post("/correction", status_code=HTTPStatus.ACCEPTED)
def correct(context: Context, who: SubjectsWrite, request: Name, given: Corrected) -> RequestView:
    """Answer a request for correction with its words; a worker writes them beside what was heard."""
    words = read_corrections([one.model_dump() for one in given.corrections])
    wanted = GivenWords(recording=RecordingId(given.recording), corrections=words, reason=given.reason)
    with context.database.transaction(who.tenant) as tx:
        found = give_correction(tx, request, wanted, actor=who.actor, keys=context.keys, queue=context.queue)
    return view_of(found)
