"""Requests of people about their own data. A request moves on; what happened to it is only ever added to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, Select, Text, any_, insert, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.model.audit import AuditTag
from pipeline.model.decision_terms import Clause
from pipeline.model.errors import NotFound
from pipeline.model.ids import ArtifactId
from pipeline.model.subject import (
    NOT_ANSWERED,
    Deadline,
    Identifier,
    IdentifierKind,
    Identity,
    RequestKind,
    RequestState,
    SubjectDetails,
    SubjectRequest,
    advance_request,
)
from pipeline.ports.keys import Keys
from pipeline.store.audit import Facts, add_event
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_subjects import subject_request_events, subject_requests

_T: Final = subject_requests.c
_OPEN: Final = tuple(sorted(state.value for state in NOT_ANSWERED))


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent:
    """One thing that happened to a request."""

    act: str
    state: RequestState
    actor: str
    at: datetime
    facts: Mapping[str, object]


def token_digest(token: str) -> str:
    """Give what a request's token is looked up by; the token itself is kept nowhere."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_request(
    tx: Transaction, request: SubjectRequest, details: SubjectDetails, *, token: str, keys: Keys, actor: str
) -> None:
    """Keep a request as it came in."""
    clause, sealed = request.deadline.clause, seal_details(tx, request.id, details, keys=keys)
    tx.connection.execute(
        insert(subject_requests).values(
            id=request.id,
            tenant=tx.tenant,
            kind=request.kind.value,
            state=request.state.value,
            channel=request.channel,
            received_on=request.received_on,
            due_on=request.deadline.due_on,
            half_on=request.deadline.half_on,
            late_on=request.deadline.late_on,
            clock_document=clause.document,
            clock_section=clause.section,
            clock_key=clause.key,
            place=request.place,
            identity=request.identity.value,
            terms=list(request.terms),
            verified_terms=list(request.verified_terms),
            sealed=sealed,
            token_sha256=token_digest(token),
            result=dict(request.result),
            export_id=request.export,
            changed_at=tx.now,
        )
    )
    note_act(tx, request, "opened", actor=actor)
    facts: Facts = {
        "kind": request.kind.value,
        "channel": request.channel,
        "due_on": request.deadline.due_on.isoformat(),
        "clock": f"{clause.document} {clause.section}",
    }
    add_event(tx, AuditTag.SUBJECT_OPENED, actor=actor, target=request.id, facts=facts)


def move_request(
    tx: Transaction,
    request: SubjectRequest,
    then: RequestState,
    *,
    actor: str,
    facts: Facts | None = None,
    **changes: Any,
) -> SubjectRequest:
    """Move a request on, with what else changes about it (`identity`, `verified_terms`, `result`, `export_id`).

    Raises:
        IllegalTransition: it cannot go there from where it stands now.
        NotFound: no such request.
    """
    stands = lock_request(tx, request.id)
    state = advance_request(stands.kind, stands.state, then)
    values = {**changes, "state": state.value, "changed_at": tx.now}
    tx.connection.execute(update(subject_requests).where(_T.tenant == tx.tenant, _T.id == request.id).values(**values))
    moved = get_request(tx, request.id)
    if state is not stands.state:
        note_act(tx, moved, "moved", actor=actor, facts=facts)
        told: Facts = {"from": stands.state.value, "to": state.value, **(facts or {})}
        add_event(tx, AuditTag.SUBJECT_MOVED, actor=actor, target=request.id, facts=told)
    return moved


def note_act(
    tx: Transaction,
    request: SubjectRequest,
    act: str,
    *,
    actor: str,
    facts: Facts | None = None,
    sealed: bytes | None = None,
) -> None:
    """Add to what happened to a request."""
    tx.connection.execute(
        insert(subject_request_events).values(
            tenant=tx.tenant,
            request_id=request.id,
            act=act,
            state=request.state.value,
            actor=actor,
            at=tx.now,
            facts=dict(facts or {}),
            sealed=sealed,
        )
    )


def list_acts(tx: Transaction, request: str) -> tuple[RequestEvent, ...]:
    """List what happened to a request, the first first."""
    e = subject_request_events.c
    query = select(subject_request_events).where(e.tenant == tx.tenant, e.request_id == request).order_by(e.id)
    return tuple(
        RequestEvent(act=r.act, state=RequestState(r.state), actor=r.actor, at=r.at, facts=r.facts)
        for r in tx.connection.execute(query)
    )


def get_request(tx: Transaction, request: str) -> SubjectRequest:
    """Read a request.

    Raises:
        NotFound: the tenant has no such request.
    """
    return _only(tx, _all(tx).where(_T.id == request))


