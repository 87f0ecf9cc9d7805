"""What follows the publishing of a policy's version, in the same transaction: its notice, and judging anew."""

from __future__ import annotations

from pipeline.policies.changes import is_tightening
from pipeline.policies.versions import PolicyVersion
from pipeline.ports.queue import WorkQueue
from pipeline.store.policy_versions import find_policies
from pipeline.store.redecisions import Redecision, plan_redecision
from pipeline.store.session import Transaction


def announce(tx: Transaction, queue: WorkQueue, policy: str, *, actor: str) -> None:
    """Send the notice of a policy's newest version; where it allows less, everything is judged again at once.

    Judging again freezes the exports that the version forbids. A first version is no change, and starts nothing.

    Raises:
        StoreUnreachable: the queue cannot be written to.
    """
    shelf = find_policies(tx, policy)
    if shelf is None or len(shelf.versions) == 1:
        return
    before, after = shelf.versions[-2:]
    queue.enqueue_notice(tx, tx.tenant, after.bundle.version, cause="published")
    if is_tightening(before.bundle, after.bundle):
        start_redecision(tx, queue, cause=cause_of("announced", after), actor=actor)


def start_redecision(tx: Transaction, queue: WorkQueue, *, cause: str, actor: str) -> Redecision | None:
    """Plan to judge everything of the tenant again, and start the work; None where this cause was started before."""
    planned = plan_redecision(tx, cause=cause, actor=actor)
    if planned is not None:
        queue.enqueue_redecision(tx, tx.tenant, planned.id, chunks=range(1, planned.chunks + 1))
    return planned


def cause_of(begun: str, version: PolicyVersion) -> str:
    """Name why everything is judged again: what began (`announced` or `in_force`), and which version."""
    return f"{begun}:{version.bundle.id}:{version.bundle.version}"
