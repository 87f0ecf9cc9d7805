"""One decision record for each artifact of a recording or call: in the database, on the object's tags, in its lock.

Judged is by the policy version in force at capture and by every later one; the bytes of that version and of the law are
kept in the same transaction, so that it can be judged again years later.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.call import Call
from pipeline.model.decision import DecisionRecord
from pipeline.model.errors import StoreUnreachable
from pipeline.model.ids import ArtifactId, CallId, RecordingId, TenantId
from pipeline.model.recording import Recording
from pipeline.model.tenant import Tenant
from pipeline.policies.facts import Facts
from pipeline.policies.versions import PolicyShelf, judge
from pipeline.steps.context import JudgeContext, Receipt
from pipeline.steps.gather_facts import circumstances, gather, gather_of_call, gather_of_tenant
from pipeline.steps.lineage import parents_first, terms_of_parents, with_ancestors
from pipeline.steps.put_in_force import Still, Verdict, put_in_force
from pipeline.store.artifacts import list_artifacts
from pipeline.store.calls import get_call
from pipeline.store.decisions import find_decision
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.tenants import get_tenant

_ANEW: Final = 5
"""How often artifacts are judged again because something changed while they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """By what one tenant's artifacts are judged."""

    context: JudgeContext
    owner: Tenant
    shelf: PolicyShelf

    def decide(self, artifact: Artifact, facts: Facts) -> Verdict:
        """Judge one artifact from what is known of it."""
        return Verdict(artifact=artifact, judged=judge(self.shelf, facts, self.context.law.matrix))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """Verdicts of one moment, and how it is known later whether they still are what they would be."""

    verdicts: tuple[Verdict, ...]
    still: Still | None = None


def decide_artifacts(context: JudgeContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Judge every artifact of a recording, parents before what was made from them, and tag each object.

    Returns:
        How many were decided, and how many of them may be trained on.
    """
    decided = keep_anew(context, lambda: judge_all(context, tenant, recording))
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
    return judge_all(context, tenant, recording, kinds=kinds).verdicts


def judge_all(
    context: JudgeContext, tenant: TenantId, recording: RecordingId, *, kinds: Collection[ArtifactKind] = ()
) -> Judging:
    """Judge as `judge_artifacts` does, for whoever puts it in force."""
    with context.vault.database.transaction(tenant) as tx:
        artifacts = list_artifacts(tx, recording=recording)
        chosen = with_ancestors(artifacts, kinds) if kinds else artifacts
        return judge_recording(tx, _judge_of(context, tx), get_recording(tx, recording), chosen)


def judge_recording(tx: Transaction, by: Judge, recording: Recording, artifacts: Iterable[Artifact]) -> Judging:
    """Judge artifacts of one recording, given in any order, by what this transaction sees."""
    made: dict[ArtifactId, DecisionRecord] = {}
    verdicts: list[Verdict] = []
    known = circumstances(tx, recording, by.owner)
    for artifact in parents_first(tuple(artifacts)):
        parents = terms_of_parents(tx, artifact, made)
        facts = gather(tx, recording, by.owner, artifact, parents=parents, known=known)
        verdicts.append(by.decide(artifact, facts))
        made[artifact.id] = verdicts[-1].record
    return Judging(verdicts=tuple(verdicts), still=lambda later: circumstances(later, recording, by.owner) == known)


def judge_each(
    tx: Transaction, by: Judge, artifacts: Iterable[Artifact], facts_of: Callable[[Transaction, Artifact], Facts]
) -> Judging:
    """Judge artifacts that share nothing, each by the facts that this transaction sees of it."""
    known = [(artifact, facts_of(tx, artifact)) for artifact in artifacts]
    return Judging(
        verdicts=tuple(by.decide(artifact, facts) for artifact, facts in known),
        still=lambda later: all(replace(facts_of(later, one), as_of=facts.as_of) == facts for one, facts in known),
    )


def decide_call(context: JudgeContext, tenant: TenantId, call: CallId) -> Receipt:
    """Judge what a call has and no recording of it, and of its recordings' receipts those that nobody judged yet.

    Returns:
        How many were decided.
    """
    with context.vault.database.transaction(tenant) as tx:
        new = {a.id for a in list_artifacts(tx, call=call) if a.recording is None or _is_new_receipt(tx, a)}

    def judge_now() -> Judging:
        with context.vault.database.transaction(tenant) as tx:
            by, found = _judge_of(context, tx), get_call(tx, call)
            ours = [artifact for artifact in list_artifacts(tx, call=call) if artifact.id in new]
            return judge_each(tx, by, ours, lambda at, own: _facts_of(at, found, by.owner, own))

    return {"decided": len(keep_anew(context, judge_now))}


def decide_of_tenant(context: JudgeContext, artifact: Artifact) -> None:
    """Judge and tag what belongs to a tenant and to no call, such as the manifest of a dataset."""

    def judge_now() -> Judging:
        with context.vault.database.transaction(artifact.tenant) as tx:
            by = _judge_of(context, tx)
            return judge_each(tx, by, [artifact], lambda at, own: gather_of_tenant(at, by.owner, own))

    keep_anew(context, judge_now)


def keep_anew(context: JudgeContext, judge_now: Callable[[], Judging]) -> Sequence[Verdict]:
    """Judge and keep; anew where things changed meanwhile.

    Args:
        context: what judging works with.
        judge_now: judges as things stand at the moment of the call.

    Raises:
        StoreUnreachable: things change faster than it can be judged; the step is repeated.
    """
    for _ in range(_ANEW):
        judging = judge_now()
        if put_in_force(context, judging.verdicts, still=judging.still):
            return judging.verdicts
    raise StoreUnreachable("decide", reason="what is judged changed meanwhile")


def _judge_of(context: JudgeContext, tx: Transaction) -> Judge:
    owner = get_tenant(tx, keys=context.vault.keys)
    return Judge(context=context, owner=owner, shelf=context.policies_of(tx, owner))


def _facts_of(tx: Transaction, call: Call, owner: Tenant, artifact: Artifact) -> Facts:
    if artifact.recording is None:
        return gather_of_call(tx, call, owner, artifact)
    return gather(tx, get_recording(tx, artifact.recording), owner, artifact)


def _is_new_receipt(tx: Transaction, artifact: Artifact) -> bool:
    return artifact.kind is ArtifactKind.CONSENT_RECEIPT and find_decision(tx, artifact.id) is None
