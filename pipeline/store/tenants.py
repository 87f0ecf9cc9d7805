"""Tenants: settings as columns, secrets sealed under the tenant's own key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Row, insert, select, update

from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict, NotFound
from pipeline.model.ids import TenantId
from pipeline.model.tenant import OnDecline, Tenant, TenantSecrets, TenantSettings, Topology
from pipeline.ports.keys import Keys
from pipeline.ports.recordings import VendorAccount
from pipeline.store.audit import add_event
from pipeline.store.numbers import list_armed
from pipeline.store.processors import list_evidence
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables import tenants
from pipeline.store.wordings import list_wordings

_CONTEXT = {"kind": "tenant.secrets"}


def add_tenant(tx: Transaction, tenant: Tenant, *, keys: Keys, actor: str) -> None:
    """Add a tenant, its secrets sealed.

    Raises:
        Conflict: there is one of that name already.
    """
    if find_tenant(tx, keys=keys) is not None:
        raise Conflict(f"tenant {tenant.id} exists already")
    tx.connection.execute(
        insert(tenants).values(tenant=tenant.id, created_at=tx.now, version=1, **_columns(tenant, keys))
    )
    add_event(tx, AuditTag.TENANT_CREATED, actor=actor, target=tenant.id, facts={"policy": tenant.policy_id})


def change_tenant(tx: Transaction, tenant: Tenant, *, keys: Keys, actor: str, changed: Sequence[str]) -> None:
    """Replace a tenant's settings and secrets.

    Args:
        tx: the tenant's transaction.
        tenant: as it stands from now on.
        keys: who seals its secrets.
        actor: who changes it.
        changed: the names of what differs from before, for the audit log; never the values.

    Raises:
        NotFound: no such tenant.
    """
    replaced = tx.connection.execute(
        update(tenants)
        .where(tenants.c.tenant == tenant.id)
        .values(**_columns(tenant, keys), version=tenants.c.version + 1)
    )
    if replaced.rowcount != 1:
        raise NotFound(f"no tenant {tenant.id}")
    facts = {"policy": tenant.policy_id, "changed": ",".join(sorted(changed))}
    add_event(tx, AuditTag.TENANT_CHANGED, actor=actor, target=tenant.id, facts=facts)


def find_tenant(tx: Transaction, *, keys: Keys) -> Tenant | None:
    """Read the transaction's tenant; None where there is no such tenant."""
    row = tx.connection.execute(select(tenants).where(tenants.c.tenant == tx.tenant)).first()
    if row is None:
        return None
    return replace(_tenant(row, keys), armed=list_armed(tx), wordings=list_wordings(tx), registry=list_evidence(tx))


def get_tenant(tx: Transaction, *, keys: Keys) -> Tenant:
    """Read the transaction's tenant.

    Raises:
        NotFound: there is no such tenant.
    """
    tenant = find_tenant(tx, keys=keys)
    if tenant is None:
        raise NotFound(f"no tenant {tx.tenant}")
    return tenant


def policy_of(tx: Transaction) -> str:
    """Name the tenant's policy, also of one whose key is destroyed.

    Raises:
        NotFound: there is no such tenant.
    """
    found = tx.connection.execute(select(tenants.c.policy_id).where(tenants.c.tenant == tx.tenant)).scalar()
    if found is None:
        raise NotFound(f"no tenant {tx.tenant}")
    return str(found)


def account_of(tenant: Tenant) -> VendorAccount:
    """Give the tenant's own account at the telephony vendor."""
    return VendorAccount(
        tenant=tenant.id,
        account_sid=tenant.account_sid or "",
        auth_token=tenant.secrets.auth_token,
        api_key_sid=tenant.secrets.api_key_sid or None,
        api_key_secret=tenant.secrets.api_key_secret or None,
    )


def _columns(tenant: Tenant, keys: Keys) -> dict[str, Any]:
    secrets = json.dumps(asdict(tenant.secrets)).encode()
    return {
        "display_name": tenant.display_name,
        "policy_id": tenant.policy_id,
        "twilio_account_sid": tenant.account_sid,
        "settings": asdict(tenant.settings),
        "sealed": seal(secrets, keys=keys, tenant=tenant.id, context=_CONTEXT),
        "api_key_sha256": tenant.api_key_sha256,
        "status": "active" if tenant.is_active else "closed",
    }


def reduce_tenant(tx: Transaction) -> None:
    """Leave of a closed tenant its name in paths, its policy and its settings; nobody signs in, nothing is sealed."""
    tx.connection.execute(
        update(tenants)
        .where(tenants.c.tenant == tx.tenant)
        .values(
            display_name="closed", twilio_account_sid=None, api_key_sha256=None, sealed=b"", status="closed",
            version=tenants.c.version + 1,
        )
    )  # fmt: skip


def _tenant(row: Row[Any], keys: Keys) -> Tenant:
    tenant = TenantId(row.tenant)
    if not row.sealed:
        raise NotFound(f"tenant {tenant} is closed, and its key was destroyed")
    chosen = dict(row.settings)
    settings = TenantSettings(
        **{
            **chosen,
            "on_decline": OnDecline(chosen["on_decline"]),
            "topology": Topology(chosen["topology"]),
            "establishment": tuple(chosen["establishment"]),
            "engines": tuple(chosen["engines"]),
            "regulated_in": tuple(chosen.get("regulated_in", ())),
        }
    )
    opened = json.loads(open_sealed(row.sealed, keys=keys, tenant=tenant, context=_CONTEXT))
    words = {name: tuple(opened.get(name, ())) for name in ("hide_words", "keep_words", "regulated_evidence")}
    secrets = TenantSecrets(**(opened | words))
    return Tenant(
        id=tenant,
        display_name=row.display_name,
        policy_id=row.policy_id,
        account_sid=row.twilio_account_sid,
        settings=settings,
        secrets=secrets,
        api_key_sha256=row.api_key_sha256,
        is_active=row.status == "active",
        version=row.version,
    )
