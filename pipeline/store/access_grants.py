"""Who may read for a purpose, and until when. Grants and revocations are only added; a reason stands sealed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_once

from pipeline.model.access import AccessGrant, AccessPurpose
from pipeline.model.errors import NotFound
from pipeline.model.ids import CallId, RecordingId
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_duties import access_grants, access_revocations


def add_grant(tx: Transaction, grant: AccessGrant, *, reason: str, keys: Keys) -> None:
    """Keep a grant with its reason."""
    tx.connection.execute(
        insert(access_grants).values(
            id=grant.id,
            tenant=tx.tenant,
            actor=grant.actor,
            purpose=grant.purpose.value,
            scope_kind=grant.scope_kind,
            scope_id=grant.scope_id,
            starts_at=grant.starts_at,
            ends_at=grant.ends_at,
            sealed=seal(reason.encode(), keys=keys, tenant=tx.tenant, context=_context(grant.id)),
            granted_by=grant.granted_by,
            at=tx.now,
        )
    )


def add_revocation(tx: Transaction, grant: str, *, actor: str) -> bool:
    """Note that a grant ends now; False where it was revoked before."""
    added = tx.connection.execute(
        insert_once(access_revocations)
        .values(tenant=tx.tenant, grant_id=grant, actor=actor, at=tx.now)
        .on_conflict_do_nothing()
        .returning(access_revocations.c.id)
    )
    return added.first() is not None


def find_grant(
    tx: Transaction, *, actor: str, purpose: AccessPurpose, recording: RecordingId | None, call: CallId | None
) -> AccessGrant | None:
    """Find a grant in force by which somebody may read of a recording or its call for a purpose."""
    query = _grants(tx).where(
        access_grants.c.actor == actor, access_grants.c.purpose == purpose.value, access_grants.c.ends_at > tx.now
    )
    covered = {("recording", recording), ("call", call)} - {("recording", None), ("call", None)}
    found = (_grant(row) for row in tx.connection.execute(query.order_by(access_grants.c.ends_at.desc())))
    return next((g for g in found if (g.scope_kind, g.scope_id) in covered and g.is_in_force(tx.now)), None)


def get_grant(tx: Transaction, grant: str) -> AccessGrant:
    """Read a grant.

    Raises:
        NotFound: the tenant has no such grant.
    """
    row = tx.connection.execute(_grants(tx).where(access_grants.c.id == grant)).first()
    if row is None:
        raise NotFound(f"no access grant {grant[:40]}")
    return _grant(row)


def list_grants(tx: Transaction) -> tuple[AccessGrant, ...]:
    """List every grant of the tenant, oldest first."""
    rows = tx.connection.execute(_grants(tx).order_by(access_grants.c.at, access_grants.c.id))
    return tuple(_grant(row) for row in rows)


def read_reason(tx: Transaction, grant: str, *, keys: Keys) -> str:
    """Open why a grant was given.

    Raises:
        NotFound: the tenant has no such grant.
    """
    query = select(access_grants.c.sealed).where(access_grants.c.tenant == tx.tenant, access_grants.c.id == grant)
    sealed = tx.connection.execute(query).scalar()
    if sealed is None:
        raise NotFound(f"no access grant {grant[:40]}")
    return open_sealed(sealed, keys=keys, tenant=tx.tenant, context=_context(grant)).decode()


def _grants(tx: Transaction) -> Select[Any]:
    revoked = access_revocations.c
    is_of = (revoked.tenant == access_grants.c.tenant) & (revoked.grant_id == access_grants.c.id)
    return (
        select(access_grants, revoked.at.label("revoked_at"))
        .outerjoin(access_revocations, is_of)
        .where(access_grants.c.tenant == tx.tenant)
    )


def _grant(row: Row[Any]) -> AccessGrant:
    return AccessGrant(
        id=row.id,
        actor=row.actor,
        purpose=AccessPurpose(row.purpose),
        scope_kind=row.scope_kind,
        scope_id=row.scope_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        granted_by=row.granted_by,
        revoked_at=row.revoked_at,
    )


def _context(grant: str) -> dict[str, str]:
    return {"kind": "access.grant", "grant": grant}
