"""Demands of law and what was done about them. Rows are only added; names, references and notes stand sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, insert, select

from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound
from pipeline.model.ids import new_id
from pipeline.model.legal import LegalAct, LegalDemand, LegalKind, LegalRequest, LegalStep, LegalWords
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables import audit_events
from pipeline.store.tables_duties import legal_acts, legal_requests


def add_request(tx: Transaction, demand: LegalDemand, *, actor: str, keys: Keys) -> str:
    """Take a request in; give its id."""
    request = new_id("leg")
    sealed = seal(json.dumps(asdict(demand.words)).encode(), keys=keys, tenant=tx.tenant, context=_context(request))
    tx.connection.execute(
        insert(legal_requests).values(
            id=request,
            tenant=tx.tenant,
            kind=demand.kind.value,
            received_on=demand.received_on,
            scope=[list(item) for item in demand.scope],
            sealed=sealed,
            opened_by=actor,
            opened_at=tx.now,
        )
    )
    return request


def add_act(
    tx: Transaction, request: str, act: LegalAct, *, detail: Mapping[str, Any], words: str, actor: str, keys: Keys
) -> None:
    """Note what was done; `detail` holds ids, digests, days and enum values, `words` is sealed."""
    sealed = seal(words.encode(), keys=keys, tenant=tx.tenant, context=_context(request)) if words else None
    tx.connection.execute(
        insert(legal_acts).values(
            tenant=tx.tenant,
            request_id=request,
            act=act.value,
            detail=dict(detail),
            sealed=sealed,
            actor=actor,
            at=tx.now,
        )
    )


def get_request(tx: Transaction, request: str, *, keys: Keys) -> LegalRequest:
    """Read a request with its acts in order.

    Raises:
        NotFound: the tenant has no such request.
    """
    row = tx.connection.execute(
        select(legal_requests).where(legal_requests.c.tenant == tx.tenant, legal_requests.c.id == request)
    ).first()
    if row is None:
        raise NotFound(f"no legal request {request[:40]}")
    return _request(tx, row, keys)


def list_requests(tx: Transaction, *, keys: Keys) -> tuple[LegalRequest, ...]:
    """List every request of the tenant, oldest first."""
    rows = tx.connection.execute(
        select(legal_requests)
        .where(legal_requests.c.tenant == tx.tenant)
        .order_by(legal_requests.c.opened_at, legal_requests.c.id)
    )
    return tuple(_request(tx, row, keys) for row in rows.all())


def list_untold(tx: Transaction) -> frozenset[str]:
    """Name the requests that the tenant may not know of yet: taken in at the platform's machine, and not told.

    What the tenant's own people took in stands in the log without a `via`. One that nobody notes there is not told.
    """
    mine = legal_requests.c.tenant == tx.tenant
    told = select(legal_acts.c.id).where(
        legal_acts.c.tenant == tx.tenant,
        legal_acts.c.request_id == legal_requests.c.id,
        legal_acts.c.act == LegalAct.NOTIFIED.value,
    )
    own = select(audit_events.c.seq).where(
        audit_events.c.tenant == tx.tenant,
        audit_events.c.target == legal_requests.c.id,
        audit_events.c.tag == AuditTag.LEGAL_OPENED.value,
        ~audit_events.c.facts.has_key("via"),
    )
    return frozenset(
        tx.connection.execute(select(legal_requests.c.id).where(mine, ~told.exists(), ~own.exists())).scalars()
    )


def _request(tx: Transaction, row: Row[Any], keys: Keys) -> LegalRequest:
    opened = open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.id))
    done = tx.connection.execute(
        select(legal_acts)
        .where(legal_acts.c.tenant == tx.tenant, legal_acts.c.request_id == row.id)
        .order_by(legal_acts.c.id)
    )
    return LegalRequest(
        id=row.id,
        demand=LegalDemand(
            kind=LegalKind(row.kind),
            received_on=row.received_on,
            scope=tuple((kind, subject) for kind, subject in row.scope),
            words=LegalWords(**json.loads(opened)),
        ),
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        steps=tuple(_step(tx, act, keys) for act in done),
    )


def _step(tx: Transaction, row: Row[Any], keys: Keys) -> LegalStep:
    words = b""
    if row.sealed is not None:
        words = open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.request_id))
    return LegalStep(act=LegalAct(row.act), actor=row.actor, at=row.at, detail=row.detail, words=words.decode())


def _context(request: str) -> dict[str, str]:
    return {"kind": "legal.request", "request": request}
