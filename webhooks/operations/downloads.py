"""What the policy lets a tenant have as files: redacted sound, redacted text, summaries. A refusal says its clause."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.recording import RecordingState
from pipeline.reads.download import FORMATS, VCON_KINDS, DownloadRefused, download, download_vcon, list_offers
from pipeline.store.recording_pages import read_listed, read_page
from webhooks.operations.frame import Context, Fetcher, handed_out, page
from webhooks.pages.who import SignedIn
from webhooks.tenancy import WebContext


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


router = APIRouter(include_in_schema=False)
NAMES = {
    ArtifactKind.RECORDING_REDACTED: _("The recording, with personal data silenced"),
    ArtifactKind.TRANSCRIPT_REDACTED: _("The transcript, with personal data replaced"),
    ArtifactKind.SUMMARY: _("The summary"),
}


@router.get("/operations/downloads")
def list_published(
    request: Request, who: Fetcher, context: Context, after: Annotated[str, Query(max_length=300)] = ""
) -> Response:
    """List what is published, the newest first."""
    with context.database.transaction(who.tenant) as tx:
        found = read_page(tx, state=RecordingState.PUBLISHED, cursor=after or None)
    more = f"/operations/downloads?after={found.cursor}" if found.cursor else ""
    return page(request, who, "downloads.html", _("Downloads"), {"found": found.recordings, "more": more})


@router.get("/operations/downloads/{recording}")
def show_offers(recording: str, request: Request, who: Fetcher, context: Context) -> Response:
    """Say what there is of a recording, in which forms, and by which clause it may be had or not."""
    return _offers(request, who, context, recording)


@router.get("/operations/downloads/{recording}/vcon")
def fetch_vcon(recording: str, request: Request, who: Fetcher, context: Context) -> Response:
    """Hand the call out as a signed vCon."""
    try:
        found = download_vcon(
            context.vault, who.tenant, RecordingId(recording), matrix=context.law.matrix, actor=who.actor
        )
    except DownloadRefused as error:
        return _offers(request, who, context, recording, error=error)
    return handed_out(found.body, name=found.name, media_type=found.media_type)


@router.get("/operations/downloads/{recording}/{kind}/{form}")
def fetch(recording: str, kind: str, form: str, request: Request, who: Fetcher, context: Context) -> Response:
    """Hand a file out."""
    asked = next((one for one in FORMATS if one.value == kind and form in FORMATS[one]), None)
    if asked is None:
        raise NotFound
    try:
        found = download(
            context.vault, who.tenant, RecordingId(recording), asked, form=form, matrix=context.law.matrix,
            actor=who.actor,
        )  # fmt: skip
    except DownloadRefused as error:
        return _offers(request, who, context, recording, error=error)
    return handed_out(found.body, name=found.name, media_type=found.media_type)


def _offers(
    request: Request, who: SignedIn, context: WebContext, recording: str, *, error: DownloadRefused | None = None
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        offers = list_offers(tx, RecordingId(recording), context.law.matrix)
        listed = read_listed(tx, RecordingId(recording))
    whole = [offer for offer in offers if offer.kind in VCON_KINDS and offer.is_allowed]
    values = {"offers": offers, "listed": listed, "names": NAMES, "forms": FORMATS}
    values["has_vcon"] = len(whole) == len(VCON_KINDS)
    return page(request, who, "download.html", _("What may be downloaded"), values, error=error)
