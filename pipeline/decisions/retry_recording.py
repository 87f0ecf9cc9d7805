"""Having the machine work on a recording again that failed, or whose redaction could not be proved."""

from __future__ import annotations

from pipeline.model.audit import AuditTag
from pipeline.model.errors import IllegalTransition
from pipeline.model.ids import RecordingId
from pipeline.model.recording import Recording
from pipeline.ports.keys import Keys
from pipeline.ports.queue import WorkQueue
from pipeline.store.audit import Facts, add_event
from pipeline.store.endings import list_endings_of
from pipeline.store.reasons import seal_reason
from pipeline.store.recordings import begin_again
from pipeline.store.reviews import set_aside
from pipeline.store.session import Transaction


def retry_recording(
    tx: Transaction, recording: RecordingId, *, actor: str, reason: str, keys: Keys, queue: WorkQueue
) -> Recording:
    """Begin the work on a recording again; two who ask at once start it once.

    What was captured stays as it is, and consent is settled anew with all that was told since.

    Returns:
        The recording as it was.

    Raises:
        InvalidInput: no reason.
        NotFound: the tenant has no such recording.
        IllegalTransition: it is not stuck, or it has ended and is only waiting to be purged.
    """
    was = begin_again(tx, recording)
    if list_endings_of(tx, recording=recording, call=was.call):
        raise IllegalTransition("the recording has ended: it is purged, and not worked on again")
    set_aside(tx, recording)
    why = seal_reason(tx, reason, subject=recording, act="retry", keys=keys, actor=actor)
    facts: Facts = {"was": was.state.value, "because_of": was.reason, "why": why}
    add_event(tx, AuditTag.RECORDING_RETRIED, actor=actor, target=recording, facts=facts)
    queue.enqueue_retry(tx, tx.tenant, recording, cause=why)
    return was
