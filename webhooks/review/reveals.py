"""Seeing what stands behind one hidden span: asked, allowed by another, open for minutes, marked with who looks."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from pipeline.decisions.reveals import answer_reveal, ask_reveal
from pipeline.model.errors import InvalidInput, NotFound, PipelineError
from pipeline.model.ids import RecordingId
from pipeline.model.reveal import RevealPurpose
from pipeline.reads.findings import read_findings
from pipeline.reads.reveal import Revealed, read_clip, read_revealed
from pipeline.store.reveals import get_reveal, list_asked, list_reveals_of, read_reveal_reason
from webhooks.pages.render import Notice, go_to, show
from webhooks.pages.who import SignedIn
from webhooks.problems import status_of
from webhooks.review.shared import Context, Reason, RecordingName, Text, Trusted, reviewer_of, write_time
from webhooks.review.words import REFUSED, SAID, choices, refusal
from webhooks.tenancy import WebContext

router = APIRouter(prefix="/review", include_in_schema=False)


class AskForm(BaseModel):
    """What is asked for: one finding of the version in force."""

    finding: Text
    purpose: Text = ""
    reason: Reason = ""


class AnswerForm(BaseModel):
    """Whether it is allowed."""

    allows: bool


@router.get("/recordings/{recording}/reveals")
def reveals_page(
    recording: RecordingName,
    request: Request,
    context: Context,
    who: Trusted,
    finding: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """Show what was asked of a recording, and the form to ask for one more span."""
    return _show(request, context, who, RecordingId(recording), finding=finding)


@router.post("/recordings/{recording}/reveals")
def ask(
    recording: RecordingName, request: Request, context: Context, who: Trusted, form: Annotated[AskForm, Form()]
) -> Response:
    """Ask to see one span."""
    name = RecordingId(recording)
    try:
        found = read_findings(context.vault, who.tenant, name, actor=who.actor).get(form.finding)
        if found is None:
            raise NotFound("no such finding")
        purpose, by = _purpose(form.purpose), reviewer_of(context, who)
        with context.database.transaction(who.tenant) as tx:
            ask_reveal(tx, found.place, purpose=purpose, reason=form.reason, by=by)
    except REFUSED as error:
        return _show(request, context, who, name, finding=form.finding, error=error)
    return go_to(f"/review/recordings/{recording}/reveals")


@router.get("/reveals")
def asked_page(request: Request, context: Context, who: Trusted) -> Response:
    """List what others ask for, with the reason that they wrote."""
    return _show_asked(request, context, who)


@router.post("/reveals/{reveal}/answer")
def answer(
    reveal: str, request: Request, context: Context, who: Trusted, form: Annotated[AnswerForm, Form()]
) -> Response:
    """Allow or refuse."""
    try:
        with context.database.transaction(who.tenant) as tx:
            answer_reveal(tx, reveal, allows=form.allows, actor=who.actor)
    except REFUSED as error:
        return _show_asked(request, context, who, error=error)
    return go_to("/review/reveals")


@router.post("/reveals/{reveal}/words")
def words(reveal: str, request: Request, context: Context, who: Trusted) -> Response:
    """Show the words, once for each time that this is asked; no other page holds them."""
    with context.database.transaction(who.tenant) as tx:
        recording = get_reveal(tx, reveal).recording
    try:
        revealed = read_revealed(context.vault, who.tenant, reveal, actor=who.actor)
    except REFUSED as error:
        return _show(request, context, who, recording, error=error)
    return _show(request, context, who, recording, revealed=revealed)


@router.get("/reveals/{reveal}/clip.wav")
def sound(reveal: str, context: Context, who: Trusted) -> Response:
    """Give the sound of the span."""
    body = read_clip(context.vault, who.tenant, reveal, actor=who.actor)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type="audio/wav", headers=headers)


def _purpose(text: str) -> RevealPurpose:
    try:
        return RevealPurpose(text)
    except ValueError:
        raise InvalidInput("a purpose from the list") from None


def _show(
    request: Request,
    context: WebContext,
    who: SignedIn,
    recording: RecordingId,
    *,
    finding: str = "",
    revealed: Revealed | None = None,
    error: PipelineError | None = None,
) -> Response:
    found = read_findings(context.vault, who.tenant, recording, actor=who.actor)
    with context.database.transaction(who.tenant) as tx:
        reveals, now = list_reveals_of(tx, recording), tx.now
    values: dict[str, Any] = {
        "title": "",
        "recording": recording,
        "chosen": found.get(finding),
        "reveals": reveals,
        "revealed": revealed,
        "now": now,
        "said": SAID,
        "purposes": choices(RevealPurpose),
        "time": write_time,
        "notice": None if error is None else Notice(text=refusal(error)),
    }
    status = HTTPStatus.OK if error is None else status_of(error)
    return show(request, who, "review/reveal.html", values, block="panel", status=status)


def _show_asked(
    request: Request, context: WebContext, who: SignedIn, *, error: PipelineError | None = None
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        asked = list_asked(tx)
        reasons = {one.id: read_reveal_reason(tx, one.id, keys=context.keys) for one in asked}
    values: dict[str, Any] = {
        "title": "",
        "asked": asked,
        "reasons": reasons,
        "said": SAID,
        "time": write_time,
        "notice": None if error is None else Notice(text=refusal(error)),
    }
    status = HTTPStatus.OK if error is None else status_of(error)
    return show(request, who, "review/reveals.html", values, status=status)
