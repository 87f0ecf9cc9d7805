"""Taking a tenant on, and changing how it is set up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant
from pipeline.store.audit import lock_log
from pipeline.store.closures import CLOSED_KEY, MATTER_KEY
from pipeline.store.session import Transaction
from pipeline.store.tenants import add_tenant, change_tenant, find_tenant, get_tenant
from pipeline.store.vault import Vault


def take_on(vault: Vault, tenant: Tenant, *, actor: str) -> None:
    """Make a tenant's key and its row.

    Raises:
        Conflict: there is a tenant of that name, or was one whose key was destroyed.
        InvalidInput: a name that only keys of matters and of closed accounts have.
    """
    if tenant.id.startswith((MATTER_KEY, CLOSED_KEY)):
        raise InvalidInput("keys of matters and of closed accounts have names of this shape")
    vault.keys.create_tenant_key(tenant.id)
    with vault.database.transaction(tenant.id) as tx:
        add_tenant(tx, tenant, keys=vault.keys, actor=actor)


def change_settings(vault: Vault, tenant: TenantId, change: Callable[[Tenant], Tenant], *, actor: str) -> Tenant:
    """Change a tenant as it stands now; of two who change it at once neither undoes the other.

    Args:
        vault: database and keys.
        tenant: whose settings.
        change: makes the new tenant of the present one; what it raises leaves everything as it is.
        actor: who.

    Raises:
        NotFound: no such tenant.
    """
    with vault.database.transaction(tenant) as tx:
        lock_log(tx)
        before = get_tenant(tx, keys=vault.keys)
        changed = change(before)
        change_tenant(tx, changed, keys=vault.keys, actor=actor, changed=_names_of_changes(before, changed))
        return changed


def put_settings(tx: Transaction, vault: Vault, tenant: Tenant, *, actor: str) -> None:
    """Replace a tenant's settings and secrets, or take it on where it is new; its key must be there.

    Raises:
        NotFound: the tenant has no key.
    """
    if find_tenant(tx, keys=vault.keys) is None:
        add_tenant(tx, tenant, keys=vault.keys, actor=actor)
    else:
        change_tenant(tx, tenant, keys=vault.keys, actor=actor)


def _names_of_changes(before: Tenant, after: Tenant) -> list[str]:
    """Name the settings and secrets that differ: an auditor sees that words were changed, and not which."""
    pairs = [(asdict(before.settings), asdict(after.settings)), (asdict(before.secrets), asdict(after.secrets))]
    own = ("display_name", "policy_id", "account_sid", "api_key_sha256", "is_active")
    pairs.append(({name: getattr(before, name) for name in own}, {name: getattr(after, name) for name in own}))
    return [name for one, other in pairs for name, value in other.items() if value != one[name]]
