"""Answering a request of a person: which step belongs to which kind, run by whoever decided that it be answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pipeline.intake.prove_identity import withdraw_own_calls
from pipeline.model.correction import read_corrections
from pipeline.model.dataset import RecallCause
from pipeline.model.errors import InvalidInput, PipelineError
from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.model.subject import RequestKind, RequestState, Strength, SubjectRequest, Whose
from pipeline.ports.queue import WorkQueue
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.correct_transcript import correct_transcript
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.erase_person import Purge, erase_person
from pipeline.steps.export_person import export_person
from pipeline.steps.index_people import reindex
from pipeline.store.recalls import recall_of
from pipeline.store.recordings import list_recordings
from pipeline.store.session import Transaction
from pipeline.store.subject_person import find_requester
from pipeline.store.subject_requests import get_request, move_request, note_act
from pipeline.store.subject_words import CORRECTED, read_words
from pipeline.telemetry import log
from pipeline.workflows import observed
from pipeline.workflows.queue import ANSWER_REQUEST, DurableQueue

__all__ = [
    "answer_or_note", "answer_request", "correct_transcript", "note_unanswered", "register_answers",
    "reindex", "with_answer_context",
]  # fmt: skip

_ACTOR: Final = "system"
_ERASED: Final = RecallCause.DELETION_REQUEST


def answer_request(
    context: StepContext,
    tenant: TenantId,
    request_id: str,
    *,
    queue: WorkQueue,
    also: Sequence[RecordingId] = (),
    actor: str = _ACTOR,
) -> Receipt:
    """Do what a request asks for, and answer it; what was answered before is told again.

    Args:
        context: what steps work with.
        tenant: whose request.
        request_id: the request.
        queue: where purges and judgements are started.
        also: recordings in which somebody looked and found the person.
        actor: who answers it; a worker where nobody is named.

    Raises:
        InvalidInput: a correction whose words nobody gave.
        IllegalTransition: it is not known who asks, or the request is over.
    """
    with context.vault.database.transaction(tenant) as tx:
        request = get_request(tx, request_id)
    match request.kind:
        case RequestKind.ACCESS | RequestKind.PORTABILITY:
            return export_person(context, tenant, request_id, actor=actor)
        case RequestKind.DELETION:
            purge = _purging(request_id, queue)
            recall = _recalling(_ERASED)
            return erase_person(context, tenant, request_id, also=also, purge=purge, recall=recall, actor=actor)
        case RequestKind.WITHDRAWAL:
            return _withdraw(context, tenant, request, queue=queue, actor=actor)
        case RequestKind.OBJECTION | RequestKind.OPT_OUT_OF_SALE:
            return _object(context, tenant, request, actor=actor)
        case RequestKind.CORRECTION:
            return _correct(context, tenant, request_id, also, actor=actor)


def note_unanswered(context: StepContext, tenant: TenantId, request_id: str, error: str) -> Receipt:
    """Note that a request could not be answered, by the class of the error; somebody decides again."""
    with context.vault.database.transaction(tenant) as tx:
        note_act(tx, get_request(tx, request_id), "answer_failed", actor="system", facts={"error": error})
    log().error("subject.not_answered", tenant=tenant, request=request_id, error=error)
    return {"failed": error}


def with_answer_context(context: StepContext, queue: WorkQueue) -> Mapping[str, Callable[..., dict[str, Any]]]:
    """Give the steps of answering by their names, with what they work with filled in."""

    def answer(tenant: str, request: str, also: str) -> dict[str, Any]:
        looked_at = [RecordingId(one) for one in also.split(",") if one]
        return dict(answer_request(context, TenantId(tenant), request, queue=queue, also=looked_at))

    def note(tenant: str, request: str, error: str) -> dict[str, Any]:
        return dict(note_unanswered(context, TenantId(tenant), request, error))

    return {"answer_request": answer, "note_unanswered": note}


def answer_or_note(run: Callable[..., Any], also: str) -> dict[str, Any]:
    """Answer a request, or note that it could not be; `run` runs the step of a name for the request."""
    try:
        return dict(run("answer_request", also))
    except PipelineError as error:
        return dict(run("note_unanswered", type(error).__name__))


def register_answers(
    context: StepContext, version: str, *, repeated: Callable[..., Callable[..., Any]], foreseen: Callable[..., Any]
) -> None:
    """Make the workflow known to the engine; `repeated` makes a durable step, and `foreseen` runs one."""
    queue = DurableQueue(context.vault.database, version=version)
    steps = {name: repeated(name, step) for name, step in with_answer_context(context, queue).items()}

    @observed.workflow(ANSWER_REQUEST)
    def workflow(tenant: str, request: str, also: str) -> dict[str, Any]:
        return answer_or_note(lambda name, *more: foreseen(steps[name], tenant, request, *more), also)


def _purging(request_id: str, queue: WorkQueue) -> Purge:
    """Start the purge of an erased recording; what fails there is found by the nightly run."""

    def purge(context: StepContext, tenant: TenantId, recording: RecordingId) -> None:
        with context.vault.database.transaction(tenant) as tx:
            queue.enqueue_purge(tx, tenant, recording, cause=request_id)

    return purge


def _recalling(cause: RecallCause) -> Purge:
    """Recall a recording from every dataset that it is in."""

    def recall(context: StepContext, tenant: TenantId, recording: RecordingId) -> None:
        with context.vault.database.transaction(tenant) as tx:
            recall_of(tx, recording, cause)

    return recall


def _withdraw(
    context: StepContext, tenant: TenantId, request: SubjectRequest, *, queue: WorkQueue, actor: str
) -> Receipt:
    """Take every permission of the person's own legs back, as a person on the call would.

    Most of it took effect with the proof of who asks. What is found since is withdrawn, recalled and queued to be
    judged in the transaction that answers; what was queued before is not judged a second time.
    """
    if request.is_answered:
        return request.result
    with context.vault.database.transaction(tenant) as tx:
        moved = move_request(tx, request, RequestState.WORKING, actor=actor)
        calls = withdraw_own_calls(tx, moved, keys=context.vault.keys, queue=queue)
        recordings = sum(len(list_recordings(tx, call=CallId(call))) for call in calls)
        return _answered(tx, moved, actor=actor, calls=len(calls), recordings=recordings)


def _correct(
    context: StepContext, tenant: TenantId, request_id: str, also: Sequence[RecordingId], *, actor: str
) -> Receipt:
    """Write the words that were given last beside what was heard in the recording that was named with them."""
    with context.vault.database.transaction(tenant) as tx:
        given = read_words(tx, request_id, CORRECTED, keys=context.vault.keys)
    if not given or len(also) != 1:
        raise InvalidInput("a correction is answered with its words")
    return correct_transcript(
        context, tenant, request_id, also[0], read_corrections(json.loads(given[-1])), actor=actor
    )


def _object(context: StepContext, tenant: TenantId, request: SubjectRequest, *, actor: str) -> Receipt:
    """Judge anew everything that the person is surely in, so that no tag says any more that it may be trained on."""
    if request.is_answered:
        return request.result
    with context.vault.database.transaction(tenant) as tx:
        moved = move_request(tx, request, RequestState.WORKING, actor=actor, verified_terms=list(request.terms))
        recordings = _all_recordings(context, tx, moved)
    for recording in recordings:
        decide_artifacts(context, tenant, recording)
        if request.kind is RequestKind.OBJECTION:
            _recalling(RecallCause.OBJECTION)(context, tenant, recording)
    with context.vault.database.transaction(tenant) as tx:
        return _answered(tx, moved, actor=actor, calls=0, recordings=len(recordings))


def _all_recordings(context: StepContext, tx: Transaction, request: SubjectRequest) -> list[RecordingId]:
    sure = [m for m in find_requester(tx, request, keys=context.vault.keys) if m.strength is Strength.STRONG]
    of_calls = {m.call for m in sure if m.whose is Whose.OWN and m.call is not None}
    found = {r.id for call in of_calls for r in list_recordings(tx, call=call)}
    return sorted(found | {m.recording for m in sure if m.recording is not None})


def _answered(tx: Transaction, request: SubjectRequest, *, actor: str, **counts: int) -> Receipt:
    move_request(tx, request, RequestState.ANSWERED, actor=actor, facts=counts, result=counts)
    return counts
