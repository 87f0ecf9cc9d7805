"""Answering a request for correction with its words: they are sealed now, and a worker writes them beside the sound."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from pipeline.decisions.answers import STARTED, last_of_answering, start_answer
from pipeline.model.correction import Correction, plain_corrections
from pipeline.model.errors import IllegalTransition, InvalidInput
from pipeline.model.ids import RecordingId
from pipeline.model.subject import RequestKind, RequestState, SubjectRequest, advance_request
from pipeline.ports.keys import Keys
from pipeline.ports.queue import WorkQueue
from pipeline.store.reasons import seal_reason
from pipeline.store.session import Transaction
from pipeline.store.subject_person import is_requester_in
from pipeline.store.subject_requests import list_acts, lock_request
from pipeline.store.subject_words import CORRECTED, note_words


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenWords:
    """What turns of a recording should have said, and why it is written. All of it is only kept sealed."""

    recording: RecordingId
    corrections: tuple[Correction, ...] = field(repr=False)
    reason: str = field(repr=False)


def give_correction(
    tx: Transaction, request: str, given: GivenWords, *, actor: str, keys: Keys, queue: WorkQueue
) -> SubjectRequest:
    """Have turns of a recording corrected in the person's words, which stand beside what was heard.

    Args:
        tx: the tenant's transaction.
        request: which.
        given: the words, of a recording in which the person was found.
        actor: who decides.
        keys: under which the words are sealed.
        queue: what starts the work.

    Raises:
        InvalidInput: no reason, a request of another kind, no words, or a recording that is not the person's.
        NotFound: no such request or recording.
        IllegalTransition: nobody has shown who asks, the request is over, or a worker is at it.
    """
    found = lock_request(tx, request)
    if found.kind is not RequestKind.CORRECTION or not given.corrections:
        raise InvalidInput("a correction is answered with its words, and nothing else is")
    advance_request(found.kind, found.state, RequestState.WORKING)
    last = last_of_answering(list_acts(tx, found.id))
    if last is not None and last.act == STARTED:
        raise IllegalTransition("a worker is writing the correction that was given")
    if not is_requester_in(tx, found, given.recording, keys=keys):
        raise InvalidInput("the person was not found in that recording")
    why = seal_reason(tx, given.reason, subject=found.id, act=STARTED, keys=keys, actor=actor)
    note_words(tx, found, CORRECTED, json.dumps(plain_corrections(given.corrections)), keys=keys, actor=actor)
    return start_answer(tx, found, actor=actor, queue=queue, also=(given.recording,), why=why)
