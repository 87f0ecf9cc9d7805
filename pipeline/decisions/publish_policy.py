"""Publishing a version of a policy to a tenant. It is announced at once, and in force only by a delivered notice."""

from __future__ import annotations

from datetime import date

from pipeline.model.errors import Conflict, InvalidInput
from pipeline.model.tenant import Tenant
from pipeline.policies.bundle import Bundle
from pipeline.policies.versions import PolicyShelf, notice_days
from pipeline.store.audit import lock_log
from pipeline.store.policy_versions import add_version, keep_first, policies_of
from pipeline.store.session import Transaction
from pipeline.store.tenants import get_tenant
from pipeline.store.vault import Vault


def publish(tx: Transaction, vault: Vault, bundle: Bundle, *, actor: str) -> bool:
    """Publish a version to the transaction's tenant; False where the very same was published before.

    Args:
        tx: the tenant's transaction; who publishes starts the notice in it too.
        vault: who opens the tenant's contact.
        bundle: the version.
        actor: who.

    Raises:
        NotFound: no such tenant.
        Conflict: there is another version of this name; a version is never changed.
        InvalidInput: of another policy, not in place of the newest, too early, or nobody could be told.
    """
    owner = get_tenant(tx, keys=vault.keys)
    lock_log(tx)  # of two who publish at once the second sees the first one's
    shelf = policies_of(tx, owner.policy_id)
    keep_first(tx, shelf.versions[0].bundle)
    if _is_there(shelf, bundle):
        return False
    days = notice_days(shelf, bundle)
    _check_place(owner, shelf, bundle)
    _check_notice(bundle, today=tx.now.date(), days=days)
    _check_contact(owner)
    return add_version(tx, bundle, notice_days=days, actor=actor)


def _is_there(shelf: PolicyShelf, bundle: Bundle) -> bool:
    same = next((v for v in shelf.versions if v.bundle.version == bundle.version and v.bundle.id == bundle.id), None)
    if same is not None and same.digest != bundle.digest:
        raise Conflict(f"{bundle.id} {bundle.version} is published with other contents: a version is never changed")
    return same is not None


def _check_place(owner: Tenant, shelf: PolicyShelf, bundle: Bundle) -> None:
    if bundle.id != owner.policy_id:
        raise InvalidInput(f"{owner.id} is under {owner.policy_id}, not {bundle.id}")
    newest = shelf.newest.bundle.version
    if bundle.replaces != newest:
        raise InvalidInput(f"replaces must name the newest version, {newest}")


def _check_notice(bundle: Bundle, *, today: date, days: int) -> None:
    told_on = max(today, bundle.notified.day)
    if (bundle.effective.day - told_on).days < days:
        raise InvalidInput(
            f"effective {bundle.effective.day}: it may take effect {days} days after {told_on} at the earliest"
        )


def _check_contact(owner: Tenant) -> None:
    kept = owner.secrets
    if not kept.contact_email and not kept.notice_url:
        raise InvalidInput("nobody could be told: earmark tenant set --contact-email or --notice-url")
