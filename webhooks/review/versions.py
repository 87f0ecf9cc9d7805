"""The versions of a redaction, what differs between two of them, and the end of a review."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from pipeline.decisions.review_outcomes import approve, reject
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import RecordingId
from pipeline.model.review import Rejection
from pipeline.reads.findings import read_diff
from pipeline.store.recordings import get_recording
from pipeline.store.redaction_versions import list_versions
from pipeline.store.review_outcomes import list_outcomes
from webhooks.pages.render import go_to, show
from webhooks.review.corrections import show_findings
from webhooks.review.shared import Context, Reads, Reason, RecordingName, Reviews, Text, reviewer_of, write_time
from webhooks.review.words import REFUSED, SAID

router = APIRouter(prefix="/review/recordings/{recording}", include_in_schema=False)


class ApproveForm(BaseModel):
    """Which version the reviewer looked at."""

    version: int
    reason: Reason = ""


class RejectForm(BaseModel):
    """Which version the reviewer looked at, and why it is withheld."""

    version: int
    code: Text = ""
    reason: Reason = ""


@router.get("/versions")
def versions_page(
    recording: RecordingName,
    request: Request,
    context: Context,
    who: Reads,
    old: Annotated[int | None, Query(ge=1)] = None,
    new: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """List the versions, and compare two: the last two where none are named."""
    name = RecordingId(recording)
    with context.database.transaction(who.tenant) as tx:
        get_recording(tx, name)
        versions, outcomes = list_versions(tx, name), list_outcomes(tx, name)
    newest = versions[-1].number if versions else 0
    numbers = (old or max(1, newest - 1), new or newest)
    is_compared = newest > 0 and numbers[0] != numbers[1]
    found = read_diff(context.vault, who.tenant, name, actor=who.actor, numbers=numbers) if is_compared else ()
    values: dict[str, Any] = {
        "title": "",
        "recording": name,
        "versions": versions[::-1],
        "outcomes": outcomes[::-1],
        "numbers": numbers,
        "is_compared": is_compared,
        "differences": found,
        "said": SAID,
        "time": write_time,
    }
    return show(request, who, "review/versions.html", values, block="panel")


@router.post("/approve")
def approve_recording(
    recording: RecordingName, request: Request, context: Context, who: Reviews, form: Annotated[ApproveForm, Form()]
) -> Response:
    """Sign the redaction off, as the reviewer saw it."""
    try:
        with context.database.transaction(who.tenant) as tx:
            by = reviewer_of(context, who)
            approve(tx, RecordingId(recording), version=form.version, by=by, reason=form.reason)
    except REFUSED as error:
        return show_findings(request, context, who, RecordingId(recording), error=error)
    return go_to(f"/review/recordings/{recording}/findings")


@router.post("/reject")
def reject_recording(
    recording: RecordingName, request: Request, context: Context, who: Reviews, form: Annotated[RejectForm, Form()]
) -> Response:
    """Withhold the recording again."""
    try:
        with context.database.transaction(who.tenant) as tx:
            code, by = _code(form.code), reviewer_of(context, who)
            reject(tx, RecordingId(recording), version=form.version, code=code, by=by, reason=form.reason)
    except REFUSED as error:
        return show_findings(request, context, who, RecordingId(recording), error=error)
    # Where a child is suspected it is shown to nobody from now on, not even here.
    is_hidden = code is Rejection.CHILD_SUSPECTED
    return go_to("/review" if is_hidden else f"/review/recordings/{recording}/findings")


def _code(text: str) -> Rejection:
    try:
        return Rejection(text)
    except ValueError:
        raise InvalidInput("a reason from the list") from None
