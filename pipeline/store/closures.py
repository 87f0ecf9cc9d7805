"""Closed accounts: how far each is, and what of it is kept by whose order after its key is gone.

What a hold or a law keeps is sealed anew under a key of its own before the tenant's key is destroyed: one for each
matter, readable by those who own the matter, and one for what the law makes us keep. The closure also gets a signing
key under the latter, so that what is purged later is still certified.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from pipeline.consent import jws
from pipeline.model.errors import NotFound
from pipeline.model.ids import ArtifactId, TenantId, new_id
from pipeline.model.recording import UPLOADED, Recording, RecordingState
from pipeline.ports.keys import Keys
from pipeline.store import signing_keys
from pipeline.store.recordings import recording_of
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables import recordings
from pipeline.store.tables_disposal import closure_exceptions, closures

_REASON: Final = {"kind": "closure.reason"}
_SIGNER: Final = {"kind": "closure.signing_key"}
MATTER_KEY: Final = "matter--"
CLOSED_KEY: Final = "closed--"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """One closed account, and the moments it has passed."""

    id: str
    closed_on: date
    actor: str
    at: datetime
    vendor_gone_at: datetime | None
    purged_at: datetime | None
    key_destroyed_at: datetime | None
    proved_at: datetime | None
    signer_kid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One artifact that outlives its account: where its copy lies, under which key, by what order and until when."""

    artifact: ArtifactId
    kept_key: str
    key_name: str
    why: str
    statute: str
    owner: str
    expires_on: date | None
    fields: str
    sealed_sha256: str


def matter_key(tenant: TenantId, matter: str) -> TenantId:
    """Name the key of a matter: a keyholder of its own at the keeper of keys, which no tenant can be called."""
    return TenantId(MATTER_KEY + hashlib.sha256(f"{tenant}\0{matter}".encode()).hexdigest()[:40])


def closed_key(tenant: TenantId) -> TenantId:
    """Name the key of what the law makes us keep of a closed account."""
    return TenantId(CLOSED_KEY + hashlib.sha256(tenant.encode()).hexdigest()[:40])


def add_closure(tx: Transaction, *, closed_on: date, actor: str, reason: str, keys: Keys) -> Closure:
    """Note that an account is closed; the first note stays."""
    tx.connection.execute(
        insert_or_not(closures)
        .values(
            id=new_id("closure"),
            tenant=tx.tenant,
            closed_on=closed_on,
            actor=actor,
            sealed=seal(reason.encode(), keys=keys, tenant=tx.tenant, context=_REASON),
            at=tx.now,
        )
        .on_conflict_do_nothing()
    )
    found = find_closure(tx)
    if found is None:
        raise NotFound("the closure was not kept")
    return found


def find_closure(tx: Transaction) -> Closure | None:
    """Find the tenant's closure; None for an account that is open."""
    row = tx.connection.execute(select(closures).where(closures.c.tenant == tx.tenant)).first()
    return None if row is None else _closure(row)


def mark_closure(tx: Transaction, moment: str) -> bool:
    """Note that a closed account has passed a moment (`vendor_gone_at`, ...); False where that was noted before."""
    column = closures.c[moment]
    changed = tx.connection.execute(
        update(closures).where(closures.c.tenant == tx.tenant, column.is_(None)).values({moment: tx.now})
    )
    return changed.rowcount == 1


def make_successor(tx: Transaction, *, keys: Keys) -> str:
    """Make the key that statements about a closed account are signed with once its own is gone; give its public part.

    The key under which it is sealed must be there. Made once; its public part joins the tenant's.
    """
    found = tx.connection.execute(select(closures.c.signer_kid).where(closures.c.tenant == tx.tenant)).first()
    if found is None:
        raise NotFound("the account is not closed")
    if found.signer_kid is not None:
        return next(key.public_key for key in signing_keys.list_public_keys(tx) if key.kid == found.signer_kid).hex()
    key = Ed25519PrivateKey.generate()
    private_key, public_key = key.private_bytes_raw(), key.public_key().public_bytes_raw()
    kid = signing_keys.add_public_key(tx, public_key)
    sealed = seal(private_key, keys=keys, tenant=closed_key(tx.tenant), context=_SIGNER | {"kid": kid})
    tx.connection.execute(
        update(closures).where(closures.c.tenant == tx.tenant).values(signer_kid=kid, signer_sealed=sealed)
    )
    return public_key.hex()


