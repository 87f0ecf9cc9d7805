"""The keys a tenant's receipts and attestations are signed with.

Each tenant has its own. The private part lies sealed under the tenant's key, so it ends when that key is destroyed;
the public parts stay, retired ones too, because what they signed is verified for years. Without the private part
nothing is issued: a statement is signed or it is not made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from pipeline.consent import jws
from pipeline.model.audit import AuditTag
from pipeline.model.ids import TenantId
from pipeline.ports.keys import Keys
from pipeline.store.audit import add_event, lock_log
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_telephony import signing_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A tenant's private key in force, opened for the length of one piece of work."""

    tenant: TenantId
    kid: str
    private_key: bytes = field(repr=False)

    def sign(self, payload: bytes, *, typ: str) -> str:
        """Sign bytes as a statement of a kind (JWS compact form)."""
        return jws.sign(payload, private_key=self.private_key, typ=typ)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """The public part of a signing key; `retired_at` is None for the one in force."""

    kid: str
    public_key: bytes
    created_at: datetime
    retired_at: datetime | None


_KIND: Final = "tenant.signing_key"


def sign(tx: Transaction, payload: bytes, *, typ: str, keys: Keys, actor: str = "system") -> tuple[str, str]:
    """Sign bytes with the tenant's key in force; give the statement and the key's id.

    Raises:
        NotFound: the tenant's key was destroyed, so nothing can be signed in its name.
        VendorUnavailable: the keeper of keys cannot be reached.
    """
    signer = get_signer(tx, keys=keys, actor=actor)
    return signer.sign(payload, typ=typ), signer.kid


def get_signer(tx: Transaction, *, keys: Keys, actor: str = "system") -> Signer:
    """Open the tenant's key in force; the first who asks makes it, and two who ask at once make one.

    Raises:
        NotFound: the tenant has no key to seal it under, or it was destroyed.
        VendorUnavailable: the keeper of keys cannot be reached.
    """
    found = _find_signer(tx, keys)
    if found is None:
        lock_log(tx)
        found = _find_signer(tx, keys) or _make(tx, keys, actor)
    return found


def rotate_key(tx: Transaction, *, keys: Keys, actor: str, reason: str) -> Signer:
    """Retire the key in force and make another; what the old one signed is still verified with its public part.

    Raises:
        NotFound: the tenant has no key to seal it under, or it was destroyed.
        VendorUnavailable: the keeper of keys cannot be reached.
    """
    lock_log(tx)
    tx.connection.execute(update(signing_keys).where(_in_force(tx)).values(retired_at=tx.now))
    return _make(tx, keys, actor, reason=reason)


def add_public_key(tx: Transaction, public_key: bytes) -> str:
    """Let what a closed account's key has signed be verified; give the key's id."""
    kid = jws.thumbprint(public_key)
    row = {"id": kid, "tenant": tx.tenant, "public_key": public_key, "created_at": tx.now, "retired_at": tx.now}
    tx.connection.execute(insert_or_not(signing_keys).values(sealed=b"", **row).on_conflict_do_nothing())
    return kid


def pinned_keys(tx: Transaction) -> dict[str, bytes]:
    """Give every public key by its id, as signatures are checked with."""
    return {key.kid: key.public_key for key in list_public_keys(tx)}


def list_public_keys(tx: Transaction) -> tuple[PublicKey, ...]:
    """List every public key the tenant ever signed with, oldest first."""
    rows = tx.connection.execute(
        select(signing_keys.c.id, signing_keys.c.public_key, signing_keys.c.created_at, signing_keys.c.retired_at)
        .where(signing_keys.c.tenant == tx.tenant)
        .order_by(signing_keys.c.created_at, signing_keys.c.id)
    )
    return tuple(
        PublicKey(kid=row.id, public_key=row.public_key, created_at=row.created_at, retired_at=row.retired_at)
        for row in rows
    )


def _find_signer(tx: Transaction, keys: Keys) -> Signer | None:
    row = tx.connection.execute(select(signing_keys.c.id, signing_keys.c.sealed).where(_in_force(tx))).first()
    if row is None:
        return None
    private_key = open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.id))
    return Signer(tenant=tx.tenant, kid=row.id, private_key=private_key)


def _make(tx: Transaction, keys: Keys, actor: str, *, reason: str = "first use") -> Signer:
    key = Ed25519PrivateKey.generate()
    private_key, public_key = key.private_bytes_raw(), key.public_key().public_bytes_raw()
    kid = jws.thumbprint(public_key)
    tx.connection.execute(
        insert(signing_keys).values(
            id=kid,
            tenant=tx.tenant,
            public_key=public_key,
            sealed=seal(private_key, keys=keys, tenant=tx.tenant, context=_context(kid)),
            created_at=tx.now,
        )
    )
    add_event(tx, AuditTag.SIGNING_KEY_MADE, actor=actor, target=kid, facts={"algorithm": "Ed25519", "reason": reason})
    return Signer(tenant=tx.tenant, kid=kid, private_key=private_key)


def _in_force(tx: Transaction) -> ColumnElement[bool]:
    return (signing_keys.c.tenant == tx.tenant) & signing_keys.c.retired_at.is_(None)


def _context(kid: str) -> dict[str, str]:
    return {"kind": _KIND, "kid": kid}
