"""The signed list of recalled rows. What stands against an exported recording is on it, whether or not we were told."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pipeline.datasets.manifest import write_part
from pipeline.datasets.recalls import TYP, RecalledPart, RecallsPart, digest_rows
from pipeline.model.audit import AuditTag
from pipeline.model.dataset import RecallCause
from pipeline.model.decision_terms import ReasonCode
from pipeline.model.ids import RecordingId, TenantId
from pipeline.steps.context import JudgeContext
from pipeline.steps.decide import judge_artifacts
from pipeline.store.audit import Facts, add_event
from pipeline.store.recalls import list_recalled, list_unmarked, recall_of
from pipeline.store.signing_keys import sign
from pipeline.store.tenants import get_tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRecalls:
    """A recall list as it was signed."""

    token: str
    rows: int
    sha256: str
    kid: str


def list_recalls(context: JudgeContext, tenant: TenantId, *, actor: str) -> ListedRecalls:
    """Sign the list of every recalled row of every dataset of a tenant.

    Raises:
        NotFound: no such tenant, or its key was destroyed, so that nothing can be signed in its name.
    """
    recall_missed(context, tenant)
    keys = context.vault.keys
    with context.vault.database.transaction(tenant) as tx:
        get_tenant(tx, keys=keys)
        rows = tuple(list_recalled(tx))
        part = RecallsPart(
            tenant=tenant,
            created_at=tx.now,
            sha256=digest_rows(rows),
            rows=tuple(RecalledPart(**asdict(row)) for row in rows),
        )
        token, kid = sign(tx, write_part(part), typ=TYP, keys=keys, actor=actor)
        facts: Facts = {"rows": len(rows), "sha256": part.sha256, "kid": kid}
        add_event(tx, AuditTag.RECALLS_LISTED, actor=actor, target=tenant, facts=facts)
    return ListedRecalls(token=token, rows=len(rows), sha256=part.sha256, kid=kid)


def recall_missed(context: JudgeContext, tenant: TenantId) -> int:
    """Recall exported recordings that something stands against now although no hook was called; count them."""
    with context.vault.database.transaction(tenant) as tx:
        missed = list_unmarked(tx)
    missed = tuple(
        (recording, cause)
        for recording, cause in missed
        if cause is not RecallCause.WITHDRAWAL or _is_withdrawn(context, tenant, recording)
    )
    with context.vault.database.transaction(tenant) as tx:
        for recording, cause in missed:
            recall_of(tx, recording, cause)
    return len({recording for recording, _ in missed})


def _is_withdrawn(context: JudgeContext, tenant: TenantId, recording: RecordingId) -> bool:
    """Judge whether who withdrew is heard in the recording; of one that is purged nothing else is known."""
    records = [judged.record for judged in judge_artifacts(context, tenant, recording)]
    codes = {reason.code for record in records for reason in record.training.reasons}
    return not records or ReasonCode.WITHDRAWN in codes
