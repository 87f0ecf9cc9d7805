"""After a hold was placed or released: what it covers is decided anew, and each lock is as the holds in force say.

Released, an artifact that another hold covers stays locked; one that none covers is freed, and is due where its time
had come. Done a page at a time, and safe to repeat.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from pipeline.model.artifact import Artifact
from pipeline.model.audit import AuditTag
from pipeline.model.ids import TenantId
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.ground import redecide_subject
from pipeline.store.audit import Facts, add_event
from pipeline.store.decisions import find_decision
from pipeline.store.due import subject_of_artifact
from pipeline.store.holding import settle_lock
from pipeline.store.holds import get_hold, iter_covered, list_holds_on, mark_settled

PAGE: Final = 200


def settle_hold(context: StepContext, tenant: TenantId, hold: str, after: str = "") -> Receipt:
    """Decide anew what of the next page of a hold's artifacts stands otherwise than the holds in force say.

    Returns:
        How many artifacts were looked at, how many recordings and calls decided, and after which artifact to go on;
        None where the hold is settled.

    Raises:
        NotFound: no such hold.
        StoreError: a lock or a tag could not be set; the page is repeated.
    """
    with context.vault.database.transaction(tenant) as tx:
        page = list(islice(iter_covered(tx, get_hold(tx, hold), after=after), PAGE))
    decided = sum(_decide(context, tenant, artifact) for artifact in page)
    if len(page) == PAGE:
        return {"artifacts": len(page), "decided": decided, "after": page[-1].id}
    with context.vault.database.transaction(tenant) as tx:
        found = get_hold(tx, hold)
        if mark_settled(tx, found):
            facts: Facts = {"matter": found.matter, "is_in_force": found.released_at is None}
            add_event(tx, AuditTag.HOLD_SETTLED, actor="system", target=hold, facts=facts)
    return {"artifacts": len(page), "decided": decided, "after": None}


def _decide(context: StepContext, tenant: TenantId, artifact: Artifact) -> bool:
    """Decide an artifact anew, with all of its recording or call, unless its decision says what the holds say."""
    with context.vault.database.transaction(tenant) as tx:
        last = find_decision(tx, artifact.id)
        matters = sorted({hold.matter for hold in list_holds_on(tx, artifact=artifact)})
    is_stale = last is not None and sorted(last.record["retention"]["matters"]) != matters
    if is_stale:
        redecide_subject(context, tenant, subject_of_artifact(artifact))
    with context.vault.database.transaction(tenant) as tx:
        settle_lock(tx, context.vault.objects, artifact)
    return is_stale
