"""What came to nothing: each recording with its meaning, what to do, and work on it begun again."""

from __future__ import annotations

from enum import StrEnum

from fastapi import APIRouter

from pipeline.decisions.retry_recording import retry_recording
from pipeline.model.ids import RecordingId
from pipeline.model.recording import RecordingState
from pipeline.reads.stuck import read_stuck
from pipeline.store.recording_pages import read_listed
from webhooks.api.door import ApiRoute, Context, RecordingsRead, RecordingsWrite
from webhooks.api.pages import USUAL, Cursor, Limit, Page, RecordingName, Why
from webhooks.api.recordings import RecordingView, view_of

router = APIRouter(prefix="/api/v1", tags=["recordings"], route_class=ApiRoute)


class StuckState(StrEnum):
    """Where a recording is that nobody will hear."""

    FAILED = "failed"
    WITHHELD = "withheld"
    REFUSED = "refused"
    ABSENT = "absent"


class StuckView(RecordingView):
    """One recording, and whether work on it may begin again."""

    is_retryable: bool


@router.get("/stuck")
def list_stuck(
    context: Context, who: RecordingsRead, state: StuckState, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[StuckView]:
    """List what came to nothing, the newest first."""
    with context.database.transaction(who.tenant) as tx:
        found = read_stuck(tx, RecordingState(state.value), cursor=cursor, limit=limit)
    items = [StuckView(**view_of(one.listed).model_dump(), is_retryable=one.is_retryable) for one in found.shown]
    return Page(items=items, next=found.cursor)


@router.post("/recordings/{recording}/retry")
def retry(context: Context, who: RecordingsWrite, recording: RecordingName, why: Why) -> RecordingView:
    """Have a recording worked on again."""
    keys, queue = context.keys, context.queue
    with context.database.transaction(who.tenant) as tx:
        retry_recording(tx, RecordingId(recording), actor=who.actor, reason=why.reason, keys=keys, queue=queue)
        return view_of(read_listed(tx, RecordingId(recording)))
