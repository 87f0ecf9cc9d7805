"""What a person declared in a tenant's name. The signed statement, with name and role, stands only sealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select

from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_telephony import attestations


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """One declaration. `statement` is a JWS that says who declared which words and when."""

    id: str
    wording_id: str
    wording_sha256: str
    statement: str = field(repr=False)
    kid: str
    actor: str
    at: datetime


def add_attestation(tx: Transaction, made: Attestation, *, keys: Keys) -> None:
    """Keep a declaration; none is ever changed."""
    sealed = seal(made.statement.encode(), keys=keys, tenant=tx.tenant, context=_context(made.id))
    tx.connection.execute(
        insert(attestations).values(
            id=made.id,
            tenant=tx.tenant,
            wording_id=made.wording_id,
            wording_sha256=made.wording_sha256,
            sealed=sealed,
            kid=made.kid,
            actor=made.actor,
            at=made.at,
        )
    )


def find_newest_attestation(tx: Transaction, *, keys: Keys) -> Attestation | None:
    """Read the tenant's last declaration; None where it made none."""
    query = (
        select(attestations)
        .where(attestations.c.tenant == tx.tenant)
        .order_by(attestations.c.at.desc(), attestations.c.id.desc())
        .limit(1)
    )
    row = tx.connection.execute(query).first()
    return None if row is None else _attestation(tx, row, keys)


def list_attestations(tx: Transaction, *, keys: Keys) -> tuple[Attestation, ...]:
    """List every declaration of the tenant, the newest first."""
    query = (
        select(attestations)
        .where(attestations.c.tenant == tx.tenant)
        .order_by(attestations.c.at.desc(), attestations.c.id.desc())
    )
    return tuple(_attestation(tx, row, keys) for row in tx.connection.execute(query))


def _attestation(tx: Transaction, row: Row[Any], keys: Keys) -> Attestation:
    return Attestation(
        id=row.id,
        wording_id=row.wording_id,
        wording_sha256=row.wording_sha256,
        statement=open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.id)).decode(),
        kid=row.kid,
        actor=row.actor,
        at=row.at,
    )


def _context(attestation_id: str) -> dict[str, str]:
    return {"kind": "tenant.attestation", "attestation": attestation_id}
