"""Closing an account: nothing is recorded from now on, and everything of it begins to end."""

from __future__ import annotations

from dataclasses import replace

from pipeline.decisions.numbers import disarm
from pipeline.decisions.recall import end
from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict, InvalidInput
from pipeline.model.retention import RetentionBasis
from pipeline.policies.bundle import Bundle
from pipeline.policies.closing import ClosurePlan, plan_of
from pipeline.store.audit import Facts, add_event, lock_log
from pipeline.store.closures import add_closure, find_closure
from pipeline.store.endings import Ending
from pipeline.store.numbers import list_numbers
from pipeline.store.session import Transaction
from pipeline.store.tenants import change_tenant, get_tenant
from pipeline.store.vault import Vault


def close_tenant(tx: Transaction, vault: Vault, *, actor: str, reason: str, bundle: Bundle) -> ClosurePlan:
    """Close the account today: calls go unrecorded, the API key is refused, every number is disarmed.

    What was settled before is kept until its day and read by nobody. The vendor's copies are deleted by the next run,
    which the caller starts when the transaction has committed.

    Raises:
        InvalidInput: no reason.
        NotFound: no such tenant.
        Conflict: it is closed already.
    """
    if not reason.strip():
        raise InvalidInput("closing an account needs a reason")
    lock_log(tx)
    owner = get_tenant(tx, keys=vault.keys)
    if find_closure(tx) is not None:
        raise Conflict(f"tenant {owner.id} is closed already")
    today = tx.now.date()
    closure = add_closure(tx, closed_on=today, actor=actor, reason=reason.strip(), keys=vault.keys)
    ending = Ending(
        scope_kind="tenant", scope_id=owner.id, cause=RetentionBasis.CLOSURE, source=closure.id, ends_on=today
    )
    end(tx, ending, actor=actor)
    armed = [number for number in list_numbers(tx, keys=vault.keys) if number.is_armed]
    for number in armed:
        disarm(tx, vault, number.id, actor=actor, reason="account closed")
    change_tenant(tx, replace(owner, is_active=False), keys=vault.keys, actor=actor, changed=["is_active"])
    closed: Facts = {"closure": closure.id, "closed_on": today.isoformat(), "numbers": len(armed)}
    add_event(tx, AuditTag.TENANT_CLOSED, actor=actor, target=owner.id, facts=closed)
    return plan_of(closure.closed_on, bundle)
