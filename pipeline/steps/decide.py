"""One decision record for each artifact of a recording or call: in the database, on the object's tags, in its lock.

Judged is by the policy version in force at capture and by every later one; the bytes of that version and of the law are
kept in the same transaction, so that it can be judged again years later.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.call import Call
from pipeline.model.decision import DecisionRecord, to_plain
from pipeline.model.errors import NotFound, StoreUnreachable
from pipeline.model.ids import ArtifactId, CallId, RecordingId, TenantId
from pipeline.model.tenant import Tenant
from pipeline.policies.facts import Facts
from pipeline.policies.tags import object_tags
from pipeline.policies.versions import Judged, judge
from pipeline.steps.context import JudgeContext, Receipt
from pipeline.steps.gather_facts import circumstances, gather, gather_of_call, gather_of_tenant
from pipeline.steps.lineage import parents_first, terms_of_parents, with_ancestors
from pipeline.steps.object_lock import lock_as_mandated
from pipeline.store.artifacts import list_artifacts
from pipeline.store.calls import get_call
from pipeline.store.decisions import StoredDecision, add_decision, find_decision
from pipeline.store.holding import settle_lock
from pipeline.store.holds import list_holds_on
from pipeline.store.purges import is_doomed
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.tenants import get_tenant
from pipeline.store.vault_names import check_tags

_ANEW: Final = 5
"""How often artifacts are judged again because holds changed while they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One artifact with the decision that was just made of it; nothing is written yet."""

    artifact: Artifact
    judged: Judged

    @property
    def facts(self) -> Facts:
        """What was known."""
        return self.judged.facts

    @property
    def record(self) -> DecisionRecord:
        """What was decided."""
        return self.judged.record


def decide_artifacts(context: JudgeContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Judge every artifact of a recording, parents before what was made from them, and tag each object.

    Returns:
        How many were decided, and how many of them may be trained on.
    """
    decided = _keep_anew(context, lambda: judge_artifacts(context, tenant, recording))
    return {"decided": len(decided), "eligible": sum(verdict.record.training.eligible for verdict in decided)}


def judge_artifacts(
    context: JudgeContext, tenant: TenantId, recording: RecordingId, *, kinds: Collection[ArtifactKind] = ()
) -> tuple[Verdict, ...]:
    """Judge artifacts of a recording as things stand at one moment, parents before what was made from them.

    Args:
        context: what judging works with.
        tenant: whose recording.
        recording: which.
        kinds: only artifacts of these kinds and what they were made from; nothing named means all.
    """
    made: dict[ArtifactId, DecisionRecord] = {}
    verdicts: list[Verdict] = []
    with context.recording(tenant, recording) as (tx, found, owner):
        artifacts, shelf = list_artifacts(tx, recording=recording), context.policies_of(tx, owner)
        known = circumstances(tx, found, owner)
        for artifact in parents_first(with_ancestors(artifacts, kinds) if kinds else artifacts):
            parents = terms_of_parents(tx, artifact, made)
            facts = gather(tx, found, owner, artifact, parents=parents, known=known)
            verdicts.append(Verdict(artifact=artifact, judged=judge(shelf, facts, context.law.matrix)))
            made[artifact.id] = verdicts[-1].record
    return tuple(verdicts)


def decide_call(context: JudgeContext, tenant: TenantId, call: CallId) -> Receipt:
    """Judge what a call has and no recording of it, and of its recordings' receipts those that nobody judged yet.

    Returns:
        How many were decided.
    """
    with context.vault.database.transaction(tenant) as tx:
        new = {a.id for a in list_artifacts(tx, call=call) if a.recording is None or _is_new_receipt(tx, a)}

    def judge_now() -> Sequence[Verdict]:
        with context.vault.database.transaction(tenant) as tx:
            found, owner = get_call(tx, call), get_tenant(tx, keys=context.vault.keys)
            shelf = context.policies_of(tx, owner)
            of_call = [(a, _facts_of(tx, found, owner, a)) for a in list_artifacts(tx, call=call) if a.id in new]
        return [Verdict(artifact=a, judged=judge(shelf, facts, context.law.matrix)) for a, facts in of_call]

    return {"decided": len(_keep_anew(context, judge_now))}


