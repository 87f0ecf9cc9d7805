"""Deciding that the machine answers a person's request; what cannot be undone is decided by two people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.model.audit import AuditTag
from pipeline.model.errors import IllegalTransition, InvalidInput, NotPermitted
from pipeline.model.ids import RecordingId
from pipeline.model.subject import RequestKind, RequestState, SubjectRequest, advance_request
from pipeline.ports.keys import Keys
from pipeline.ports.queue import WorkQueue
from pipeline.store.api_keys import is_same_person
from pipeline.store.audit import Facts, add_event
from pipeline.store.reasons import seal_reason
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.subject_requests import RequestEvent, list_acts, lock_request, note_act

BY_TWO: Final = frozenset({RequestKind.DELETION})
"""What cannot be undone: whoever asked for it does not approve it."""
ASKED, STARTED, TAKEN_BACK, FAILED = "answer_asked", "answer_started", "answer_taken_back", "answer_failed"
_OF_ANSWERING: Final = (ASKED, STARTED, TAKEN_BACK, FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingAnswer:
    """What one person asked for, and another has to approve."""

    asked_by: str
    also: tuple[RecordingId, ...]


def waiting_answer(acts: Sequence[RequestEvent]) -> WaitingAnswer | None:
    """Say what of a request waits for a second person; None where nothing does."""
    last = last_of_answering(acts)
    if last is None or last.act != ASKED:
        return None
    also = tuple(RecordingId(one) for one in str(last.facts.get("also") or "").split(",") if one)
    return WaitingAnswer(asked_by=last.actor, also=also)


def last_of_answering(acts: Sequence[RequestEvent]) -> RequestEvent | None:
    """Give what was last done about answering a request; None where nothing was."""
    return next((event for event in reversed(acts) if event.act in _OF_ANSWERING), None)


def ask_answer(
    tx: Transaction,
    request: str,
    *,
    actor: str,
    reason: str,
    keys: Keys,
    queue: WorkQueue,
    also: Sequence[RecordingId] = (),
) -> SubjectRequest:
    """Have a request answered: at once, or, where it cannot be undone, when somebody else approves.

    Args:
        tx: the tenant's transaction.
        request: which.
        actor: who decides.
        reason: why; kept sealed.
        keys: under which it is sealed.
        queue: what starts the work.
        also: recordings in which the actor looked and found the person; for a deletion only.

    Raises:
        InvalidInput: no reason; a correction, whose words are given elsewhere; or `also` with another kind.
        NotFound: no such request or recording.
        IllegalTransition: nobody has shown who asks, the request is over, or somebody asked for the same already.
    """
    found = _answerable(tx, request)
    if also and found.kind is not RequestKind.DELETION:
        raise InvalidInput("further recordings are named for a deletion only")
    if waiting_answer(list_acts(tx, request)) is not None:
        raise IllegalTransition("this was asked for already, and waits for another's approval")
    for recording in also:
        get_recording(tx, recording)
    why = seal_reason(tx, reason, subject=request, act=ASKED, keys=keys, actor=actor)
    facts: Facts = {"kind": found.kind.value, "also": ",".join(also), "why": why}
    if found.kind not in BY_TWO:
        return _start(tx, found, actor=actor, queue=queue, facts=facts)
    note_act(tx, found, ASKED, actor=actor, facts=facts)
    add_event(tx, AuditTag.SUBJECT_ANSWER_ASKED, actor=actor, target=request, facts=facts)
    return found


def approve_answer(
    tx: Transaction, request: str, *, actor: str, reason: str, keys: Keys, queue: WorkQueue
) -> SubjectRequest:
    """Approve what somebody else asked for; the work begins.

    Raises:
        InvalidInput: no reason.
        NotFound: no such request.
        NotPermitted: the same person asked.
        IllegalTransition: nobody has asked, or the request is over.
    """
    found = _answerable(tx, request)
    waiting = _waiting(tx, request)
    if is_same_person(tx, waiting.asked_by, actor):
        raise NotPermitted("whoever asked for it does not approve it")
    why = seal_reason(tx, reason, subject=request, act=STARTED, keys=keys, actor=actor)
    facts: Facts = {"kind": found.kind.value, "also": ",".join(waiting.also), "why": why, "asked_by": waiting.asked_by}
    return _start(tx, found, actor=actor, queue=queue, facts=facts)


def take_back_answer(tx: Transaction, request: str, *, actor: str, reason: str, keys: Keys) -> SubjectRequest:
    """Refuse what somebody asked for, or take one's own asking back; the request stays as it was.

    Raises:
        InvalidInput: no reason.
        NotFound: no such request.
        IllegalTransition: nobody has asked.
    """
    found = lock_request(tx, request)
    waiting = _waiting(tx, request)
    why = seal_reason(tx, reason, subject=request, act=TAKEN_BACK, keys=keys, actor=actor)
    facts: Facts = {"asked_by": waiting.asked_by, "why": why}
    note_act(tx, found, TAKEN_BACK, actor=actor, facts=facts)
    add_event(tx, AuditTag.SUBJECT_ANSWER_ASKED, actor=actor, target=request, facts={**facts, "is_taken_back": True})
    return found


def start_answer(
    tx: Transaction, found: SubjectRequest, *, actor: str, queue: WorkQueue, also: Sequence[RecordingId], why: str
) -> SubjectRequest:
    """Have a worker answer a request that was decided; `why` is the id of the reason, and each starts it once."""
    facts: Facts = {"kind": found.kind.value, "also": ",".join(also), "why": why}
    return _start(tx, found, actor=actor, queue=queue, facts=facts)


def _start(tx: Transaction, found: SubjectRequest, *, actor: str, queue: WorkQueue, facts: Facts) -> SubjectRequest:
    also = [RecordingId(one) for one in str(facts["also"]).split(",") if one]
    note_act(tx, found, STARTED, actor=actor, facts=facts)
    add_event(tx, AuditTag.SUBJECT_ANSWER_STARTED, actor=actor, target=found.id, facts=facts)
    queue.enqueue_answer(tx, tx.tenant, found.id, cause=str(facts["why"]), also=also)
    return found


def _answerable(tx: Transaction, request: str) -> SubjectRequest:
    found = lock_request(tx, request)
    if found.kind is RequestKind.CORRECTION:
        raise InvalidInput("a correction is answered with its words")
    advance_request(found.kind, found.state, RequestState.WORKING)
    return found


def _waiting(tx: Transaction, request: str) -> WaitingAnswer:
    waiting = waiting_answer(list_acts(tx, request))
    if waiting is None:
        raise IllegalTransition("nobody has asked for it, or it was decided")
    return waiting
