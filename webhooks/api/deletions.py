"""Purges: how far each is, and its certificate, handed out to be checked elsewhere, or checked here."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from pipeline.model.errors import IntegrityError
from pipeline.model.purge import PurgeState
from pipeline.model.retention import RetentionBasis
from pipeline.reads.deletions import export_certificate, read_deletion, verify_certificate
from pipeline.store.purge_pages import read_purges
from pipeline.store.purges import get_purge
from webhooks.api.door import ApiRoute, AuditRead, Context
from webhooks.api.pages import USUAL, Cursor, Limit, Name, Page, View, after_of, next_of

router = APIRouter(prefix="/api/v1", tags=["deletions"], route_class=ApiRoute)


class SubjectView(View):
    """What is purged."""

    kind: str
    id: str


class ClauseView(View):
    """Where a rule is written."""

    document: str
    section: str
    key: str


class GroundView(View):
    """Why, and where that is written."""

    cause: RetentionBasis
    clause: ClauseView


class PurgeView(View):
    """One purge."""

    id: str
    subject: SubjectView
    ground: GroundView
    state: PurgeState
    reason: str | None
    attempts: int
    asked_at: datetime
    finished_at: datetime | None


class CountView(View):
    """How many things of a purge are where."""

    kind: str
    state: str
    count: int


class DeletionView(PurgeView):
    """One purge with how far it is, and whether its certificate holds."""

    counts: list[CountView]
    is_certified: bool
    fault: str | None


class ProofView(View):
    """What a certificate proves."""

    holds: bool
    purge: str | None = None
    edition: int | None = None
    is_pinned: bool = False


@router.get("/deletions")
def list_all(
    context: Context,
    who: AuditRead,
    state: Annotated[PurgeState | None, Query(description="Only those in this state.")] = None,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> Page[PurgeView]:
    """List purges, the newest first."""
    with context.database.transaction(who.tenant) as tx:
        found = read_purges(tx, state=state, after=after_of(cursor), limit=limit)
    return Page(items=[PurgeView.model_validate(one) for one in found.purges], next=next_of(found.after))


@router.post("/deletions/verify")
def verify(context: Context, who: AuditRead, certificate: dict[str, Any]) -> ProofView:
    """Check a certificate, as it was handed out, with the tenant's own keys; 422 where it is none."""
    try:
        with context.database.transaction(who.tenant) as tx:
            proof = verify_certificate(tx, json.dumps(certificate).encode())
    except IntegrityError:
        return ProofView(holds=False)
    return ProofView(holds=True, purge=proof.purge, edition=proof.edition, is_pinned=proof.is_pinned)


@router.get("/deletions/{purge}")
def show_one(context: Context, who: AuditRead, purge: Name) -> DeletionView:
    """Show one purge, and check its certificate."""
    with context.database.transaction(who.tenant) as tx:
        report = read_deletion(tx, purge)
    counts = [CountView(kind=kind, state=state, count=count) for (kind, state), count in report.counts.items()]
    plain = PurgeView.model_validate(report.purge).model_dump()
    return DeletionView(**plain, counts=counts, is_certified=report.proof is not None, fault=report.fault)


@router.get("/deletions/{purge}/certificate")
def certificate(context: Context, who: AuditRead, purge: Name) -> dict[str, Any]:
    """Hand out the signed certificate, with the keys that it is checked with."""
    with context.database.transaction(who.tenant) as tx:
        return export_certificate(tx, get_purge(tx, purge).id)
