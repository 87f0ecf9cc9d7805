"""The findings of a recording: each confirmed, called not personal, or joined by one that was missed."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from pipeline.decisions.batches import apply_batch
from pipeline.decisions.corrections import Missed, Saying, add_missed, say, second, undo
from pipeline.model.entity import EntityType
from pipeline.model.errors import Conflict, InvalidInput, NotFound, PipelineError
from pipeline.model.ids import RecordingId
from pipeline.model.review import (
    CAN_BE_UNDONE,
    PENDING,
    ChangeKind,
    Finding,
    FindingFilter,
    NotPersonal,
    Rejection,
    has_pending,
)
from pipeline.model.span import TimeSpan
from pipeline.reads.findings import Findings, preview_batch, read_findings
from pipeline.reads.word_places import WordRange, read_word_place
from pipeline.store.redaction_changes import get_change, list_awaiting_second, read_change_reason
from pipeline.store.reviews import find_review_state
from webhooks.pages.render import Notice, go_to, show
from webhooks.pages.who import SignedIn
from webhooks.problems import status_of
from webhooks.review.shared import (
    Context,
    Reads,
    Reason,
    RecordingName,
    Reviews,
    Text,
    may_change,
    may_reveal,
    read_time,
    reviewer_of,
    write_time,
)
from webhooks.review.words import REFUSED, SAID, choices, refusal
from webhooks.tenancy import Acts, WebContext

router = APIRouter(prefix="/review", include_in_schema=False)
PAGE: Final = 100
"""How many findings are shown at a time: a call of an hour may have hundreds, and each brings its forms."""


class SayForm(BaseModel):
    """What is said of a finding, or of every open one that is called the same in this call."""

    version: int
    kind: ChangeKind
    code: Text = ""
    reason: Reason = ""
    everywhere: Text = ""


class MissedForm(BaseModel):
    """A place that was missed: a channel and a time on it, or words of a turn, from the first to the last."""

    version: int
    type: EntityType
    channel: int = 0
    start: Text = ""
    end: Text = ""
    turn: int | None = None
    first: int = 0
    last: int = 0
    reason: Reason = ""


class Wanted(BaseModel):
    """Which findings are shown: of a type, of a score and more, and the page, or the one that a finding is on."""

    type: Text = ""
    least: Annotated[float, Field(ge=0, le=1)] = 0
    at: Text = ""
    page: Annotated[int, Field(ge=1, le=10_000)] = 1

    def query(self, page: int) -> str:
        """Write the address of another page of the same."""
        asked = {"type": self.type, "least": self.least, "page": page}
        return urlencode({name: value for name, value in asked.items() if value})

    def shown(self, findings: Sequence[Finding]) -> tuple[Sequence[Finding], int, int]:
        """Give the findings of the page, its number, and how many pages there are."""
        fit = [f for f in findings if self.type in ("", f.place.type) and f.place.score >= self.least]
        at = next((n for n, f in enumerate(fit) if f.place.key == self.at), None)
        pages = max(1, -(-len(fit) // PAGE))
        page = min(pages, self.page) if at is None else at // PAGE + 1
        return fit[(page - 1) * PAGE : page * PAGE], page, pages


class SecondForm(BaseModel):
    """What a second reviewer says."""

    agrees: bool


@router.get("/recordings/{recording}/findings")
def findings_page(
    recording: RecordingName, request: Request, context: Context, who: Reads, wanted: Annotated[Wanted, Query()]
) -> Response:
    """List what the redaction in force hides, some at a time."""
    return show_findings(request, context, who, RecordingId(recording), wanted=wanted)


@router.post("/recordings/{recording}/findings/{key}")
def say_of_finding(
    recording: RecordingName,
    key: str,
    request: Request,
    context: Context,
    who: Reviews,
    form: Annotated[SayForm, Form()],
) -> Response:
    """Confirm a finding, or call it not personal, here or wherever it is said in this call."""
    try:
        say_of(context, who, RecordingId(recording), key, form)
    except REFUSED as error:
        return show_findings(request, context, who, RecordingId(recording), error=error)
    return go_to(f"/review/recordings/{recording}/findings?at={quote(key)}")


@router.post("/recordings/{recording}/missed")
def add(
    recording: RecordingName, request: Request, context: Context, who: Reviews, form: Annotated[MissedForm, Form()]
) -> Response:
    """Have a missed place hidden."""
    name = RecordingId(recording)
    try:
        channel, time = place_of(context, who, name, form)
        missed = Missed(version=form.version, channel=channel, time=time, type=form.type)
        with context.database.transaction(who.tenant) as tx:
            add_missed(tx, name, missed, by=reviewer_of(context, who), reason=form.reason)
    except REFUSED as error:
        return show_findings(request, context, who, name, error=error)
    return go_to(f"/review/recordings/{recording}/findings")


@router.post("/changes/{change}/undo")
def take_back(change: str, request: Request, context: Context, who: Reviews) -> Response:
    """Take a change back that is not rendered yet."""
    with context.database.transaction(who.tenant) as tx:
        recording = get_change(tx, change).recording
    try:
        with context.database.transaction(who.tenant) as tx:
            undo(tx, change, actor=who.actor)
    except REFUSED as error:
        return show_findings(request, context, who, recording, error=error)
    return go_to(f"/review/recordings/{recording}/findings")


@router.get("/second")
def second_page(
    request: Request, context: Context, who: Reviews, after: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """List what waits for a second reviewer."""
    return _show_second(request, context, who, after=after)


@router.post("/changes/{change}/second")
def say_second(
    change: str, request: Request, context: Context, who: Reviews, form: Annotated[SecondForm, Form()]
) -> Response:
    """Agree or disagree that something of high risk is not personal."""
    try:
        with context.database.transaction(who.tenant) as tx:
            second(tx, [change], agrees=form.agrees, by=reviewer_of(context, who))
    except REFUSED as error:
        return _show_second(request, context, who, error=error)
    return go_to("/review/second")


def show_findings(
    request: Request,
    context: WebContext,
    who: SignedIn,
    recording: RecordingId,
    *,
    error: PipelineError | None = None,
    wanted: Wanted | None = None,
) -> Response:
    """Write a page of a recording's findings, with the refusal of what was just tried."""
    wanted = wanted or Wanted()
    found = read_findings(context.vault, who.tenant, recording, actor=who.actor)
    with context.database.transaction(who.tenant) as tx:
        state = find_review_state(tx, recording)
    shown, page, pages = wanted.shown(found.findings)
    values: dict[str, Any] = {
        "title": "",
        "recording": recording,
        "found": found,
        "state": state,
        "shown": shown,
        "page": page,
        "pages": pages,
        "query": wanted.query,
        "open_keys": [one.place.key for one in shown if one.is_open],
        "open": sum(one.is_open for one in found.findings),
        "is_pending": has_pending(found.changes),
        "newest": found.changes[::-1],
        "pending": PENDING,
        "can_be_undone": CAN_BE_UNDONE,
        "said": SAID,
        "codes": choices(NotPersonal),
        "rejections": choices(Rejection),
        "types": sorted(EntityType),
        "time": write_time,
        "may_change": may_change(who),
        "may_reveal": may_reveal(who),
        "notice": None if error is None else Notice(text=refusal(error)),
    }
    status = HTTPStatus.OK if error is None else status_of(error)
    return show(request, who, "review/findings.html", values, block="panel", status=status)


