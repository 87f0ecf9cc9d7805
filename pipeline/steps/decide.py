"""One decision record for each artifact of a recording or call: in the database, on the object's tags, in its lock.

The version of the policy in force at capture judges, and every later one takes away; what a decision was made by is
kept in the same transaction, so that it can be made again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.decision import DecisionRecord, to_plain
from pipeline.model.errors import StoreUnreachable
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
from pipeline.store.holding import settle_lock
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.tenants import get_tenant
from pipeline.store.vault_names import check_tags

ANEW: Final = 5
"""How often an artifact is judged again because holds changed while it was."""


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

        def judged_now(judged: Artifact = artifact) -> Judged:
            with context.vault.database.transaction(tenant) as tx:
                facts = gather(tx, found, owner, judged, parents=terms_of_parents(tx, judged, made))
            return judge(shelf, facts, context.law.matrix)

        made[artifact.id] = keep_decision(context, artifact, judged_now).record
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

        def judged_now(judged: Artifact = artifact) -> Judged:
            with context.vault.database.transaction(tenant) as tx:
                if judged.recording is None:
                    facts = gather_of_call(tx, found, owner, judged)
                else:
                    facts = gather(tx, get_recording(tx, judged.recording), owner, judged)
            return judge(shelf, facts, context.law.matrix)

        keep_decision(context, artifact, judged_now)
    return {"decided": len(artifacts)}


def _is_new_receipt(tx: Transaction, artifact: Artifact) -> bool:
    return artifact.kind is ArtifactKind.CONSENT_RECEIPT and find_decision(tx, artifact.id) is None


def keep_decision(context: StepContext, artifact: Artifact, judged_now: Callable[[], Judged]) -> Judged:
    """Judge, tag, and store; anew where a hold was placed or released meanwhile.

    Tags and locks first: a decision in the database never claims one that is not there.

    Raises:
        StoreUnreachable: holds change faster than it can be judged; the step is repeated.
    """
    for _ in range(ANEW):
        judged = judged_now()
        tag_object(context, artifact, judged)
        with context.vault.database.transaction(artifact.tenant) as tx:
            covering = settle_lock(tx, context.vault.objects, artifact)
            if {hold.matter for hold in covering} == set(judged.record.retention.matters):
                context.policies.keep_inputs(tx, judged.version, context.law.matrix)
                add_decision(tx, stored(judged))
                return judged
    raise StoreUnreachable("decide", reason="holds changed meanwhile")


def tag_object(context: StepContext, artifact: Artifact, judged: Judged) -> None:
    """Write what access rules and lifecycle look at, and lock what a law mandates to be kept."""
    tags = object_tags(judged.record, artifact.tenant)
    context.vault.objects.write_tags(artifact.object_key, check_tags(tags))
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
