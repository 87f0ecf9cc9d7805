"""A closed account, one night after the other, until there is proof that it is gone.

The vendor's copies go at once. On the purge day the nightly run purges everything that no hold and no law keeps; then
the account is ended. That happens on its last day whatever still waits: a store or vendor that does not answer cannot
keep the words readable.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound, VendorError, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.model.purge import PurgeState
from pipeline.model.recording import Recording, RecordingState
from pipeline.model.retention import RetentionBasis
from pipeline.model.tenant import Tenant
from pipeline.policies.closing import ClosurePlan, plan_of
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.end_account import end_account, note_key_gone, prove, purge_ended
from pipeline.store.audit import Facts, add_event
from pipeline.store.calls import get_call
from pipeline.store.closures import Closure, find_closure, list_at_vendor, list_kept, mark_closure
from pipeline.store.due import read_due
from pipeline.store.holds import list_holds_on, lock_holds
from pipeline.store.purges import list_purges
from pipeline.store.recordings import mark_vendor_copy_deleted
from pipeline.store.session import Transaction
from pipeline.store.tenants import account_of, get_tenant
from pipeline.telemetry import log

_ACTOR: Final = "system"


def advance_closure(context: StepContext, tenant: TenantId) -> Receipt:
    """Do what a closed account asks for today; give its moments and counts.

    Returns:
        `at_vendor`, `held_at_vendor`, `kept`, and whether `is_key_destroyed` and `is_proved`.

    Raises:
        NotFound: the account is not closed.
        StoreUnreachable, StoreDenied, VendorUnavailable: it is gone on with the next night.
    """
    counts: Counter[str] = Counter()
    closure = _closure(context, tenant)
    if closure.key_destroyed_at is None and not note_key_gone(context, tenant, closure):
        with context.vault.database.transaction(tenant) as tx:
            owner = get_tenant(tx, keys=context.vault.keys)
            today, bundle = tx.now.date(), context.bundle_of(tx, owner, on=closure.closed_on)
        plan = plan_of(closure.closed_on, bundle)
        counts.update(_delete_at_vendor(context, owner))
        with context.vault.database.transaction(tenant) as tx:
            if not counts["at_vendor"] and not counts["held_at_vendor"]:
                mark_closure(tx, "vendor_gone_at")
            is_due = today >= plan.key_by or (today >= plan.purge_on and _is_purged(tx))
        _tell_late(tenant, plan, today >= plan.vendor_by and bool(counts["at_vendor"]), today >= plan.key_by)
        if is_due:
            end_account(context, tenant, closure, bundle)
    return _after(context, tenant, counts)


def _after(context: StepContext, tenant: TenantId, counts: Counter[str]) -> Receipt:
    """Go on once the key is gone: prove the closure, and purge what was kept when its order ends."""
    closure = _closure(context, tenant)
    if closure.key_destroyed_at is not None:
        if closure.proved_at is None:
            prove(context, tenant, closure)
        purge_ended(context, tenant)
    closure = _closure(context, tenant)
    with context.vault.database.transaction(tenant) as tx:
        kept = len(list_kept(tx))
    return {
        "at_vendor": counts["at_vendor"],
        "held_at_vendor": counts["held_at_vendor"],
        "kept": kept,
        "is_key_destroyed": closure.key_destroyed_at is not None,
        "is_proved": closure.proved_at is not None,
    }


def _closure(context: StepContext, tenant: TenantId) -> Closure:
    with context.vault.database.transaction(tenant) as tx:
        found = find_closure(tx)
    if found is None:
        raise NotFound(f"tenant {tenant} is not closed")
    return found


def _delete_at_vendor(context: StepContext, owner: Tenant) -> dict[str, int]:
    """Stop what runs, and delete every copy that no hold covers, each seen to be gone."""
    counts = Counter[str]()
    with context.vault.database.transaction(owner.id) as tx:
        there = list_at_vendor(tx)
    for recording in there:
        try:
            counts[_delete_one(context, owner, recording)] += 1
        except VendorError as error:
            counts["at_vendor"] += 1
            log().error("closure.vendor", tenant=owner.id, recording=recording.id, error=type(error).__name__)
    return counts


def _delete_one(context: StepContext, owner: Tenant, recording: Recording) -> str:
    account = account_of(owner)
    with context.vault.database.transaction(owner.id) as tx:
        lock_holds(tx)
        if list_holds_on(tx, recording=recording.id, call=recording.call):
            return "held_at_vendor"
        if recording.state is RecordingState.ANNOUNCED and recording.call is not None:
            context.vendor.stop(account, get_call(tx, recording.call).call_sid)
        context.vendor.delete(account, recording.recording_sid)
        if not context.vendor.is_gone(account, recording.recording_sid):
            raise VendorUnavailable("twilio", "delete for a closed account", reason="still there")
        if mark_vendor_copy_deleted(tx, recording.id):
            facts: Facts = {"vendor": "twilio", "cause": RetentionBasis.CLOSURE.value}
            add_event(tx, AuditTag.VENDOR_COPY_DELETED, actor=_ACTOR, target=recording.id, facts=facts)
    return "deleted"


def _is_purged(tx: Transaction) -> bool:
    """Say whether nothing is due any more and no purge waits."""
    return not read_due(tx, on=tx.now.date(), limit=1).artifacts and not list_purges(tx, state=PurgeState.OPEN)


def _tell_late(tenant: TenantId, plan: ClosurePlan, is_vendor_late: bool, is_last_day: bool) -> None:
    if is_vendor_late:
        log().error("closure.vendor_late", tenant=tenant, at=plan.vendor_by.isoformat())
    if is_last_day:
        log().error("closure.last_day", tenant=tenant, at=plan.key_by.isoformat())
