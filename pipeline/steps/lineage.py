"""What artifacts take over from what they were made from, and in which order they are judged: parents first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.decision import DecisionRecord, TrainingScope
from pipeline.model.decision_terms import ReasonCode
from pipeline.model.ids import ArtifactId
from pipeline.model.retention import RetentionBasis
from pipeline.policies.decide import parent_terms
from pipeline.policies.facts import ParentTerms
from pipeline.policies.training import JUDGED_ON_ITSELF
from pipeline.store.decisions import find_decision
from pipeline.store.session import Transaction


def parents_first(artifacts: Sequence[Artifact]) -> Iterator[Artifact]:
    """Order by lineage and not by time: two artifacts may bear the same moment."""
    waiting = {artifact.id: artifact for artifact in artifacts}
    while waiting:
        ready = [a for a in waiting.values() if waiting.keys().isdisjoint(a.parents)] or list(waiting.values())
        for artifact in ready:
            yield waiting.pop(artifact.id)


def with_descendants(artifacts: Sequence[Artifact], chosen: Collection[ArtifactId]) -> tuple[Artifact, ...]:
    """Give the chosen among artifacts and everything among them that was made from those, in the order given."""
    found = set(chosen)
    for artifact in parents_first(artifacts):
        if not found.isdisjoint(artifact.parents):
            found.add(artifact.id)
    return tuple(artifact for artifact in artifacts if artifact.id in found)


def terms_of_parents(
    tx: Transaction, artifact: Artifact, made: Mapping[ArtifactId, DecisionRecord]
) -> tuple[ParentTerms, ...]:
    """Give the terms of everything an artifact was made from: as just decided, else as last decided."""
    return tuple(
        parent_terms(made[parent]) if parent in made else _terms_of_absent(tx, parent) for parent in artifact.parents
    )


def _terms_of_absent(tx: Transaction, parent: ArtifactId) -> ParentTerms:
    """Give the terms of a parent that is purged: as last decided, and where nothing was, nothing is allowed."""
    last = find_decision(tx, parent)
    if last is None:
        codes: tuple[ReasonCode, ...] = (ReasonCode.NOT_STORABLE,)
        return ParentTerms(artifact=parent, training_failed=codes, scope=TrainingScope.NONE)
    training, retention = last.record["training"], last.record["retention"]
    ended_on = retention["ended_on"]
    return ParentTerms(
        artifact=parent,
        training_failed=tuple(sorted({ReasonCode(r["code"]) for r in training["reasons"]} - JUDGED_ON_ITSELF)),
        scope=TrainingScope(training["scope"]),
        scope_id=training["scope_id"],
        ended_by=RetentionBasis(retention["ended_by"]) if retention["ended_by"] else None,
        ended_on=date.fromisoformat(ended_on) if ended_on else None,
    )


def with_ancestors(artifacts: Sequence[Artifact], kinds: Collection[ArtifactKind]) -> tuple[Artifact, ...]:
    """Choose the artifacts of some kinds with all that they were made from."""
    by_id = {artifact.id: artifact for artifact in artifacts}
    wanted: set[ArtifactId] = set()
    waiting = [artifact.id for artifact in artifacts if artifact.kind in kinds]
    while waiting:
        found = waiting.pop()
        if found in by_id and found not in wanted:
            wanted.add(found)
            waiting.extend(by_id[found].parents)
    return tuple(artifact for artifact in artifacts if artifact.id in wanted)
