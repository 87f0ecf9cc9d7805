"""A decision on fresh facts, of a recording, a call or what belongs to neither: it may be held by now, or ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.decision import told_record
from pipeline.model.decision_terms import Clause
from pipeline.model.errors import NotFound
from pipeline.model.ids import ArtifactId, CallId, RecordingId, TenantId
from pipeline.model.purge import Ground, Subject
from pipeline.model.retention import RetentionBasis
from pipeline.steps.context import StepContext
from pipeline.steps.decide import decide_artifacts, decide_call, decide_of_tenant
from pipeline.steps.decide_export import redecide_export
from pipeline.store.artifacts import get_artifact
from pipeline.store.decisions import find_decision
from pipeline.store.legal_requests import list_untold
from pipeline.store.session import Transaction


def redecide_subject(context: StepContext, tenant: TenantId, subject: Subject) -> int:
    """Judge anew; count what was judged. Each object bears the new tags, `disposition` among them, before it goes.

    Raises:
        NotFound: there is no such recording, call or artifact.
    """
    if subject.kind == "recording":
        return int(decide_artifacts(context, tenant, RecordingId(subject.id))["decided"])
    if subject.kind == "call":
        return int(decide_call(context, tenant, CallId(subject.id))["decided"])
    with context.vault.database.transaction(tenant) as tx:
        artifact = get_artifact(tx, ArtifactId(subject.id))
    if artifact.kind is ArtifactKind.EXPORT:
        redecide_export(context, artifact)
    else:
        decide_of_tenant(context, artifact)
    return 1


def ground_of(tx: Transaction, artifact: Artifact) -> Ground:
    """Say by what an artifact's life ended, as the decision in force has it.

    Raises:
        NotFound: nobody ever judged it.
    """
    decision = find_decision(tx, artifact.id)
    if decision is None:
        raise NotFound(f"artifact {artifact.id} was never judged")
    retention = decision.record["retention"]
    return Ground(
        cause=RetentionBasis(retention["ended_by"] or retention["basis"]), clause=Clause(**retention["clause"])
    )


def lives_until(tx: Transaction, artifact: Artifact) -> tuple[Ground | None, date | None, tuple[str, ...]]:
    """Say what keeps an artifact, as it may be told: its ground, its day, and the matters that hold it.

    No ground where nobody judged it. No matter is named of which the tenant may not know yet.
    """
    decision = find_decision(tx, artifact.id)
    if decision is None:
        return None, None, ()
    retention = told_record(decision.record, list_untold(tx))["retention"]
    ground = Ground(cause=RetentionBasis(retention["basis"]), clause=Clause(**retention["clause"]))
    return ground, decision.retain_until, tuple(retention["matters"])


def told_clause(retention: Mapping[str, Any]) -> str:
    """Write what a decision's retention rests on for the person whose data it is.

    A matter's reference is between the tenant and its counsel.
    """
    clause = retention["clause"]
    is_held = retention["basis"] == RetentionBasis.HOLD
    return "a legal hold" if is_held else f"{clause['document']} {clause['section']}: {clause['key']}"
