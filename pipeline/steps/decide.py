"""One decision record for each artifact of a recording or call: in the database, on the object's tags, in its lock."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.decision import DecisionRecord, TrainingScope, to_plain
from pipeline.model.decision_terms import ReasonCode
from pipeline.model.ids import ArtifactId, CallId, RecordingId, TenantId
from pipeline.model.recording import Recording
from pipeline.model.retention import RetentionBasis
from pipeline.model.tenant import Tenant
from pipeline.policies.bundle import Bundle
from pipeline.policies.decide import decide, parent_terms
from pipeline.policies.facts import Facts, ParentTerms
from pipeline.policies.tags import object_tags
from pipeline.policies.training import JUDGED_ON_ITSELF
from pipeline.steps.context import JudgeContext, Receipt
from pipeline.steps.gather_facts import gather, gather_of_call, gather_of_tenant
from pipeline.store.artifacts import list_artifacts
from pipeline.store.calls import get_call
from pipeline.store.decisions import StoredDecision, add_decision, find_decision
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.tenants import get_tenant
from pipeline.store.vault_names import check_tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One artifact with the decision that was just made of it; nothing is written yet."""

    artifact: Artifact
    facts: Facts
    record: DecisionRecord


def decide_artifacts(context: JudgeContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Judge every artifact of a recording, parents before what was made from them, and tag each object.

    Returns:
        How many were decided, and how many of them may be trained on.
    """
    eligible = []
    for judged in judge_artifacts(context, tenant, recording):
        keep_decision(context, judged)
        eligible.append(judged.record.training.eligible)
    return {"decided": len(eligible), "eligible": sum(eligible)}


def judge_artifacts(
    context: JudgeContext, tenant: TenantId, recording: RecordingId, *, kinds: Collection[ArtifactKind] = ()
) -> Iterator[Judged]:
    """Judge artifacts of a recording as things stand now, parents before what was made from them.

    Args:
        context: what judging works with.
        tenant: whose recording.
        recording: which.
        kinds: only artifacts of these kinds and what they were made from; nothing named means all.
    """
    found, owner = context.read(tenant, recording)
    bundle = context.bundles(owner.policy_id)
    with context.vault.database.transaction(tenant) as tx:
        artifacts = list_artifacts(tx, recording=recording)
    made: dict[ArtifactId, DecisionRecord] = {}
    for artifact in _parents_first(_lineage(artifacts, kinds) if kinds else artifacts):
        facts, record = _judge(context, found, owner, artifact, made, bundle)
        made[artifact.id] = record
        yield Judged(artifact=artifact, facts=facts, record=record)


def decide_call(context: JudgeContext, tenant: TenantId, call: CallId) -> Receipt:
    """Judge the receipts of a call: those that no recording has, and of a recording's those that nobody judged yet.

    Returns:
        How many were decided.
    """
    with context.vault.database.transaction(tenant) as tx:
        found, owner = get_call(tx, call), get_tenant(tx, keys=context.vault.keys)
        receipts = [a for a in list_artifacts(tx, call=call) if a.kind is ArtifactKind.CONSENT_RECEIPT]
        artifacts = [a for a in receipts if a.recording is None or find_decision(tx, a.id) is None]
    bundle = context.bundles(owner.policy_id)
    for artifact in artifacts:
        with context.vault.database.transaction(tenant) as tx:
            if artifact.recording is None:
                facts = gather_of_call(tx, found, owner, artifact)
            else:
                facts = gather(tx, get_recording(tx, artifact.recording), owner, artifact)
        record = decide(facts, bundle, context.law.matrix)
        keep_decision(context, Judged(artifact=artifact, facts=facts, record=record))
    return {"decided": len(artifacts)}


def decide_of_tenant(context: JudgeContext, artifact: Artifact) -> None:
    """Judge and tag what belongs to a tenant and to no call, such as the manifest of a dataset."""
    with context.vault.database.transaction(artifact.tenant) as tx:
        owner = get_tenant(tx, keys=context.vault.keys)
        facts = gather_of_tenant(tx, owner, artifact)
    record = decide(facts, context.bundles(owner.policy_id), context.law.matrix)
    keep_decision(context, Judged(artifact=artifact, facts=facts, record=record))


def keep_decision(context: JudgeContext, judged: Judged) -> None:
    """Put a decision in force. Tag first: a decision in the database never claims a tag that is not there."""
    _tag(context, judged.artifact, judged.record)
    with context.vault.database.transaction(judged.artifact.tenant) as tx:
        add_decision(tx, _stored(judged.artifact, judged.record, judged.facts))


def _judge(
    context: JudgeContext,
    recording: Recording,
    owner: Tenant,
    artifact: Artifact,
    made: dict[ArtifactId, DecisionRecord],
    bundle: Bundle,
) -> tuple[Facts, DecisionRecord]:
    with context.vault.database.transaction(recording.tenant) as tx:
        parents = tuple(
            parent_terms(made[parent]) if parent in made else _terms_of_absent(tx, parent)
            for parent in artifact.parents
        )
        facts = gather(tx, recording, owner, artifact, parents=parents)
    return facts, decide(facts, bundle, context.law.matrix)


def _lineage(artifacts: Sequence[Artifact], kinds: Collection[ArtifactKind]) -> tuple[Artifact, ...]:
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


def _parents_first(artifacts: Sequence[Artifact]) -> Iterator[Artifact]:
    """Order by lineage and not by time: two artifacts may bear the same moment."""
    waiting = {artifact.id: artifact for artifact in artifacts}
    while waiting:
        ready = [a for a in waiting.values() if waiting.keys().isdisjoint(a.parents)] or list(waiting.values())
        for artifact in ready:
            yield waiting.pop(artifact.id)


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


def _tag(context: JudgeContext, artifact: Artifact, record: DecisionRecord) -> None:
    """Write what access rules and lifecycle look at, and set the hold where one is in force."""
    tags = object_tags(record, artifact.tenant)
    context.vault.objects.write_tags(artifact.object_key, check_tags(tags))
    if record.retention.matters:
        context.vault.objects.lock(artifact.object_key, hold=True)


def _stored(artifact: Artifact, record: DecisionRecord, facts: Facts) -> StoredDecision:
    return StoredDecision(
        artifact=artifact.id,
        digest=record.digest,
        policy_id=record.policy.id,
        policy_digest=record.policy.digest,
        record=cast("dict[str, Any]", to_plain(record)),
        facts=cast("dict[str, Any]", to_plain(facts)),
        retain_until=record.retention.until,
        review_on=record.retention.review_on,
        disposition=record.retention.disposition.value,
        is_training_eligible=record.training.eligible,
    )
