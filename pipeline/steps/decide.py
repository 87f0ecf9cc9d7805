"""One decision record for each artifact of a recording or call: in the database, on the object's tags, in its lock.

The version of the policy in force at capture judges, and every later one takes away; what a decision was made by is
kept in the same transaction, so that it can be made again.
"""

from __future__ import annotations

from typing import Any, cast

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.decision import DecisionRecord, to_plain
from pipeline.model.ids import ArtifactId, CallId, RecordingId, TenantId
from pipeline.policies.tags import object_tags
from pipeline.policies.versions import Judged, judge
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.gather_facts import gather, gather_of_call
from pipeline.steps.lineage import parents_first, terms_of_parents
from pipeline.steps.object_lock import lock_as_mandated
from pipeline.store.artifacts import list_artifacts
from pipeline.store.calls import get_call
from pipeline.store.decisions import StoredDecision, add_decision, find_decision
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.tenants import get_tenant
from pipeline.store.vault_names import check_tags


def decide_artifacts(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Judge every artifact of a recording, parents before what was made from them, and tag each object.

    Returns:
        How many were decided, and how many of them may be trained on.
    """
    found, owner = context.read(tenant, recording)
    with context.vault.database.transaction(tenant) as tx:
        artifacts = list_artifacts(tx, recording=recording)
        shelf = context.policies_of(tx, owner)
    made: dict[ArtifactId, DecisionRecord] = {}
    for artifact in parents_first(artifacts):
        with context.vault.database.transaction(tenant) as tx:
            facts = gather(tx, found, owner, artifact, parents=terms_of_parents(tx, artifact, made))
        judged = judge(shelf, facts, context.law.matrix)
        made[artifact.id] = judged.record
        keep_decision(context, artifact, judged)
    return {"decided": len(made), "eligible": sum(record.training.eligible for record in made.values())}


def decide_call(context: StepContext, tenant: TenantId, call: CallId) -> Receipt:
    """Judge what a call has and no recording of it, and of its recordings' receipts those that nobody judged yet.

    Returns:
        How many were decided.
    """
    with context.vault.database.transaction(tenant) as tx:
        found, owner = get_call(tx, call), get_tenant(tx, keys=context.vault.keys)
        artifacts = [a for a in list_artifacts(tx, call=call) if a.recording is None or _is_new_receipt(tx, a)]
        shelf = context.policies_of(tx, owner)
    for artifact in artifacts:
        with context.vault.database.transaction(tenant) as tx:
            if artifact.recording is None:
                facts = gather_of_call(tx, found, owner, artifact)
            else:
                facts = gather(tx, get_recording(tx, artifact.recording), owner, artifact)
        keep_decision(context, artifact, judge(shelf, facts, context.law.matrix))
    return {"decided": len(artifacts)}


def _is_new_receipt(tx: Transaction, artifact: Artifact) -> bool:
    return artifact.kind is ArtifactKind.CONSENT_RECEIPT and find_decision(tx, artifact.id) is None


def keep_decision(context: StepContext, artifact: Artifact, judged: Judged) -> None:
    """Tag and lock first: a decision in the database never claims a tag or a lock that is not there."""
    tag_object(context, artifact, judged)
    with context.vault.database.transaction(artifact.tenant) as tx:
        context.policies.keep_inputs(tx, judged.version, context.law.matrix)
        add_decision(tx, stored(judged))


def tag_object(context: StepContext, artifact: Artifact, judged: Judged) -> None:
    """Write what access rules and lifecycle look at; lock what a law mandates, and what a hold in force covers."""
    record = judged.record
    tags = object_tags(record, artifact.tenant)
    context.vault.objects.write_tags(artifact.object_key, check_tags(tags))
    if record.retention.matters:
        context.vault.objects.lock(artifact.object_key, hold=True)
    lock_as_mandated(context, artifact, judged.facts, judged.version.bundle)


def stored(judged: Judged) -> StoredDecision:
    """Give a decision as it is kept, with the facts it was made from."""
    record = judged.record
    return StoredDecision(
        artifact=ArtifactId(record.artifact),
        digest=record.digest,
        policy_id=record.policy.id,
        policy_digest=record.policy.digest,
        record=cast("dict[str, Any]", to_plain(record)),
        facts=cast("dict[str, Any]", to_plain(judged.facts)),
        retain_until=record.retention.until,
        review_on=record.retention.review_on,
        disposition=record.retention.disposition.value,
        is_training_eligible=record.training.eligible,
    )
