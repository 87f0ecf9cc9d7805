"""Taking a tenant on."""

from __future__ import annotations

from pipeline.model.tenant import Tenant
from pipeline.store.session import Transaction
from pipeline.store.tenants import add_tenant, change_tenant, find_tenant
from pipeline.store.vault import Vault


def take_on(vault: Vault, tenant: Tenant, *, actor: str) -> None:
    """Make a tenant's key and its row.

    Raises:
        Conflict: there is a tenant of that name, or was one whose key was destroyed.
    """
    vault.keys.create_tenant_key(tenant.id)
    with vault.database.transaction(tenant.id) as tx:
        add_tenant(tx, tenant, keys=vault.keys, actor=actor)


def put_settings(tx: Transaction, vault: Vault, tenant: Tenant, *, actor: str) -> None:
    """Replace a tenant's settings and secrets, or take it on where it is new; its key must be there.

    Raises:
        NotFound: the tenant has no key.
    """
    if find_tenant(tx, keys=vault.keys) is None:
        add_tenant(tx, tenant, keys=vault.keys, actor=actor)
    else:
        change_tenant(tx, tenant, keys=vault.keys, actor=actor)
