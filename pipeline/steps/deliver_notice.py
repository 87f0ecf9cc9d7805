"""Telling a tenant that a version of its policy was published, and proving that it was told.

Each channel that reaches the tenant is tried, and its proof kept before the next. A version comes into force by the
first proof; without one it never does. A notice that was handed over but not noted goes out again under the same id.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

from pipeline.model.errors import NotFound, PipelineError
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant
from pipeline.policies.notice_text import changes_of, subject_of, text_of
from pipeline.policies.versions import PolicyShelf, PolicyVersion, force_day
from pipeline.ports.notices import Notice, NoticeAddress
from pipeline.steps.context import Receipt, StepContext
from pipeline.store.policy_versions import NoticeDelivery, add_notice, get_notice_days, list_notices
from pipeline.store.session import Transaction
from pipeline.store.tenants import get_tenant

EMAIL: Final = "email"
WEBHOOK: Final = "webhook"


def deliver_notice(context: StepContext, tenant: TenantId, version: str) -> Receipt:
    """Deliver the notice of a version through every channel that has not delivered it yet.

    Returns:
        How many channels have delivered it by now, how many could not, and from when the version is in force.

    Raises:
        NotFound: no such tenant or version.
        VendorError: no channel has delivered it; the last one's error.
    """
    with context.vault.database.transaction(tenant) as tx:
        owner = get_tenant(tx, keys=context.vault.keys)
        shelf = context.policies_of(tx, owner)
        named = _find(shelf, version)
        done = {n.channel: n.in_force_from for n in list_notices(tx, owner.policy_id) if n.version == version}
        notice = _notice(tx, owner, shelf, named)
    failures: list[PipelineError] = []
    for name, address in addresses_of(owner).items():
        if name in done or name not in context.channels:
            continue
        try:
            status = context.channels[name].deliver(notice, address)
        except PipelineError as error:
            failures.append(error)
            continue
        delivery = _note(context, owner, named, channel=name, status=status)
        done[name] = delivery.in_force_from
    if failures and not done:
        raise failures[-1]
    day = min(done.values(), default=None)
    return {"delivered": len(done), "failed": len(failures), "in_force_from": day.isoformat() if day else None}


def addresses_of(owner: Tenant) -> Mapping[str, NoticeAddress]:
    """Give where each channel reaches a tenant; a channel without an address is left out."""
    kept = owner.secrets
    found = {
        EMAIL: NoticeAddress(to=kept.contact_email),
        WEBHOOK: NoticeAddress(to=kept.notice_url, secret=kept.notice_secret),
    }
    return {name: address for name, address in found.items() if address.to}


def recipient_ref(context: StepContext, owner: Tenant, channel: str) -> str:
    """Digest, under the tenant's key, whom a channel reaches: a proof names the recipient without showing it."""
    to = addresses_of(owner)[channel].to
    key = context.vault.keys.digest_key(owner.id)
    return hmac.new(key, f"notice:{channel}:{to}".encode(), hashlib.sha256).hexdigest()


def _find(shelf: PolicyShelf, version: str) -> PolicyVersion:
    found = next((v for v in shelf.versions[1:] if v.bundle.version == version), None)
    if found is None:
        raise NotFound(f"no published version {version[:40]}")
    return found


def _notice(tx: Transaction, owner: Tenant, shelf: PolicyShelf, named: PolicyVersion) -> Notice:
    after, before = named.bundle, shelf.versions[shelf.versions.index(named) - 1].bundle
    days = get_notice_days(tx, after.id, after.version)
    return Notice(
        id=f"policy-{owner.id}-{named.digest[:24]}",
        tenant=owner.id,
        policy=after.id,
        version=after.version,
        digest=named.digest,
        effective_on=after.effective.day,
        subject=subject_of(after),
        text=text_of(
            before,
            after,
            notice_days=days,
            earliest=force_day(after, delivered_on=tx.now.date(), notice_days=days),
        ),
        changes=changes_of(before, after),
    )


def _note(context: StepContext, owner: Tenant, named: PolicyVersion, *, channel: str, status: int) -> NoticeDelivery:
    """Keep the proof, and the day from which the version is in force by it."""
    with context.vault.database.transaction(owner.id) as tx:
        days = get_notice_days(tx, owner.policy_id, named.bundle.version)
        delivery = NoticeDelivery(
            policy_id=owner.policy_id,
            version=named.bundle.version,
            channel=channel,
            recipient_ref=recipient_ref(context, owner, channel),
            status=status,
            delivered_at=tx.now,
            in_force_from=force_day(named.bundle, delivered_on=tx.now.date(), notice_days=days),
        )
        add_notice(tx, delivery)
    return delivery
