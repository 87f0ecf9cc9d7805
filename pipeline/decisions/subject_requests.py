"""What a person of the tenant decides about a request: who asks, that it is refused or done, and who is late."""

from __future__ import annotations

from datetime import date

from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput
from pipeline.model.subject import Identity, RequestState, SubjectRequest, advance_request
from pipeline.ports.keys import Keys
from pipeline.store.audit import Facts, add_event
from pipeline.store.session import Transaction
from pipeline.store.subject_requests import list_acts, list_alerting, lock_request, move_request, note_act
from pipeline.store.subject_words import ATTESTED, CLOSED, REASONED, REFUSED, note_words

_HALF, _LATE = "alerted_half", "alerted_late"


def attest_identity(
    tx: Transaction, request: str, *, identity: Identity, actor: str, reason: str, keys: Keys
) -> SubjectRequest:
    """Say that proof was seen of who asks, or of an agent's authority: everything they named is theirs from then on.

    Which proof it was is kept sealed.

    Raises:
        InvalidInput: no reason, or a code, which nobody attests.
        IllegalTransition: the request is past that.
    """
    if identity not in (Identity.OPERATOR, Identity.AGENT):
        raise InvalidInput("a person attests for a requester or for an authorised agent")
    _need(reason)
    found = lock_request(tx, request)
    facts: Facts = {"identity": identity.value}
    changes = {"identity": identity.value, "verified_terms": list(found.terms)}
    moved = move_request(tx, found, RequestState.VERIFIED, actor=actor, facts=facts, **changes)
    note_words(tx, moved, ATTESTED, reason, keys=keys, actor=actor)
    return moved


def refuse(tx: Transaction, request: str, *, actor: str, reason: str, keys: Keys) -> SubjectRequest:
    """Refuse a request, and keep, sealed, the exception that it falls under.

    Raises:
        InvalidInput: no reason.
        IllegalTransition: the request is answered.
    """
    return _end(tx, request, RequestState.REFUSED, REFUSED, actor=actor, reason=reason, keys=keys)


def answer(tx: Transaction, request: str, *, actor: str, reason: str, keys: Keys) -> SubjectRequest:
    """Note that a request is answered, and keep, sealed, how.

    Raises:
        InvalidInput: no reason.
        IllegalTransition: it is not known who asks, or the request is over.
    """
    give_reason(tx, request, actor=actor, reason=reason, keys=keys)
    found = move_request(tx, lock_request(tx, request), RequestState.WORKING, actor=actor)
    return move_request(tx, found, RequestState.ANSWERED, actor=actor)


def give_reason(tx: Transaction, request: str, *, actor: str, reason: str, keys: Keys) -> None:
    """Keep, sealed, why a person of the tenant has a request answered, or what was done.

    Raises:
        InvalidInput: no reason.
        IllegalTransition: it is not known who asks, or the request was refused.
    """
    _need(reason)
    found = lock_request(tx, request)
    if not found.is_answered:
        advance_request(found.kind, found.state, RequestState.WORKING)
    note_words(tx, found, REASONED, reason, keys=keys, actor=actor)


def close(tx: Transaction, request: str, *, actor: str, reason: str, keys: Keys) -> SubjectRequest:
    """Close a request, and keep, sealed, why: it was answered, or the person let it go.

    Raises:
        InvalidInput: no reason.
        IllegalTransition: it is being worked on.
    """
    return _end(tx, request, RequestState.CLOSED, CLOSED, actor=actor, reason=reason, keys=keys)


def alert_late(tx: Transaction, today: date, *, actor: str) -> tuple[SubjectRequest, ...]:
    """Note once for each open request that half of its time is over, and once that the last sixth has begun.

    Returns:
        Every open request whose half is over, the first due first.
    """
    late = list_alerting(tx, today)
    for request in late:
        lock_request(tx, request.id)  # two who look at once note it once
        noted = {event.act for event in list_acts(tx, request.id)}
        due = [(_HALF, request.deadline.half_on), (_LATE, request.deadline.late_on)]
        for act, on in due:
            if on <= today and act not in noted:
                facts: Facts = {"alert": act, "days_left": (request.deadline.due_on - today).days}
                note_act(tx, request, act, actor=actor, facts=facts)
                add_event(tx, AuditTag.SUBJECT_ALERTED, actor=actor, target=request.id, facts=facts)
    return late


def _end(
    tx: Transaction, request: str, then: RequestState, act: str, *, actor: str, reason: str, keys: Keys
) -> SubjectRequest:
    _need(reason)
    moved = move_request(tx, lock_request(tx, request), then, actor=actor)
    note_words(tx, moved, act, reason, keys=keys, actor=actor)
    return moved


def _need(reason: str) -> None:
    if not reason.strip() or len(reason) > 500:
        raise InvalidInput("a decision about a request needs a reason of at most 500 characters")
