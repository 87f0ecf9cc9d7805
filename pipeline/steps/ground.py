"""A decision on fresh facts for everything of one recording or call: what was due may be held by now, or ended."""

from __future__ import annotations

from datetime import date

from pipeline.model.artifact import Artifact
from pipeline.model.decision_terms import Clause
from pipeline.model.errors import NotFound
from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.model.purge import Ground, Subject
from pipeline.model.retention import RetentionBasis
from pipeline.steps.context import StepContext
from pipeline.steps.decide import decide_artifacts, decide_call
from pipeline.store.decisions import find_decision
from pipeline.store.session import Transaction


def redecide_subject(context: StepContext, tenant: TenantId, subject: Subject) -> int:
    """Judge anew; count what was judged. Each object bears the new tags, `disposition` among them, before it goes.

    Raises:
        NotFound: there is no such recording or call, or nobody can judge an artifact that has neither.
    """
    if subject.kind == "recording":
        return int(decide_artifacts(context, tenant, RecordingId(subject.id))["decided"])
    if subject.kind == "call":
        return int(decide_call(context, tenant, CallId(subject.id))["decided"])
    raise NotFound(f"artifact {subject.id} belongs to no recording and no call")


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
    """Say what keeps an artifact: its ground, its day, and the matters that hold it; no ground where nobody judged."""
    decision = find_decision(tx, artifact.id)
    if decision is None:
        return None, None, ()
    retention = decision.record["retention"]
    ground = Ground(cause=RetentionBasis(retention["basis"]), clause=Clause(**retention["clause"]))
    return ground, decision.retain_until, tuple(retention["matters"])
