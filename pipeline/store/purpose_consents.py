"""Recorded consents to other purposes, and their withdrawals. Both are only added."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select, insert, select, tuple_
from sqlalchemy.dialects.postgresql import insert as insert_once

from pipeline.model.call import LegRole
from pipeline.model.errors import NotFound
from pipeline.model.other_purpose import EvidenceKind, PurposeConsent
from pipeline.store.session import Transaction
from pipeline.store.tables_duties import purpose_consents, purpose_revocations


def add_purpose_consent(tx: Transaction, consent: PurposeConsent, *, actor: str) -> None:
    """Keep a consent."""
    tx.connection.execute(
        insert(purpose_consents).values(
            id=consent.id,
            tenant=tx.tenant,
            purpose=consent.purpose,
            scope_kind=consent.scope_kind,
            scope_id=consent.scope_id,
            leg_role=consent.leg_role.value,
            ordinal=consent.ordinal,
            evidence_kind=consent.evidence_kind.value,
            evidence_sha256=consent.evidence_sha256,
            given_on=consent.given_on,
            actor=actor,
            at=tx.now,
        )
    )


def add_purpose_revocation(tx: Transaction, consent: str, *, actor: str) -> bool:
    """Note that a consent was taken back; False where it was before."""
    added = tx.connection.execute(
        insert_once(purpose_revocations)
        .values(tenant=tx.tenant, consent_id=consent, actor=actor, at=tx.now)
        .on_conflict_do_nothing()
        .returning(purpose_revocations.c.id)
    )
    return added.first() is not None


def get_purpose_consent(tx: Transaction, consent: str) -> PurposeConsent:
    """Read a consent.

    Raises:
        NotFound: the tenant has no such consent.
    """
    row = tx.connection.execute(_consents(tx).where(purpose_consents.c.id == consent)).first()
    if row is None:
        raise NotFound(f"no consent {consent[:40]}")
    return _consent(row)


def list_purpose_consents(
    tx: Transaction, *, purpose: str | None = None, scopes: Collection[tuple[str, str]] | None = None
) -> tuple[PurposeConsent, ...]:
    """List consents, oldest first, taken back or not: all, those to one purpose, those for some scopes."""
    query = _consents(tx).order_by(purpose_consents.c.at, purpose_consents.c.id)
    if purpose is not None:
        query = query.where(purpose_consents.c.purpose == purpose)
    if scopes is not None:
        of = tuple_(purpose_consents.c.scope_kind, purpose_consents.c.scope_id)
        query = query.where(of.in_(sorted(scopes)))
    return tuple(_consent(row) for row in tx.connection.execute(query))


def _consents(tx: Transaction) -> Select[Any]:
    revoked = purpose_revocations.c
    is_of = (revoked.tenant == purpose_consents.c.tenant) & (revoked.consent_id == purpose_consents.c.id)
    return (
        select(purpose_consents, revoked.at.label("revoked_at"))
        .outerjoin(purpose_revocations, is_of)
        .where(purpose_consents.c.tenant == tx.tenant)
    )


def _consent(row: Row[Any]) -> PurposeConsent:
    return PurposeConsent(
        id=row.id,
        purpose=row.purpose,
        scope_kind=row.scope_kind,
        scope_id=row.scope_id,
        leg_role=LegRole(row.leg_role),
        ordinal=row.ordinal,
        evidence_kind=EvidenceKind(row.evidence_kind),
        evidence_sha256=row.evidence_sha256,
        given_on=row.given_on,
        noted_at=row.at,
        revoked_at=row.revoked_at,
    )
