"""Deleting one recording earlier than its time: hidden at once, gone from everywhere soon after, never undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.decisions.recall import end
from pipeline.model.errors import IllegalTransition, InvalidInput
from pipeline.model.ids import RecordingId, new_id
from pipeline.model.recording import RecordingState
from pipeline.model.retention import RetentionBasis
from pipeline.policies.bundle import Bundle
from pipeline.ports.queue import WorkQueue
from pipeline.store.artifacts import list_artifacts
from pipeline.store.decisions import stop_training
from pipeline.store.endings import Ending, list_endings_of
from pipeline.store.holds import list_holds_on
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleting:
    """What was asked: `is_held` says that a hold keeps it, hidden, until the hold is released."""

    recording: RecordingId
    request: str
    hidden: int
    is_held: bool
    gone_by: date


def delete_recording(
    tx: Transaction, recording: RecordingId, *, actor: str, reason: str, queue: WorkQueue, bundle: Bundle
) -> Deleting:
    """End a recording today and start its purge, when the transaction commits; from then on nobody reads it.

    Asking again changes nothing and gives the first request.

    Args:
        tx: the tenant's transaction.
        recording: which.
        actor: who asks.
        reason: why; no words of the call.
        queue: where the purge is started.
        bundle: the tenant's policy, which says by when it must be gone.

    Raises:
        InvalidInput: no reason.
        NotFound: no such recording.
        IllegalTransition: it is purged already.
    """
    if not reason.strip():
        raise InvalidInput("deleting a recording needs a reason")
    found = get_recording(tx, recording)
    if found.state is RecordingState.PURGED:
        raise IllegalTransition("the recording is purged already")
    ending = _first_request(tx, recording)
    end(tx, ending, actor=actor, why=reason)
    stop_training(tx, recordings=[recording])
    queue.enqueue_purge(tx, tx.tenant, recording, cause=ending.source)
    return Deleting(
        recording=recording,
        request=ending.source,
        hidden=len(list_artifacts(tx, recording=recording)),
        is_held=bool(list_holds_on(tx, recording=recording, call=found.call)),
        gone_by=ending.ends_on + timedelta(days=bundle.deletion.purge_within_days),
    )


def _first_request(tx: Transaction, recording: RecordingId) -> Ending:
    """Give the ending that an earlier request of the recording has noted, or one of today."""
    cause = RetentionBasis.DELETION_REQUEST
    for ending in list_endings_of(tx, recording=recording):
        if ending.scope_kind == "recording" and ending.cause is cause:
            return ending
    return Ending(scope_kind="recording", scope_id=recording, cause=cause, source=new_id("del"), ends_on=tx.now.date())
