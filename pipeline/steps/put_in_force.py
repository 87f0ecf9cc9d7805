"""Putting decisions in force: tags and locks first, then all rows together, and none where things changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from pipeline.model.artifact import Artifact
from pipeline.model.decision import DecisionRecord, to_plain
from pipeline.model.errors import NotFound, StoreUnreachable
from pipeline.model.ids import ArtifactId
from pipeline.policies.facts import Facts
from pipeline.policies.tags import object_tags, training_tags
from pipeline.policies.versions import Judged
from pipeline.steps.context import JudgeContext
from pipeline.steps.object_lock import lock_as_mandated
from pipeline.store.audit import lock_log
from pipeline.store.decisions import StoredDecision, add_decisions, find_decisions
from pipeline.store.holding import settle_locks
from pipeline.store.holds import list_holds_on_each
from pipeline.store.purges import is_doomed
from pipeline.store.session import Transaction
from pipeline.store.vault_names import check_tags

type Still = Callable[[Transaction], bool]
"""Says whether what was judged from is as it was."""


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


def put_in_force(context: JudgeContext, verdicts: Sequence[Verdict], *, still: Still | None = None) -> bool:
    """Tag all, then put all in force together: a decision never claims a tag or a lock that is not there.

    Args:
        context: what judging works with.
        verdicts: all of one tenant.
        still: asked under the log's lock, which whoever takes consent back or ends something takes too, so that no
            decision comes in force that does not know of it. None: nothing but holds is looked at again.

    Returns:
        False where a hold was placed or released since they were judged, or `still` says no: then none is in force, and
        no object says that it may be trained on where no decision does.

    Raises:
        NotFound: an object is gone, and no purge has it on its list.
    """
    if not verdicts:
        return True
    there = {v.artifact.id for v in verdicts if _is_tagged(context, v)}
    if _came_in_force(context, verdicts, there, still):
        return True
    _close(context, [verdict for verdict in verdicts if verdict.artifact.id in there])
    return False


def keep_decision(context: JudgeContext, verdict: Verdict, *, still: Still | None = None) -> None:
    """Put one decision in force; see `put_in_force`.

    Raises:
        StoreUnreachable: what it was judged from changed since; nothing was put in force.
    """
    if not put_in_force(context, [verdict], still=still):
        raise StoreUnreachable("decide", reason="what is judged changed meanwhile")


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


def training_tags_of(decision: StoredDecision | None) -> dict[str, str]:
    """Give what an object's tags must say of training by the decision in force; before the first one they say no."""
    if decision is None:
        return {"training-eligible": "false"}
    training = decision.record["training"]
    return training_tags(eligible=training["eligible"], scope=training["scope"], scope_id=training["scope_id"])


def _came_in_force(
    context: JudgeContext, verdicts: Sequence[Verdict], there: Collection[ArtifactId], still: Still | None
) -> bool:
    """Write all rows, where holds and what was judged from are as they were."""
    with context.vault.database.transaction(verdicts[0].artifact.tenant) as tx:
        held = _settled(context, tx, [verdict.artifact for verdict in verdicts], there)
        if any(set(v.record.retention.matters) != held.get(v.artifact.id, set()) for v in verdicts):
            return False
        if still is not None:
            lock_log(tx)
            if not still(tx):
                return False
        for version in {v.judged.version.digest: v.judged.version for v in verdicts}.values():
            context.policies.keep_inputs(tx, version, context.law.matrix)
        add_decisions(tx, [stored(verdict.judged) for verdict in verdicts])
        return True


def _settled(
    context: JudgeContext, tx: Transaction, judged: Sequence[Artifact], there: Collection[ArtifactId]
) -> dict[ArtifactId, set[str]]:
    """Lock the objects that are there as holds say, and name the matters of each; none changes until `tx` ends."""
    locked = settle_locks(tx, context.vault.objects, [artifact for artifact in judged if artifact.id in there])
    gone = list_holds_on_each(tx, [artifact for artifact in judged if artifact.id not in there])
    return {artifact: {hold.matter for hold in covering} for artifact, covering in {**locked, **gone}.items()}


def _close(context: JudgeContext, verdicts: Sequence[Verdict]) -> None:
    """Take back from tags that something may be trained on, where that did not come in force and was not before."""
    opened = [verdict for verdict in verdicts if verdict.record.training.eligible]
    if not opened:
        return
    with context.vault.database.transaction(opened[0].artifact.tenant) as tx:
        stands = find_decisions(tx, [verdict.artifact.id for verdict in opened])
    for verdict in opened:
        last = stands.get(verdict.artifact.id)
        if last is None or not last.is_training_eligible:
            tags = object_tags(verdict.record, verdict.artifact.tenant) | training_tags_of(last)
            with suppress(NotFound):  # it was purged meanwhile
                context.vault.objects.write_tags(verdict.artifact.object_key, check_tags(tags))


def _is_tagged(context: JudgeContext, verdict: Verdict) -> bool:
    """Tag an object; False where a purge that was killed has destroyed it and has not noted that yet."""
    artifact = verdict.artifact
    try:
        _tag(context, artifact, verdict.judged)
    except NotFound:
        with context.vault.database.transaction(artifact.tenant) as tx:
            if not is_doomed(tx, artifact.id):
                raise
        return False
    return True


def _tag(context: JudgeContext, artifact: Artifact, judged: Judged) -> None:
    """Write what access rules and lifecycle look at, and lock what a law mandates to be kept."""
    tags = object_tags(judged.record, artifact.tenant)
    context.vault.objects.write_tags(artifact.object_key, check_tags(tags))
    lock_as_mandated(context, artifact, judged.facts, judged.version.bundle)
