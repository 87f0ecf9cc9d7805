"""What the policy lets a tenant have as files: redacted sound, redacted text, summaries. A refusal says its clause."""

from __future__ import annotations

from enum import StrEnum

from fastapi import APIRouter
from fastapi.responses import Response

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId
from pipeline.reads.download import FORMATS, Downloaded, download, download_vcon, list_offers
from webhooks.api.deletions import ClauseView
from webhooks.api.door import ApiRoute, Context, RecordingsRead, ReviewsRead
from webhooks.api.pages import USUAL, Cursor, Limit, Page, RecordingName, View, slice_of

router = APIRouter(prefix="/api/v1/recordings/{recording}", tags=["downloads"], route_class=ApiRoute)


class Kind(StrEnum):
    """What may be had at all."""

    RECORDING = "recording.redacted"
    TRANSCRIPT = "transcript.redacted"
    SUMMARY = "summary"


class Form(StrEnum):
    """How a file is written."""

    WAV = "wav"
    JSON = "json"
    TXT = "txt"


class OfferView(View):
    """What one kind is to be had as, or why not."""

    kind: ArtifactKind
    forms: list[Form]
    is_there: bool
    is_allowed: bool
    refusals: list[str]
    clause: ClauseView | None


@router.get("/downloads")
def list_of_recording(
    context: Context, who: RecordingsRead, recording: RecordingName, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[OfferView]:
    """Say what there is of a recording, in which forms, and by which clause it may be had or not."""
    with context.database.transaction(who.tenant) as tx:
        offers = list_offers(tx, RecordingId(recording), context.law.matrix)
    shown, more = slice_of(offers, lambda one: one.kind.value, cursor=cursor, limit=limit)
    items = [
        OfferView(
            kind=one.kind,
            forms=[Form(form) for form in FORMATS[one.kind]],
            is_there=one.is_there,
            is_allowed=one.is_allowed,
            refusals=list(one.refusals),
            clause=ClauseView.model_validate(one.clause) if one.clause else None,
        )
        for one in shown
    ]
    return Page(items=items, next=more)


@router.get("/downloads/{kind}/{form}", response_class=Response)
def fetch(context: Context, who: RecordingsRead, recording: RecordingName, kind: Kind, form: Form) -> Response:
    """Download a file; 403 with its reasons where the policy forbids it. It stands in the audit log."""
    asked = ArtifactKind(kind.value)
    if form.value not in FORMATS[asked]:
        raise NotFound
    matrix, named = context.law.matrix, RecordingId(recording)
    found = download(context.vault, who.tenant, named, asked, form=form.value, matrix=matrix, actor=who.actor)
    return _handed_out(found)


@router.get("/vcon", response_class=Response)
def fetch_vcon(context: Context, who: ReviewsRead, recording: RecordingName) -> Response:
    """Download the call as a signed vCon; 403 with its reasons where the policy forbids it. It stands in the log."""
    found = download_vcon(context.vault, who.tenant, RecordingId(recording), matrix=context.law.matrix, actor=who.actor)
    return _handed_out(found)


def _handed_out(found: Downloaded) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{found.name}"'}
    return Response(found.body, media_type=found.media_type, headers=headers)
