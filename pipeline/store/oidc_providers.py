"""A tenant's own identity provider; the secret by which we are known there stands only in the sealed column."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.identity import Provider
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_people import oidc_providers


def keep_provider(tx: Transaction, provider: Provider, *, keys: Keys) -> None:
    """Keep the provider in place of any other."""
    context = _context(provider.issuer, provider.client_id)
    sealed = seal(provider.client_secret.encode(), keys=keys, tenant=tx.tenant, context=context)
    values = {
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "sealed": sealed,
        "changed_at": tx.now,
    }
    tx.connection.execute(
        insert(oidc_providers)
        .values(tenant=tx.tenant, **values)
        .on_conflict_do_update(index_elements=["tenant"], set_=values)
    )


def find_provider(tx: Transaction, *, keys: Keys, is_locked: bool = False) -> Provider | None:
    """Find the provider.

    Args:
        tx: the tenant's transaction.
        keys: who opens the secret.
        is_locked: keep others who ask for it so waiting until this transaction ends.
    """
    query = select(oidc_providers).where(oidc_providers.c.tenant == tx.tenant)
    row = tx.connection.execute(query.with_for_update() if is_locked else query).first()
    if row is None:
        return None
    secret = open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.issuer, row.client_id))
    return Provider(issuer=row.issuer, client_id=row.client_id, client_secret=secret.decode())


def drop_provider(tx: Transaction) -> bool:
    """Forget the provider; says whether there was one."""
    query = delete(oidc_providers).where(oidc_providers.c.tenant == tx.tenant).returning(oidc_providers.c.tenant)
    return tx.connection.execute(query).first() is not None


def _context(issuer: str, client_id: str) -> dict[str, str]:
    """Bind the secret to who it is shown to: a row whose issuer was changed otherwise cannot be opened."""
    return {"kind": "oidc.provider", "issuer": issuer, "client": client_id}