def lock_request(tx: Transaction, request: str) -> SubjectRequest:
    """Read a request and lock its row.

    Raises:
        NotFound: the tenant has no such request.
    """
    return _only(tx, _all(tx).where(_T.id == request).with_for_update())


def place_of_export(tx: Transaction, export: ArtifactId) -> str | None:
    """Say where the person is whose request an export answers; None where they did not say, or no request has it."""
    query = select(subject_requests.c.place).where(
        subject_requests.c.tenant == tx.tenant, subject_requests.c.export_id == export
    )
    return tx.connection.execute(query).scalar()


def get_request_by_token(tx: Transaction, token: str) -> SubjectRequest:
    """Read the request that a token follows.

    Raises:
        NotFound: the tenant has none with that token.
    """
    return _only(tx, _all(tx).where(_T.token_sha256 == token_digest(token)))


def list_requests(
    tx: Transaction, *, only_open: bool = False, due_by: date | None = None
) -> tuple[SubjectRequest, ...]:
    """List the tenant's requests, the first due first: all, those without an answer, those due by a day."""
    query = _all(tx).order_by(_T.due_on, _T.id)
    query = query.where(_T.state.in_(_OPEN)) if only_open or due_by else query
    query = query.where(_T.due_on <= due_by) if due_by else query
    return tuple(request_of(row) for row in tx.connection.execute(query))


def list_alerting(tx: Transaction, today: date) -> tuple[SubjectRequest, ...]:
    """List the open requests whose half has passed."""
    query = _all(tx).where(_T.state.in_(_OPEN), _T.half_on <= today).order_by(_T.due_on, _T.id)
    return tuple(request_of(row) for row in tx.connection.execute(query))


def requests_about(tx: Transaction, terms: Sequence[str]) -> tuple[bool, bool]:
    """Say whether a request of somebody with one of these terms is not answered, and whether one objected."""
    if not terms:
        return False, False
    objects = (_T.kind == RequestKind.OBJECTION.value) & (_T.state != RequestState.REFUSED.value)
    rows = tx.connection.execute(
        select(_T.state, objects.label("objects")).where(
            _T.tenant == tx.tenant,
            _T.terms.overlap(literal(list(terms), ARRAY(Text))),
            objects | (_T.state == any_(literal(list(_OPEN), ARRAY(Text)))),
        )
    ).all()
    return any(row.state in _OPEN for row in rows), any(row.objects for row in rows)


def seal_details(tx: Transaction, request: str, details: SubjectDetails, *, keys: Keys) -> bytes:
    """Seal who asks and what they wrote for their column."""
    document = {
        "identifiers": [[i.kind.value, i.value] for i in details.identifiers],
        "note": details.note,
        "agent": details.agent,
    }
    return seal(json.dumps(document).encode(), keys=keys, tenant=tx.tenant, context=_context(request))


def read_details(tx: Transaction, request: str, *, keys: Keys) -> SubjectDetails:
    """Open who asks and what they wrote.

    Raises:
        NotFound: no such request, or the tenant's key was destroyed.
    """
    sealed = tx.connection.execute(select(_T.sealed).where(_T.tenant == tx.tenant, _T.id == request)).scalar()
    if sealed is None:
        raise NotFound("no such request")
    document = json.loads(open_sealed(sealed, keys=keys, tenant=tx.tenant, context=_context(request)))
    return SubjectDetails(
        identifiers=tuple(Identifier(kind=IdentifierKind(k), value=v) for k, v in document["identifiers"]),
        note=document["note"],
        agent=document["agent"],
    )


def _context(request: str) -> dict[str, str]:
    return {"kind": "subject.request", "request": request}


def _all(tx: Transaction) -> Select[Any]:
    return select(subject_requests).where(_T.tenant == tx.tenant)


def _only(tx: Transaction, query: Select[Any]) -> SubjectRequest:
    row = tx.connection.execute(query).first()
    if row is None:
        raise NotFound("no such request")
    return request_of(row)


def request_of(row: Row[Any]) -> SubjectRequest:
    """Read a request from a row that has every column of its table."""
    return SubjectRequest(
        id=row.id,
        kind=RequestKind(row.kind),
        state=RequestState(row.state),
        channel=row.channel,
        received_on=row.received_on,
        deadline=Deadline(
            due_on=row.due_on,
            half_on=row.half_on,
            late_on=row.late_on,
            clause=Clause(document=row.clock_document, section=row.clock_section, key=row.clock_key),
        ),
        place=row.place,
        identity=Identity(row.identity),
        terms=tuple(row.terms),
        verified_terms=tuple(row.verified_terms),
        result=dict(row.result),
        export=row.export_id,
        changed_at=row.changed_at,
    )
