"""Telling a tenant what happened: a child noted, a request of law. Only its kind, ids and the day leave.

Each channel that reaches the tenant is tried, and the first proof is enough. A notice that was handed over but not
marked goes out again under the same id; one that nothing reaches stays queued.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.model.errors import PipelineError
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant
from pipeline.model.tenant_notice import NoticeKind, TenantNotice
from pipeline.ports.notices import News
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.deliver_notice import addresses_of, recipient_ref
from pipeline.store.audit import Facts
from pipeline.store.tenant_notices import get_notice, mark_sent
from pipeline.store.tenants import get_tenant

_WHAT: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.CARD_NUMBER: "A card number could not be hidden",
    NoticeKind.CHILD: "A sign of a child was noted",
    NoticeKind.CLOSURE: "The closing of the account was noted",
    NoticeKind.REQUEST: "A request to disclose was approved",
    NoticeKind.VERSION: "A version of the policy was noted",
}


def tell_tenant(context: StepContext, tenant: TenantId, notice: str) -> Receipt:
    """Send a notice through every channel that reaches the tenant, unless it was sent; mark it sent by the proof.

    Returns:
        Whether it is sent, and how many channels delivered it now and how many could not.

    Raises:
        NotFound: no such tenant or notice.
        VendorError: no channel has delivered it; one that is worth another attempt where there is one.
    """
    with context.vault.database.transaction(tenant) as tx:
        owner = get_tenant(tx, keys=context.vault.keys)
        found = get_notice(tx, notice)
    if found.sent_at is not None:
        return {"is_sent": True, "delivered": 0, "failed": 0}
    taken, failures = _deliver(context, owner, _news(owner, found))
    if failures and not taken:
        raise next((error for error in failures if error.retryable), failures[-1])
    if taken:
        with context.vault.database.transaction(tenant) as tx:
            mark_sent(tx, notice, proof=_proof(context, owner, taken))
    return {"is_sent": bool(taken), "delivered": len(taken), "failed": len(failures)}


def _deliver(context: StepContext, owner: Tenant, news: News) -> tuple[dict[str, int], list[PipelineError]]:
    """Give the status by which each channel's other side took it, and the errors of those that did not."""
    taken: dict[str, int] = {}
    failures: list[PipelineError] = []
    for name, address in addresses_of(owner).items():
        if name not in context.channels:
            continue
        try:
            taken[name] = context.channels[name].deliver(news, address)
        except PipelineError as error:
            failures.append(error)
    return taken, failures


def _proof(context: StepContext, owner: Tenant, taken: Mapping[str, int]) -> Facts:
    """Say which channels delivered it, with what status and to whom, by digest."""
    proof: dict[str, str | int] = {}
    for name, status in taken.items():
        proof |= {f"{name}_status": status, f"{name}_recipient_ref": recipient_ref(context, owner, name)}
    return proof


def _news(owner: Tenant, found: TenantNotice) -> News:
    what, day = _WHAT[found.kind], found.noted_at.date()
    about = f"{found.subject_kind.replace('_', ' ')} {found.subject_id}"
    return News(
        id=found.id,
        tenant=owner.id,
        kind=found.kind.value,
        subject_kind=found.subject_kind,
        subject_id=found.subject_id,
        noted_on=day,
        subject=f"{what} on {day.isoformat()}",
        text=f"{what} on {day.isoformat()}.\nIt concerns {about}.\nTenant: {owner.id}\nNotice: {found.id}\n",
    )