def close_again(tx: Transaction, *, closure: str, closed_on: date, public_key: bytes) -> None:
    """Note a closure that an older copy of the database does not know: closed, without its key, as the ledger says."""
    signing_keys.add_public_key(tx, public_key)
    tx.connection.execute(
        insert_or_not(closures)
        .values(
            id=closure, tenant=tx.tenant, closed_on=closed_on, actor="system", sealed=b"", at=tx.now,
            key_destroyed_at=tx.now, proved_at=tx.now,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip


def sign_disposal(tx: Transaction, payload: bytes, *, typ: str, keys: Keys) -> tuple[str, str]:
    """Sign a certificate or a line of the ledger: with the tenant's key, or its successor's once there is one.

    Raises:
        NotFound: the key is destroyed and no successor was made.
        VendorUnavailable: the keeper of keys cannot be reached.
    """
    columns = (closures.c.signer_kid, closures.c.signer_sealed)
    row = tx.connection.execute(select(*columns).where(closures.c.tenant == tx.tenant)).first()
    if row is None or row.signer_kid is None:
        return signing_keys.sign(tx, payload, typ=typ, keys=keys)
    context = _SIGNER | {"kid": row.signer_kid}
    private_key = open_sealed(row.signer_sealed, keys=keys, tenant=closed_key(tx.tenant), context=context)
    return jws.sign(payload, private_key=private_key, typ=typ), row.signer_kid


def list_at_vendor(tx: Transaction) -> tuple[Recording, ...]:
    """List recordings that the vendor may still have a copy of."""
    rows = tx.connection.execute(
        select(recordings)
        .where(
            recordings.c.tenant == tx.tenant,
            recordings.c.vendor_deleted_at.is_(None),
            recordings.c.source != UPLOADED,
            recordings.c.state != RecordingState.ABSENT.value,
        )
        .order_by(recordings.c.created_at, recordings.c.id)
    )
    return tuple(recording_of(row) for row in rows)


def add_kept(tx: Transaction, kept: Kept) -> None:
    """Note an artifact that outlives its account; repeating it changes nothing."""
    tx.connection.execute(
        insert_or_not(closure_exceptions)
        .values(
            tenant=tx.tenant,
            artifact_id=kept.artifact,
            kept_key=kept.kept_key,
            key_name=kept.key_name,
            why=kept.why,
            statute=kept.statute,
            owner=kept.owner,
            expires_on=kept.expires_on,
            fields=kept.fields,
            sealed_sha256=kept.sealed_sha256,
            at=tx.now,
        )
        .on_conflict_do_nothing()
    )


def find_kept(tx: Transaction, artifact: ArtifactId) -> Kept | None:
    """Find how an artifact outlives its account; None where it does not."""
    row = tx.connection.execute(
        select(closure_exceptions).where(
            closure_exceptions.c.tenant == tx.tenant, closure_exceptions.c.artifact_id == artifact
        )
    ).first()
    return None if row is None else _kept(row)


def list_kept(tx: Transaction) -> tuple[Kept, ...]:
    """List everything that outlives the account."""
    rows = tx.connection.execute(
        select(closure_exceptions).where(closure_exceptions.c.tenant == tx.tenant).order_by(closure_exceptions.c.id)
    )
    return tuple(_kept(row) for row in rows)


def _closure(row: Row[Any]) -> Closure:
    return Closure(
        id=row.id,
        closed_on=row.closed_on,
        actor=row.actor,
        at=row.at,
        vendor_gone_at=row.vendor_gone_at,
        purged_at=row.purged_at,
        key_destroyed_at=row.key_destroyed_at,
        proved_at=row.proved_at,
        signer_kid=row.signer_kid,
    )


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        artifact=ArtifactId(row.artifact_id),
        kept_key=row.kept_key,
        key_name=row.key_name,
        why=row.why,
        statute=row.statute,
        owner=row.owner,
        expires_on=row.expires_on,
        fields=row.fields,
        sealed_sha256=row.sealed_sha256,
    )
