"""Deletion certificates as they were signed. Rows are only added; a later edition tells what has gone since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound
from pipeline.store.audit import Facts, add_event
from pipeline.store.session import Transaction
from pipeline.store.tables_disposal import certificates


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One signed part of one edition of a purge's certificate."""

    id: str
    purge: str
    edition: int
    part: int
    parts: int
    kid: str
    sha256: str
    statement: str
    signed_at: datetime


def add_certificate(tx: Transaction, certificate: Certificate) -> bool:
    """Keep a signed part unless it is there; False where it was."""
    added = tx.connection.execute(
        insert(certificates)
        .values(
            id=certificate.id,
            tenant=tx.tenant,
            purge_id=certificate.purge,
            edition=certificate.edition,
            part=certificate.part,
            parts=certificate.parts,
            kid=certificate.kid,
            sha256=certificate.sha256,
            statement=certificate.statement,
            signed_at=certificate.signed_at,
        )
        .on_conflict_do_nothing()
        .returning(certificates.c.id)
    )
    if added.first() is None:
        return False
    facts: Facts = {
        "purge": certificate.purge,
        "edition": certificate.edition,
        "part": certificate.part,
        "sha256": certificate.sha256,
        "kid": certificate.kid,
    }
    add_event(tx, AuditTag.CERTIFICATE_SIGNED, actor="system", target=certificate.id, facts=facts)
    return True


def next_edition(tx: Transaction, purge: str) -> int:
    """Give the number of a purge's next edition, the first being 1."""
    query = select(func.max(certificates.c.edition)).where(_of(tx, purge))
    return int(tx.connection.execute(query).scalar() or 0) + 1


def list_certificates(tx: Transaction, *, purge: str | None = None) -> tuple[Certificate, ...]:
    """List signed parts, oldest first: all, or those of a purge."""
    query = select(certificates).where(certificates.c.tenant == tx.tenant if purge is None else _of(tx, purge))
    query = query.order_by(certificates.c.signed_at, certificates.c.edition, certificates.c.part)
    return tuple(_certificate(row) for row in tx.connection.execute(query))


def list_newest(tx: Transaction, purge: str) -> tuple[Certificate, ...]:
    """List the parts of a purge's newest edition.

    Raises:
        NotFound: the tenant has no certificate of such a purge.
    """
    edition = next_edition(tx, purge) - 1
    found = tuple(one for one in list_certificates(tx, purge=purge) if one.edition == edition)
    if not found:
        raise NotFound(f"no certificate of {purge}")
    return found


def _of(tx: Transaction, purge: str) -> Any:
    return (certificates.c.tenant == tx.tenant) & (certificates.c.purge_id == purge)


def _certificate(row: Row[Any]) -> Certificate:
    return Certificate(
        id=row.id,
        purge=row.purge_id,
        edition=row.edition,
        part=row.part,
        parts=row.parts,
        kid=row.kid,
        sha256=row.sha256,
        statement=row.statement,
        signed_at=row.signed_at,
    )
