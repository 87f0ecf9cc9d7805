"""Publishing a version of a policy to a tenant. It is announced at once, and in force only by a delivered notice."""

from __future__ import annotations

from pipeline.policies.bundle import Bundle
from pipeline.policies.publishable import is_published, refusals_of
from pipeline.policies.versions import notice_days
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
    if is_published(shelf, bundle):
        return False
    for refusal in refusals_of(owner, shelf, bundle, today=tx.now.date()):
        raise refusal
    return add_version(tx, bundle, notice_days=notice_days(shelf, bundle), actor=actor)
