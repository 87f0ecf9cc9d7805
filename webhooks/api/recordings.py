"""What became of a tenant's calls and recordings: states, reasons in a sentence, what to do; and no word of a call."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from pipeline.decisions.delete_recording import delete_recording
from pipeline.model.call import LegRole
from pipeline.model.consent import Method, Outcome, Purpose, Standing, standings
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.recording import RecordingState
from pipeline.reads.vendor_trouble import explain
from pipeline.store.calls import find_call_by_sid
from pipeline.store.consents import list_consents
from pipeline.store.policy_versions import bundle_in_force
from pipeline.store.recording_pages import ListedRecording, list_of_call, read_listed, read_page
from pipeline.store.tenants import policy_of
from webhooks.api.calls import CallSid
from webhooks.api.door import ApiRoute, CallsRead, Context, RecordingsRead, RecordingsWrite
from webhooks.api.pages import USUAL, Cursor, Limit, Page, RecordingName

router = APIRouter(prefix="/api/v1", tags=["recordings"], route_class=ApiRoute)


class RecordingView(BaseModel):
    """One recording: where it is, what that means, and what there is to do."""

    id: str
    recording_sid: str
    call_sid: str | None = Field(description="Twilio's id of the call; empty where it belongs to no call of ours.")
    state: RecordingState
    reason: str | None = Field(description="A code, such as `caller_declined`.")
    error_code: int | None = Field(description="Twilio's own code, such as 16102.")
    is_trouble: bool = Field(description="Somebody should look.")
    means: str
    to_do: str
    source: str = Field(description="What made Twilio record, in its own word.")
    error_page: str | None
    channels: int
    started_at: datetime | None
    duration_s: int | None
    noted_at: datetime | None
    vendor_deleted_at: datetime | None = Field(description="When Twilio's copy was seen to be gone.")
    vendor_metadata_gone_at: datetime | None = Field(description="When Twilio no longer listed even its metadata.")


class StandingView(BaseModel):
    """Where one leg's permission for one purpose stands."""

    leg: LegRole
    ordinal: int
    purpose: Purpose
    outcome: Outcome
    method: Method
    at: datetime
    withdrawn_at: datetime | None
    script: str | None
    locale: str | None


class CallView(BaseModel):
    """One call: what its law asked for, what was answered, and what was recorded."""

    call_sid: str
    direction: str
    started_at: datetime
    mode: str
    tokens: list[str]
    round: int
    consents: list[StandingView]
    recordings: list[RecordingView]


@router.get("/recordings")
def list_recordings(
    context: Context,
    who: RecordingsRead,
    state: Annotated[RecordingState | None, Query(description="Only those in this state.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="Only those noted then or later.")] = None,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> Page[RecordingView]:
    """List recordings, newest first."""
    with context.database.transaction(who.tenant) as tx:
        page = read_page(tx, state=state, since=since, cursor=cursor, limit=limit)
    return Page(items=[view_of(listed) for listed in page.recordings], next=page.cursor)


@router.get("/recordings/{recording}")
def show_recording(recording: RecordingName, context: Context, who: RecordingsRead) -> RecordingView:
    """Show one recording."""
    with context.database.transaction(who.tenant) as tx:
        return view_of(read_listed(tx, RecordingId(recording)))


class DeletionView(BaseModel):
    """What was asked for: the recording is hidden from now on."""

    recording: str
    request: str
    is_held: bool = Field(description="A legal hold keeps it, hidden, until the hold is released.")
    gone_by: date = Field(description="The day by which it is gone everywhere, unless a hold or a law keeps it.")


@router.delete("/recordings/{recording}", status_code=202)
def delete_one(
    recording: RecordingName,
    context: Context,
    who: RecordingsWrite,
    reason: Annotated[str, Query(min_length=1, max_length=500, description="Why; no words of the call.")],
) -> DeletionView:
    """Delete a recording earlier than its time: hidden at once, purged everywhere soon after. It cannot be undone."""
    with context.database.transaction(who.tenant) as tx:
        bundle = bundle_in_force(tx, policy_of(tx))
        done = delete_recording(
            tx, RecordingId(recording), actor=who.actor, reason=reason, queue=context.queue, bundle=bundle
        )
    return DeletionView(recording=done.recording, request=done.request, is_held=done.is_held, gone_by=done.gone_by)


@router.get("/calls/{call_sid}")
def show_call(call_sid: CallSid, context: Context, who: CallsRead) -> CallView:
    """Show where a call's permissions stand, leg by leg and purpose by purpose, and its recordings."""
    with context.database.transaction(who.tenant) as tx:
        call = find_call_by_sid(tx, call_sid)
        if call is None:
            raise NotFound("no such call")
        return CallView(
            call_sid=call.call_sid,
            direction=call.direction,
            started_at=call.started_at,
            mode=call.mode,
            tokens=list(call.tokens),
            round=call.round,
            consents=[_standing(one) for one in standings(list_consents(tx, call.id))],
            recordings=[view_of(listed) for listed in list_of_call(tx, call.id)],
        )


def view_of(listed: ListedRecording) -> RecordingView:
    """Tell of one recording."""
    found, told = listed.recording, explain(listed.recording)
    return RecordingView(
        id=found.id,
        recording_sid=found.recording_sid,
        call_sid=listed.call_sid,
        state=found.state,
        reason=found.reason,
        error_code=found.error_code or None,
        is_trouble=told.is_trouble,
        means=told.means,
        to_do=told.to_do,
        source=found.source,
        error_page=told.source,
        channels=found.channels,
        started_at=found.started_at,
        duration_s=found.duration_s,
        noted_at=found.noted_at,
        vendor_deleted_at=listed.vendor_deleted_at,
        vendor_metadata_gone_at=listed.vendor_metadata_gone_at,
    )


def _standing(one: Standing) -> StandingView:
    return StandingView(
        leg=one.leg_role,
        ordinal=one.ordinal,
        purpose=one.purpose,
        outcome=one.outcome,
        method=one.method,
        at=one.at,
        withdrawn_at=one.withdrawn_at,
        script=one.script.id if one.script else None,
        locale=one.script.locale if one.script else None,
    )