def decide_of_tenant(context: JudgeContext, artifact: Artifact) -> None:
    """Judge and tag what belongs to a tenant and to no call, such as the manifest of a dataset."""

    def judge_now() -> Sequence[Verdict]:
        with context.vault.database.transaction(artifact.tenant) as tx:
            owner = get_tenant(tx, keys=context.vault.keys)
            facts, shelf = gather_of_tenant(tx, owner, artifact), context.policies_of(tx, owner)
        return [Verdict(artifact=artifact, judged=judge(shelf, facts, context.law.matrix))]

    _keep_anew(context, judge_now)


def keep_decision(context: JudgeContext, verdict: Verdict) -> None:
    """Tag and lock, then put a decision in force: it never claims a tag or a lock that is not there.

    Raises:
        StoreUnreachable: a hold was placed or released since it was judged; nothing was put in force.
    """
    if not _are_kept(context, [verdict]):
        raise StoreUnreachable("decide", reason="holds changed meanwhile")


def tag_object(context: JudgeContext, artifact: Artifact, judged: Judged) -> None:
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


def _facts_of(tx: Transaction, call: Call, owner: Tenant, artifact: Artifact) -> Facts:
    if artifact.recording is None:
        return gather_of_call(tx, call, owner, artifact)
    return gather(tx, get_recording(tx, artifact.recording), owner, artifact)


def _is_new_receipt(tx: Transaction, artifact: Artifact) -> bool:
    return artifact.kind is ArtifactKind.CONSENT_RECEIPT and find_decision(tx, artifact.id) is None


def _keep_anew(context: JudgeContext, judge_now: Callable[[], Sequence[Verdict]]) -> Sequence[Verdict]:
    """Judge and keep; anew where a hold was placed or released meanwhile.

    Args:
        context: what judging works with.
        judge_now: judges as things stand at the moment of the call.

    Raises:
        StoreUnreachable: holds change faster than it can be judged; the step is repeated.
    """
    for _ in range(_ANEW):
        verdicts = judge_now()
        if _are_kept(context, verdicts):
            return verdicts
    raise StoreUnreachable("decide", reason="holds changed meanwhile")


def _are_kept(context: JudgeContext, verdicts: Sequence[Verdict]) -> bool:
    """Tag all, then put all in force together; False where a hold was placed or released since they were judged."""
    if not verdicts:
        return True
    there = {v.artifact.id for v in verdicts if _is_tagged(context, v.artifact, v.judged)}
    with context.vault.database.transaction(verdicts[0].artifact.tenant) as tx:
        for verdict in verdicts:
            is_there = verdict.artifact.id in there
            if set(verdict.record.retention.matters) != _matters_on(context, tx, verdict.artifact, is_there=is_there):
                return False
        for version in {v.judged.version.digest: v.judged.version for v in verdicts}.values():
            context.policies.keep_inputs(tx, version, context.law.matrix)
        for verdict in verdicts:
            add_decision(tx, stored(verdict.judged))
        return True


def _matters_on(context: JudgeContext, tx: Transaction, artifact: Artifact, *, is_there: bool) -> set[str]:
    """Name the matters that hold an artifact, with its object locked as they say; none changes until `tx` ends."""
    covering = settle_lock(tx, context.vault.objects, artifact) if is_there else list_holds_on(tx, artifact=artifact)
    return {hold.matter for hold in covering}


def _is_tagged(context: JudgeContext, artifact: Artifact, judged: Judged) -> bool:
    """Tag an object; False where a purge that was killed has destroyed it and has not noted that yet.

    Raises:
        NotFound: the object is gone, and no purge has it on its list.
    """
    try:
        tag_object(context, artifact, judged)
    except NotFound:
        with context.vault.database.transaction(artifact.tenant) as tx:
            if not is_doomed(tx, artifact.id):
                raise
        return False
    return True