def say_of(context: WebContext, who: Acts, recording: RecordingId, key: str, form: SayForm) -> None:
    """Say it of a finding as it was seen, here or wherever it is called the same in this call."""
    found = read_findings(context.vault, who.tenant, recording, actor=who.actor)
    finding = found.get(key)
    if finding is None:
        raise NotFound("no such finding")
    code = _code(form)
    saying = Saying(kind=form.kind, code=code, reason=form.reason)
    place = finding.place
    filter = FindingFilter(type=place.type, label=place.label, recordings=(recording,))
    _check_version(found, form.version)
    same = preview_batch(context.vault, who.tenant, filter, actor=who.actor).findings if form.everywhere else ()
    with context.database.transaction(who.tenant) as tx:
        if len(same) > 1:
            apply_batch(tx, same, saying, filter=filter, by=reviewer_of(context, who))
        else:
            say(tx, place, saying, by=reviewer_of(context, who))


def place_of(context: WebContext, who: Acts, recording: RecordingId, form: MissedForm) -> tuple[int, TimeSpan]:
    """Read where something was missed, and see that it lies in the sound."""
    if form.turn is not None:
        words = WordRange(turn=form.turn, first=form.first, last=form.last)
        return read_word_place(context.vault, who.tenant, recording, words, actor=who.actor)
    time = TimeSpan(read_time(form.start), read_time(form.end))
    found = read_findings(context.vault, who.tenant, recording, actor=who.actor)
    if not 0 <= form.channel < found.channels or time.end_ms > found.duration_ms:
        raise InvalidInput("the place is outside the sound")
    return form.channel, time


def _code(form: SayForm) -> NotPersonal | None:
    """Read the reason code, which a confirmation has none of."""
    if form.kind is not ChangeKind.NOT_PERSONAL:
        return None
    try:
        return NotPersonal(form.code)
    except ValueError:
        raise InvalidInput("a reason from the list") from None


def _check_version(found: Findings, seen: int) -> None:
    if found.version != seen:
        raise Conflict


def _show_second(
    request: Request, context: WebContext, who: SignedIn, *, after: str = "", error: PipelineError | None = None
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        changes = list_awaiting_second(tx, after=after, limit=51)
        reasons = {c.id: read_change_reason(tx, c.id, keys=context.keys) for c in changes[:50]}
    values = {
        "title": "",
        "changes": changes[:50],
        "reasons": reasons,
        "more": f"/review/second?after={changes[49].id}" if len(changes) > 50 else "",
        "said": SAID,
        "time": write_time,
        "notice": None if error is None else Notice(text=refusal(error)),
    }
    status = HTTPStatus.OK if error is None else status_of(error)
    return show(request, who, "review/second.html", values, block="panel", status=status)
