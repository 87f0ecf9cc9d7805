"""A person shows that a number or an address on record is theirs: a code goes there, and comes back.

A code is sent only where exactly this number or address is on record, and proves that one alone; whoever asks is
answered the same either way, and sees the same page in the same time. A withdrawal takes effect with its proof.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from pipeline.intake.note_status import note_told_after_end
from pipeline.intake.withdraw import Withdrawal, withdraw
from pipeline.model.audit import AuditTag
from pipeline.model.consent import Method
from pipeline.model.subject import (
    Identifier,
    IdentifierKind,
    Identity,
    RequestKind,
    RequestState,
    Strength,
    SubjectRequest,
    Whose,
)
from pipeline.ports.keys import Keys
from pipeline.ports.queue import WorkQueue
from pipeline.redaction.exact_form import asked_form
from pipeline.redaction.person_terms import counted_form, exact_terms, index_key
from pipeline.store.audit import Facts, add_event
from pipeline.store.blind_terms import Wanted, find_person, want
from pipeline.store.calls import get_call
from pipeline.store.numbers import list_numbers
from pipeline.store.session import Transaction
from pipeline.store.subject_codes import add_code, count_try, use_code
from pipeline.store.subject_person import find_requester, own_call_ids, own_legs
from pipeline.store.subject_requests import lock_request, move_request, read_details

_CODES_AN_HOUR: Final = 3
_PROVABLE: Final = (IdentifierKind.NUMBER, IdentifierKind.EMAIL)
_WAITING: Final = (RequestState.OPEN, RequestState.IDENTITY_ASKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeToSend:
    """A code on its way: where to, from whom, and the code. Never logged or kept."""

    kind: IdentifierKind
    to: str = field(repr=False)
    sender: str = field(repr=False)
    code: str = field(repr=False)


def ask_for_proof(
    tx: Transaction, request_id: str, *, keys: Keys, reaches: Collection[IdentifierKind], actor: str
) -> CodeToSend | None:
    """Note that the person was asked who they are, and make a code where one can be sent.

    Args:
        tx: the tenant's transaction.
        request_id: whose request.
        keys: the tenant's keys.
        reaches: what there are channels for.
        actor: who asks.

    Returns:
        None where nothing that they named is on record and can be reached, or too many codes were sent within the
        hour: the person is told the same.
    """
    request = lock_request(tx, request_id)
    if request.state not in _WAITING:
        return None
    move_request(tx, request, RequestState.IDENTITY_ASKED, actor=actor)
    key = index_key(keys.digest_key(tx.tenant))
    for one in read_details(tx, request_id, keys=keys).identifiers:
        sender = _sender(tx, one.kind, keys)
        if one.kind not in _PROVABLE or one.kind not in reaches or not sender:
            continue
        to, (wanted,) = asked_form(one), want([one], key=key)
        if to is not None and _is_on_record(tx, one, wanted) and _may_send(tx, one, keys):
            code = add_code(tx, request_id, _term(wanted), keys=keys)
            add_event(tx, AuditTag.SUBJECT_CODE_SENT, actor=actor, target=request_id, facts={"kind": one.kind.value})
            return CodeToSend(kind=one.kind, to=to, sender=sender, code=code)
    return None


def prove(tx: Transaction, request_id: str, code: str, *, keys: Keys, queue: WorkQueue, actor: str) -> bool:
    """Take a code back; True where it was the right one and the request goes on. A wrong one counts when it commits."""
    request = lock_request(tx, request_id)
    term = use_code(tx, request_id, code.strip(), keys=keys)
    key = index_key(keys.digest_key(tx.tenant))
    named = [exact_terms(one, key=key) for one in read_details(tx, request_id, keys=keys).identifiers]
    proved = sorted({found for exact in named if term in exact for found in exact})
    if not proved or request.state not in _WAITING:
        add_event(tx, AuditTag.SUBJECT_CODE_WRONG, actor=actor, target=request_id)
        return False
    facts: Facts = {"identity": Identity.CODE.value, "terms": len(proved)}
    moved = move_request(
        tx,
        request,
        RequestState.VERIFIED,
        actor=actor,
        facts=facts,
        identity=Identity.CODE.value,
        verified_terms=proved,
    )
    if moved.kind is RequestKind.WITHDRAWAL:
        withdraw_own_calls(tx, moved, keys=keys, queue=queue)
    return True


def withdraw_own_calls(tx: Transaction, request: SubjectRequest, *, keys: Keys, queue: WorkQueue) -> list[str]:
    """Take every permission of the person's own legs back, as a person on the call would; give the calls' ids.

    What was recorded is recalled at once, and judged again by the queue. Repeated, it takes up only what was not found
    before, such as a call that was indexed since.
    """
    calls = own_call_ids(find_requester(tx, request, keys=keys))
    told_by = Method.PRIOR_WRITTEN if request.identity is Identity.CODE else Method.OPERATOR_ATTESTED
    for call in calls:
        call_sid = get_call(tx, call).call_sid
        legs = [
            Withdrawal(role=leg.role, ordinal=leg.ordinal, told_by=told_by)
            for leg in own_legs(tx, request, call, keys=keys)
        ] or [Withdrawal(told_by=told_by)]
        for said in legs:
            withdraw(tx, call_sid, said, actor=f"subject:{request.id}")
        # A leg that is found later is another cause; the same legs are judged once.
        cause = ":".join(["withdrawn", request.id, *(f"{leg.role}-{leg.ordinal}" for leg in legs)])
        note_told_after_end(tx, call_sid, cause=cause, queue=queue)
    return list(calls)


def count_person(tx: Transaction, what: str, one: Identifier, *, most: int, within: timedelta, keys: Keys) -> bool:
    """Count what is done about a number or address, however it is spelled, and say whether it is still allowed."""
    return count_try(tx, f"{what}:{counted_form(one)}", most=most, within=within, keys=keys)


def _is_on_record(tx: Transaction, one: Identifier, wanted: Wanted) -> bool:
    """Say whether exactly this number was on a call of its own, or exactly this address was said."""
    found = [m for m in find_person(tx, [wanted.only(wanted.exact)]) if m.strength is Strength.STRONG]
    return any(m.whose is Whose.OWN or one.kind is IdentifierKind.EMAIL for m in found)


def _may_send(tx: Transaction, one: Identifier, keys: Keys) -> bool:
    return count_person(tx, "code", one, most=_CODES_AN_HOUR, within=timedelta(hours=1), keys=keys)


def _term(wanted: Wanted) -> str:
    """Name the identifier by its exact digest: a code proves what it was sent to, and nothing that is alike."""
    return min(wanted.exact)


def _sender(tx: Transaction, kind: IdentifierKind, keys: Keys) -> str:
    """Give the tenant's own number that a message comes from; a mail's sender is the channel's own matter."""
    if kind is not IdentifierKind.NUMBER:
        return "-"
    return next((own.number for own in list_numbers(tx, keys=keys) if own.is_armed), "")
