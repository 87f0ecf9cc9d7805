"""Taking a tenant on, and changing how it is set up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date

from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId
from pipeline.model.settings_draft import differences
from pipeline.model.tenant import Tenant, Topology
from pipeline.policies.bundle import Bundle
from pipeline.policies.loader import load_bundle
from pipeline.policies.overrides import check_retention_days
from pipeline.policies.processors import RELAY, why_not_relay
from pipeline.store.audit import lock_log
from pipeline.store.closures import CLOSED_KEY, MATTER_KEY
from pipeline.store.policy_versions import bundle_in_force, keep_first, policies_of
from pipeline.store.session import Transaction
from pipeline.store.settings_history import add_activation
from pipeline.store.tenants import add_tenant, change_tenant, find_tenant, get_tenant
from pipeline.store.vault import Vault


def take_on(vault: Vault, tenant: Tenant, *, actor: str) -> None:
    """Make a tenant's key and its row.

    Raises:
        Conflict: there is a tenant of that name, or was one whose key was destroyed.
        NotFound: there is no such policy.
        InvalidInput: a period of its own is outside the policy's limits, a name that only keys of matters and of
            closed accounts have, or an agent reached as text: nothing is on file yet.
    """
    if tenant.id.startswith((MATTER_KEY, CLOSED_KEY)):
        raise InvalidInput("keys of matters and of closed accounts have names of this shape")
    packaged = load_bundle(tenant.policy_id)
    check_retention_days(tenant.settings.retention_days, [packaged])
    _check_relay(replace(tenant, registry=()), packaged, on=packaged.effective.day)
    vault.keys.create_tenant_key(tenant.id)
    with vault.database.transaction(tenant.id) as tx:
        add_tenant(tx, tenant, keys=vault.keys, actor=actor)
        keep_first(tx, packaged)


def change_settings(vault: Vault, tenant: TenantId, change: Callable[[Tenant], Tenant], *, actor: str) -> Tenant:
    """Change a tenant as it stands now; of two who change it at once neither undoes the other.

    Args:
        vault: database and keys.
        tenant: whose settings.
        change: makes the new tenant of the present one; what it raises leaves everything as it is.
        actor: who.

    Raises:
        NotFound: no such tenant.
        InvalidInput: a period of its own is outside the limits of the version in force, or of one announced; an agent
            reached as text whose companies the version in force does not list, or nothing proves.
    """
    with vault.database.transaction(tenant) as tx:
        lock_log(tx)
        before = get_tenant(tx, keys=vault.keys)
        changed = change(before)
        if changed.settings.retention_days != before.settings.retention_days:
            check_retention_days(changed.settings.retention_days, _binding(tx, changed))
        if _reaches(changed) != _reaches(before):
            _check_relay_of(tx, changed)
        change_tenant(tx, changed, keys=vault.keys, actor=actor, changed=_names_of_changes(before, changed))
        _remember(tx, before, changed, actor)
        return changed


def put_settings(tx: Transaction, vault: Vault, tenant: Tenant, *, actor: str) -> None:
    """Replace a tenant's settings and secrets, or take it on where it is new; its key must be there.

    Raises:
        NotFound: the tenant has no key.
    """
    before = find_tenant(tx, keys=vault.keys)
    _check_relay_of(tx, replace(tenant, registry=() if before is None else before.registry))
    if before is None:
        add_tenant(tx, tenant, keys=vault.keys, actor=actor)
    else:
        change_tenant(tx, tenant, keys=vault.keys, actor=actor, changed=_names_of_changes(before, tenant))
        _remember(tx, before, tenant, actor)


def _remember(tx: Transaction, before: Tenant, after: Tenant, actor: str) -> None:
    """Add to the history of settings what was changed without a draft."""
    changes = [change for change in differences(before, after) if not change.name.startswith("wording ")]
    if changes:
        add_activation(tx, changes, draft=None, drafted_by=actor, activated_by=actor)


def _reaches(tenant: Tenant) -> tuple[Topology, str]:
    return tenant.settings.topology, tenant.policy_id


def _check_relay_of(tx: Transaction, tenant: Tenant) -> None:
    if tenant.settings.topology is Topology.RELAY:
        _check_relay(tenant, bundle_in_force(tx, tenant.policy_id), on=tx.now.date())


def _check_relay(tenant: Tenant, bundle: Bundle, *, on: date) -> None:
    """Refuse an agent reached as text unless the policy lists whoever hears and speaks for it, with evidence."""
    reason = why_not_relay(bundle, tenant.registry, on=on) if tenant.settings.topology is Topology.RELAY else None
    if reason is not None:
        companies = ", ".join(f"{ask.name} ({ask.purpose})" for ask in RELAY)
        raise InvalidInput(f"topology relay needs {companies} listed by the policy, with evidence in force: {reason}")


def _binding(tx: Transaction, tenant: Tenant) -> list[Bundle]:
    """Give the version in force and every one announced after it."""
    shelf = policies_of(tx, tenant.policy_id)
    today = tx.now.date()
    version = shelf.in_force_on(today)
    return [v.bundle for v in (version, *shelf.later_than(version, on=today))]


def _names_of_changes(before: Tenant, after: Tenant) -> list[str]:
    """Name the settings and secrets that differ: an auditor sees that words were changed, and not which."""
    pairs = [(asdict(before.settings), asdict(after.settings)), (asdict(before.secrets), asdict(after.secrets))]
    own = ("display_name", "policy_id", "account_sid", "api_key_sha256", "is_active")
    pairs.append(({name: getattr(before, name) for name in own}, {name: getattr(after, name) for name in own}))
    return [name for one, other in pairs for name, value in other.items() if value != one[name]]
