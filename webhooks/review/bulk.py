"""The same said of many findings: looked for, counted, said of all, and taken back while nothing is rendered."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, StringConstraints

from pipeline.decisions.batches import apply_batch, undo_batch
from pipeline.decisions.corrections import Saying
from pipeline.model.entity import EntityType
from pipeline.model.errors import Conflict, InvalidInput, PipelineError
from pipeline.model.ids import RecordingId
from pipeline.model.review import MOST_IN_BATCH, ChangeKind, FindingFilter, NotPersonal
from pipeline.reads.findings import preview_batch, read_findings
from pipeline.store.change_batches import list_batches
from webhooks.pages.render import Notice, go_to, show
from webhooks.pages.who import SignedIn
from webhooks.problems import status_of
from webhooks.review.corrections import show_findings
from webhooks.review.shared import Context, Reason, RecordingName, Reviews, Text, reviewer_of
from webhooks.review.words import REFUSED, SAID, choices, refusal
from webhooks.tenancy import WebContext

router = APIRouter(prefix="/review", include_in_schema=False)


class Wanted(BaseModel):
    """Which findings: a type, the highest score in hundredths, recordings by id, one a line or parted by spaces."""

    type: EntityType | None = None
    score: Annotated[int, Query(ge=0, le=100)] = 100
    recordings: Annotated[str, Query(max_length=2000)] = ""

    def filter(self) -> FindingFilter:
        """Give them as a filter."""
        named = tuple(dict.fromkeys(RecordingId(name) for name in self.recordings.split()))
        return FindingFilter(type=self.type, max_score=self.score / 100, recordings=named)


class SayForm(Wanted):
    """What is said of them, and the digest of what was seen."""

    kind: ChangeKind
    digest: Text
    code: Text = ""
    reason: Reason = ""


class ConfirmForm(BaseModel):
    """Findings that somebody saw together and confirms together, by key, parted by spaces."""

    version: int
    keys: Annotated[str, StringConstraints(max_length=8000)] = ""


@router.get("/bulk")
def bulk_page(
    request: Request,
    context: Context,
    who: Reviews,
    type: EntityType | None = None,
    score: Annotated[int, Query(ge=0, le=100)] = 100,
    recordings: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """Look for findings; nothing is looked for before a type is named."""
    return _show(request, context, who, Wanted(type=type, score=score, recordings=recordings))


@router.post("/bulk")
def say_of_all(request: Request, context: Context, who: Reviews, form: Annotated[SayForm, Form()]) -> Response:
    """Say the same of every finding that was seen."""
    filter = form.filter()
    try:
        seen = preview_batch(context.vault, who.tenant, filter, actor=who.actor)
        if seen.digest != form.digest:
            raise Conflict("other findings by now")
        saying = Saying(kind=form.kind, code=_code(form), reason=form.reason)
        with context.database.transaction(who.tenant) as tx:
            apply_batch(tx, seen.findings, saying, filter=filter, by=reviewer_of(context, who))
    except REFUSED as error:
        return _show(request, context, who, form, error=error)
    return go_to("/review/bulk")


@router.post("/recordings/{recording}/confirm")
def confirm_shown(
    recording: RecordingName, request: Request, context: Context, who: Reviews, form: Annotated[ConfirmForm, Form()]
) -> Response:
    """Confirm the open findings that a page showed, all or none: they stay hidden."""
    name, keys = RecordingId(recording), frozenset(form.keys.split())
    try:
        found = read_findings(context.vault, who.tenant, name, actor=who.actor)
        seen = [finding for finding in found.findings if finding.place.key in keys]
        if found.version != form.version or {finding.place.key for finding in seen} != keys:
            raise Conflict("another version by now")
        saying, filter = Saying(kind=ChangeKind.CONFIRM), FindingFilter(recordings=(name,))
        with context.database.transaction(who.tenant) as tx:
            apply_batch(tx, seen, saying, filter=filter, by=reviewer_of(context, who))
    except REFUSED as error:
        return show_findings(request, context, who, name, error=error)
    return go_to(f"/review/recordings/{recording}/findings")


@router.post("/bulk/{batch}/undo")
def take_back(batch: str, request: Request, context: Context, who: Reviews) -> Response:
    """Take a batch back of which nothing is rendered yet."""
    try:
        with context.database.transaction(who.tenant) as tx:
            undo_batch(tx, batch, actor=who.actor)
    except REFUSED as error:
        return _show(request, context, who, Wanted(), error=error)
    return go_to("/review/bulk")


def _code(form: SayForm) -> NotPersonal | None:
    if form.kind is not ChangeKind.NOT_PERSONAL:
        return None
    try:
        return NotPersonal(form.code)
    except ValueError:
        raise InvalidInput("a reason from the list") from None


def _show(
    request: Request, context: WebContext, who: SignedIn, wanted: Wanted, *, error: PipelineError | None = None
) -> Response:
    seen = preview_batch(context.vault, who.tenant, wanted.filter(), actor=who.actor) if wanted.type else None
    with context.database.transaction(who.tenant) as tx:
        batches = list_batches(tx)
    values: dict[str, Any] = {
        "title": "",
        "wanted": wanted,
        "seen": seen,
        "most": MOST_IN_BATCH,
        "batches": batches,
        "said": SAID,
        "codes": choices(NotPersonal),
        "types": sorted(EntityType),
        "notice": None if error is None else Notice(text=refusal(error)),
    }
    status = HTTPStatus.OK if error is None else status_of(error)
    return show(request, who, "review/bulk.html", values, status=status)
