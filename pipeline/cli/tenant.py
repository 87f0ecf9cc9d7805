"""`earmark tenant`: take a tenant on, change how it is set up, and see it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_desk
from pipeline.cli.output import as_json_option, show, show_facts
from pipeline.cli.tenant_options import apply_options, tenant_options
from pipeline.model.ids import tenant_id
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings

if TYPE_CHECKING:
    from pipeline.store.session import Transaction


@click.group("tenant")
def command() -> None:
    """Take tenants on, set them up and look at them."""


@command.command("add")
@click.argument("name")
@click.option("--policy", required=True, help="Which policy it is under, such as nejix.")
@click.option("--display-name", required=True, help="The name callers hear.")
@tenant_options
@as_json_option
def add(name: str, policy: str, display_name: str, as_json: bool, **given: object) -> None:
    """Add a tenant; prints its API key once."""
    from pipeline.decisions.tenants import take_on
    from pipeline.policies.loader import load_bundle

    load_bundle(policy)  # an unknown policy is refused before anything is written
    api_key = "ek_" + secrets.token_urlsafe(32)
    fresh = Tenant(
        id=tenant_id(name),
        display_name=display_name,
        policy_id=policy,
        account_sid=None,
        settings=TenantSettings(),
        secrets=TenantSecrets(),
        api_key_sha256=hashlib.sha256(api_key.encode()).hexdigest(),
    )
    tenant = apply_options(fresh, given)
    with open_desk() as base:
        take_on(base.vault, tenant, actor="cli")
    shown = {"tenant": tenant.id, "policy": policy, "api_key": api_key}
    show(shown) if as_json else show_facts(shown)


@command.command("set")
@click.argument("name")
@click.option("--display-name", help="The name callers hear.")
@tenant_options
@as_json_option
def set_tenant(name: str, display_name: str | None, as_json: bool, **given: object) -> None:
    """Change what is given and leave the rest; calls that begin from now on are under it."""
    from pipeline.decisions.tenants import change_settings

    def change(found: Tenant) -> Tenant:
        return apply_options(replace(found, display_name=display_name or found.display_name), given)

    with open_desk() as base:
        changed = change_settings(base.vault, tenant_id(name), change, actor="cli")
    _show(changed, as_json=as_json)


@command.command("show")
@click.argument("name")
@as_json_option
def show_tenant(name: str, as_json: bool) -> None:
    """Show a tenant's settings; secrets are never shown, only which there are."""
    from pipeline.store.tenants import get_tenant

    with open_desk() as base, base.database.transaction(tenant_id(name)) as tx:
        closing = _closing(tx)
        if closing.get("key_destroyed_at"):
            shown = {"tenant": name, "is_active": False, **closing}
            show(shown) if as_json else show_facts(shown)
            return
        found = get_tenant(tx, keys=base.keys)
    _show(found, as_json=as_json, closing=closing)


@command.command("close")
@click.argument("name")
@click.option("--reason", required=True, help="Why; kept sealed.")
@as_option
@as_json_option
def close(*, name: str, reason: str, acting: str | None, as_json: bool) -> None:
    """Close an account: nothing is recorded any more, the vendor's copies go now, all else by its day; never undone."""
    from pipeline.bootstrap import disposal_context
    from pipeline.decisions.close_tenant import close_tenant
    from pipeline.store.policy_versions import bundle_in_force
    from pipeline.store.tenants import policy_of
    from pipeline.workflows.retention import begin_closure

    owner = tenant_id(name)
    with open_desk() as base:
        with base.database.transaction(owner) as tx:
            bundle = bundle_in_force(tx, policy_of(tx))
            plan = close_tenant(tx, base.vault, actor=name_actor(acting), reason=reason, bundle=bundle)
        begun = begin_closure(disposal_context(base), owner)
    shown = {
        "tenant": owner,
        **asdict(plan),
        "at_vendor": begun["at_vendor"],
        "held_at_vendor": begun["held_at_vendor"],
    }
    show(shown) if as_json else show_facts(shown)


def _closing(tx: Transaction) -> dict[str, object]:
    """Give the days and moments of a closed account, and what outlives it; nothing for one that is open."""
    from pipeline.policies.closing import plan_of
    from pipeline.store.closures import find_closure, list_kept
    from pipeline.store.policy_versions import bundle_in_force
    from pipeline.store.tenants import policy_of

    closure = find_closure(tx)
    if closure is None:
        return {}
    moments = ("vendor_gone_at", "purged_at", "key_destroyed_at", "proved_at")
    return {
        **asdict(plan_of(closure.closed_on, bundle_in_force(tx, policy_of(tx), on=closure.closed_on))),
        **{moment: getattr(closure, moment) for moment in moments},
        "kept_beyond": [
            f"{kept.artifact}: {kept.why}, {kept.statute}, {kept.owner}, {kept.expires_on or 'until released'}"
            for kept in list_kept(tx)
        ],
    }


def _show(tenant: Tenant, *, as_json: bool, closing: Mapping[str, object] | None = None) -> None:
    settings = {
        key: value if not isinstance(value, tuple) else list(value) for key, value in asdict(tenant.settings).items()
    }
    facts = {
        "tenant": tenant.id,
        "display_name": tenant.display_name,
        "policy": tenant.policy_id,
        "account_sid": tenant.account_sid,
        "is_active": tenant.is_active,
        "armed_numbers": len(tenant.armed),
        "secrets": sorted(name for name, value in asdict(tenant.secrets).items() if value),
        "words_to_hide": len(tenant.secrets.hide_words),
        "words_to_keep": len(tenant.secrets.keep_words),
        **settings,
        **(closing or {}),
    }
    show(facts) if as_json else show_facts(facts)
