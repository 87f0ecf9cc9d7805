"""The end of a review: approved as it stands, or rejected, which withholds the recording again.

Both name the version that the reviewer looked at: where another is in force by then, nothing is decided.
"""

from __future__ import annotations

from pipeline.decisions.children import note_child
from pipeline.decisions.corrections import Reviewer, check_correctable
from pipeline.model.audit import AuditTag
from pipeline.model.dataset import RecallCause
from pipeline.model.errors import Conflict, InvalidInput
from pipeline.model.ids import RecordingId
from pipeline.model.review import PENDING, ChangeState, Rejection, ReviewState, move_review
from pipeline.store.audit import add_event
from pipeline.store.datasets import list_datasets_of
from pipeline.store.decisions import stop_training
from pipeline.store.recalls import recall_of
from pipeline.store.recordings import merge_facts, withhold_published
from pipeline.store.redaction_changes import list_changes, mark_undone
from pipeline.store.review_outcomes import ReviewOutcome, add_outcome, an_outcome
from pipeline.store.reviews import mark_review
from pipeline.store.session import Transaction
from pipeline.store.word_index import forget_words


def approve(tx: Transaction, recording: RecordingId, *, version: int, by: Reviewer, reason: str = "") -> ReviewOutcome:
    """Sign a recording's redaction off.

    Raises:
        Conflict: another version is in force, or a change is not settled yet.
        IllegalTransition: the review has ended already, or the recording has.
        NotFound: it is not before the reviewers.
    """
    state = check_correctable(tx, recording, version=version)
    if list_changes(tx, recording, states=PENDING):
        raise Conflict("a change of this recording is not settled yet")
    mark_review(tx, recording, move_review(state, ReviewState.APPROVED))
    outcome = an_outcome(tx, ReviewState.APPROVED, version=version, actor=by.actor)
    add_outcome(tx, recording, outcome, reason=reason.strip(), keys=by.keys)
    add_event(tx, AuditTag.REVIEW_APPROVED, actor=by.actor, target=recording, facts={"version": version})
    return outcome


def reject(
    tx: Transaction, recording: RecordingId, *, version: int, code: Rejection, by: Reviewer, reason: str = ""
) -> ReviewOutcome:
    """Withhold a recording again, from this commit on and from everybody, until a later version is proved.

    Raises:
        InvalidInput: another reason, and none is written.
        Conflict: another version is in force, or one is being rendered.
        IllegalTransition: it is rejected already, or has ended.
        NotFound: it is not before the reviewers.
    """
    if code is Rejection.OTHER and not reason.strip():
        raise InvalidInput("another reason has to be written down")
    state = move_review(check_correctable(tx, recording, version=version), ReviewState.REJECTED)
    _drop_pending(tx, recording)
    why = f"rejected:{code.value}"
    withhold_published(tx, recording, reason=why)
    forget_words(tx, recording)
    merge_facts(tx, recording, {"withheld": why, "is_redaction_proved": False})
    mark_review(tx, recording, state)
    outcome = an_outcome(tx, state, version=version, actor=by.actor, code=code)
    add_outcome(tx, recording, outcome, reason=reason.strip(), keys=by.keys)
    add_event(tx, AuditTag.REVIEW_REJECTED, actor=by.actor, target=recording, facts={"version": version, "code": code})
    if code is Rejection.CHILD_SUSPECTED:
        note_child(tx, recording, age=None, actor=by.actor)
    stop_training(tx, recordings=[recording])
    if list_datasets_of(tx, recording):
        recall_of(tx, recording, RecallCause.OPERATOR, actor=by.actor)
    by.queue.enqueue_judging(tx, tx.tenant, recording, cause=f"rejected:{outcome.id}")
    return outcome


def _drop_pending(tx: Transaction, recording: RecordingId) -> None:
    """Take back what waits: rendered, it would bring back what was just withheld."""
    pending = list_changes(tx, recording, states=PENDING)
    if any(change.state is ChangeState.RENDERING for change in pending):
        raise Conflict("a version is being rendered")
    mark_undone(tx, [change.id for change in pending])
