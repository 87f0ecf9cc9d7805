"""What is known of one call: its redacted words and sound, consent, decisions, companies, holds and trail.

Never an original: what is read here is the redacted transcript and sound, and each reading stands in the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import RecordingId
from pipeline.reads.call_export import export_call
from pipeline.reads.call_sheet import CallSheet, Copy, read_locks, read_sheet
from pipeline.reads.shown_call import open_call
from pipeline.store.audit_trail import read_trail, targets_of
from pipeline.store.cursors import read_cursor, write_cursor
from webhooks.api.door import ApiRoute, AuditRead, Context, ReviewsRead
from webhooks.api.pages import USUAL, Cursor, Limit, Page, RecordingName, View, slice_of
from webhooks.api.queue import ItemView

router = APIRouter(prefix="/api/v1/recordings/{recording}", tags=["one call"], route_class=ApiRoute)
_NO_STORE = {"Cache-Control": "no-store"}


class Span(View):
    """A stretch of time."""

    start_ms: int
    end_ms: int


class AnsweredView(View):
    """What one leg answered."""

    leg: str
    ordinal: int
    purposes: list[str]
    outcome: str
    method: str
    at: datetime
    attempts: int


class TouchedView(View):
    """A company that had something of the call, or was refused it."""

    name: str
    had: str
    region: str | None
    at: datetime
    refused: str | None


class CoveredBy(View):
    """A hold that covers the call."""

    id: str
    matter: str
    scope_kind: str
    placed_at: datetime


class CopyView(View):
    """One copy, and the decision about it with its clauses."""

    artifact: str
    kind: ArtifactKind
    size_bytes: int
    created_at: datetime
    policy_digest: str | None
    retain_until: date | None
    decision: Mapping[str, Any] | None


class SheetView(View):
    """All that is known of a call beside its words."""

    recording: str
    state: str
    line: ItemView | None
    answers: list[AnsweredView]
    notice_at_ms: int | None
    is_notice_inside: bool
    copies: list[CopyView]
    processors: list[TouchedView]
    holds: list[CoveredBy]
    is_vendor_copy_gone: bool
    retain_until: date | None
    may_download: bool


class WordView(View):
    """A word as it is shown: where something is hidden, its label."""

    text: str
    start_ms: int
    end_ms: int
    finding: str | None


class TurnView(View):
    """What one party said."""

    number: int
    speaker: str
    channel: int
    start_ms: int | None
    text: str
    words: list[WordView]


class PlaceView(View):
    """Where something is hidden, and what kind of thing."""

    key: str
    turn: int
    type: str
    label: str
    score: float
    channel: int
    time: Span


class TranscriptView(View):
    """The redacted transcript, with the places where something is hidden."""

    language: str
    duration_ms: int
    channels: int
    turns: list[TurnView]
    findings: list[PlaceView]
    muted: list[list[Span]]


class PeaksView(View):
    """Levels of the redacted sound, 0 to 1, for each channel."""

    peaks: list[list[float]]


class Protection(View):
    """What protects a copy: a date before which it cannot be destroyed, and whether a legal hold is on."""

    retain_until: datetime | None
    is_held: bool


class LockView(View):
    """What the store itself says of one copy; nothing where it does not answer for it."""

    artifact: str
    kind: ArtifactKind
    lock: Protection | None


class EntryView(View):
    """One entry of the audit log."""

    seq: int
    tag: str
    actor: str
    target: str
    at: datetime
    facts: Mapping[str, str | int | bool | None]


@router.get("/sheet")
def show_sheet(context: Context, who: ReviewsRead, recording: RecordingName) -> SheetView:
    """Show what is known of a call: consent, decisions with clauses, companies, holds."""
    with context.database.transaction(who.tenant) as tx:
        return _sheet(read_sheet(tx, RecordingId(recording), keys=context.keys))


@router.get("/transcript")
def show_transcript(context: Context, who: ReviewsRead, recording: RecordingName) -> TranscriptView:
    """Read the redacted transcript, and where something is hidden. It stands in the audit log."""
    shown = open_call(context.vault, who.tenant, RecordingId(recording), actor=who.actor)
    return TranscriptView.model_validate(shown)


@router.get("/peaks")
def show_peaks(context: Context, who: ReviewsRead, recording: RecordingName) -> PeaksView:
    """Give what a waveform of the redacted sound is drawn from."""
    sound = context.sounds.open(who.tenant, RecordingId(recording), actor=who.actor)
    return PeaksView(peaks=[[round(level / 127, 3) for level in channel] for channel in sound.peaks])


@router.get("/sound", response_class=Response)
def hear(context: Context, who: ReviewsRead, recording: RecordingName) -> Response:
    """Give the redacted sound as WAV. It stands in the audit log."""
    body = context.sounds.open(who.tenant, RecordingId(recording), actor=who.actor).body
    return Response(body, media_type="audio/wav", headers=_NO_STORE)


@router.get("/locks")
def show_locks(
    context: Context, who: ReviewsRead, recording: RecordingName, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[LockView]:
    """Ask the store itself how each copy is protected; 503 where it does not answer."""
    with context.database.transaction(who.tenant) as tx:
        found = read_locks(tx, context.objects, RecordingId(recording))
    shown, more = slice_of(found, lambda one: str(one.artifact.id), cursor=cursor, limit=limit)
    views = [
        LockView(artifact=made.id, kind=made.kind, lock=Protection.model_validate(lock) if lock else None)
        for made, lock in ((one.artifact, one.lock) for one in shown)
    ]
    return Page(items=views, next=more)


@router.get("/trail")
def show_trail(
    context: Context, who: AuditRead, recording: RecordingName, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[EntryView]:
    """List what was done with a call, the newest first."""
    before = read_cursor(cursor, int)[0] if cursor else None
    with context.database.transaction(who.tenant) as tx:
        read_sheet(tx, RecordingId(recording), keys=context.keys)
        found, earlier = read_trail(tx, targets_of(tx, RecordingId(recording)), before=before, limit=limit)
    return Page(
        items=[EntryView.model_validate(entry) for entry in found],
        next=None if earlier is None else write_cursor(earlier),
    )


@router.get("/export", response_class=Response)
def take_away(context: Context, who: ReviewsRead, recording: RecordingName) -> Response:
    """Download what the policy lets leave, as a zip with a signed list of digests. It stands in the audit log."""
    body = export_call(context.vault, who.tenant, RecordingId(recording), actor=who.actor)
    return Response(body, media_type="application/zip", headers=_NO_STORE)


def _sheet(sheet: CallSheet) -> SheetView:
    return SheetView(
        recording=sheet.recording.id,
        state=sheet.recording.state,
        line=ItemView.model_validate(sheet.item) if sheet.item else None,
        answers=[AnsweredView.model_validate(one) for one in sheet.consent.answers],
        notice_at_ms=sheet.consent.notice_at_ms,
        is_notice_inside=sheet.consent.is_notice_inside,
        copies=[_copy(copy) for copy in sheet.copies],
        processors=[TouchedView.model_validate(one) for one in sheet.touched],
        holds=[CoveredBy.model_validate(hold) for hold in sheet.holds],
        is_vendor_copy_gone=sheet.is_vendor_copy_gone,
        retain_until=sheet.retain_until,
        may_download=sheet.may_download,
    )


def _copy(copy: Copy) -> CopyView:
    made, decided = copy.artifact, copy.decision
    return CopyView(
        artifact=made.id,
        kind=made.kind,
        size_bytes=made.size_bytes,
        created_at=made.created_at,
        policy_digest=decided.policy_digest if decided else None,
        retain_until=decided.retain_until if decided else None,
        decision=copy.record,
    )
