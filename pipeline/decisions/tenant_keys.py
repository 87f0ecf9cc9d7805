"""A person has a tenant's data keys wrapped by a new key from now on."""

from __future__ import annotations

from pipeline.model.audit import AuditTag
from pipeline.model.ids import TenantId
from pipeline.ports.keys import Keys
from pipeline.store.audit import add_event
from pipeline.store.reasons import seal_reason
from pipeline.store.session import Database
from pipeline.store.tenants import get_tenant


def rotate_tenant_key(database: Database, keys: Keys, tenant: TenantId, *, actor: str, reason: str) -> str:
    """Rotate the tenant's key at its keeper, and give the new key's id. What is sealed stays as it is, and opens.

    That it was begun is in the log before the keeper is asked, so that no rotation is without a name and a reason.

    Raises:
        InvalidInput: no reason, or one that is too long.
        NotFound: there is no such tenant, or its key was destroyed.
        VendorUnavailable: the keeper cannot be reached; repeating it finishes what was begun.
    """
    with database.transaction(tenant) as tx:
        get_tenant(tx, keys=keys)
        why = seal_reason(tx, reason, subject=tenant, act="rotate key", keys=keys, actor=actor)
        add_event(tx, AuditTag.KEY_ROTATION_BEGUN, actor=actor, target=tenant, facts={"reason": why})
    made = keys.rotate_tenant_key(tenant)
    with database.transaction(tenant) as tx:
        add_event(tx, AuditTag.KEY_ROTATED, actor=actor, target=tenant, facts={"key": made, "reason": why})
    return made
