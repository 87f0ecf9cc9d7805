"""Justifying in writing, once a year, why a kind is kept without an end: a decision of a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput
from pipeline.store.due import move_reviews
from pipeline.store.policy_versions import bundle_in_force
from pipeline.store.retention_runs import Justification, add_justification
from pipeline.store.session import Transaction
from pipeline.store.tenants import policy_of
from pipeline.store.vault import Vault

SHORTEST: Final = 20
"""Fewer characters than this say no reason."""


def justify(tx: Transaction, vault: Vault, *, kind: str, reason: str, actor: str) -> Justification:
    """Write down why what is due for review of a kind is kept, and move its review on by the policy's own period.

    Args:
        tx: the tenant's transaction.
        vault: who seals the reason.
        kind: an artifact kind.
        reason: why, in words of the tenant; no words of a call.
        actor: who.

    Raises:
        InvalidInput: no such kind, one that the policy does not keep without an end, too short a reason, or nothing
            of that kind is due.
        NotFound: no such tenant.
    """
    written = " ".join(reason.split())
    if len(written) < SHORTEST:
        raise InvalidInput(f"a justification is written out, in {SHORTEST} characters or more")
    if kind not in {known.value for known in ArtifactKind}:
        raise InvalidInput(f"a kind is one of {', '.join(ArtifactKind)}")
    days = bundle_in_force(tx, policy_of(tx)).retention[ArtifactKind(kind)].review_days
    if days is None:
        raise InvalidInput(f"the policy keeps no {kind} without an end, so there is nothing to justify")
    today = tx.now.date()
    until = today + timedelta(days=days)
    moved = move_reviews(tx, kind=kind, on=today, to=until)
    if not moved:
        raise InvalidInput(f"nothing is due for review of {kind}")
    return add_justification(tx, kind=kind, reason=written, moved=moved, until=until, actor=actor, keys=vault.keys)
