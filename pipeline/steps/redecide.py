"""Judging again what was judged before: a tightening took effect, a hold was released, something ended.

Parents come before what was made from them, and what was made from an artifact is judged with it. Where nothing but
the day came out otherwise, nothing is written: neither a row nor a tag. So it may be done again, from anywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.model.artifact import Artifact
from pipeline.model.decision import DecisionRecord, canonical_json, to_plain
from pipeline.model.errors import StoreUnreachable
from pipeline.model.ids import ArtifactId, CallId, RecordingId, TenantId
from pipeline.model.tenant import Tenant
from pipeline.policies.facts import Facts
from pipeline.policies.versions import Judged, PolicyShelf, judge
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.decide import stored, tag_object
from pipeline.steps.gather_facts import circumstances, gather, gather_of_call
from pipeline.steps.lineage import parents_first, terms_of_parents, with_descendants
from pipeline.store.artifacts import list_artifacts, list_artifacts_by_id
from pipeline.store.calls import get_call
from pipeline.store.decisions import StoredDecision, add_decision, find_decisions
from pipeline.store.holding import settle_lock
from pipeline.store.recordings import get_recording
from pipeline.store.tenants import get_tenant

_OF_THE_DAY: Final = ("decided_on", "facts_digest")


def redecide(context: StepContext, tenant: TenantId, artifacts: Sequence[ArtifactId]) -> Receipt:
    """Judge artifacts, and everything made from them, as things stand now.

    Args:
        context: what steps work with.
        tenant: whose artifacts.
        artifacts: which, in any order; what is purged or not the tenant's is left out.

    Returns:
        How many were judged, how many of them came out otherwise, and how many belong to no recording or call and
        were left as they are.
    """
    with context.vault.database.transaction(tenant) as tx:
        found = list_artifacts_by_id(tx, artifacts)
        owner = get_tenant(tx, keys=context.vault.keys)
        shelf = context.policies_of(tx, owner)
    recordings: defaultdict[RecordingId, set[ArtifactId]] = defaultdict(set)
    calls: defaultdict[CallId, set[ArtifactId]] = defaultdict(set)
    for artifact in found:
        if artifact.recording is not None:
            recordings[artifact.recording].add(artifact.id)
        elif artifact.call is not None:
            calls[artifact.call].add(artifact.id)
    decided = changed = 0
    for recording, chosen in recordings.items():
        judged = _judge_recording(context, owner, shelf, recording, chosen)
        decided, changed = decided + len(judged), changed + _keep(context, judged)
    for call, chosen in calls.items():
        judged = _judge_call(context, owner, shelf, call, chosen)
        decided, changed = decided + len(judged), changed + _keep(context, judged)
    skipped = sum(artifact.recording is None and artifact.call is None for artifact in found)
    return {"decided": decided, "changed": changed, "skipped": skipped}


type _Judgement = tuple[Artifact, Judged, Mapping[str, Any] | None]
"""An artifact, how it comes out now, and the record that was in force."""


def _judge_recording(
    context: StepContext, owner: Tenant, shelf: PolicyShelf, recording: RecordingId, chosen: set[ArtifactId]
) -> list[_Judgement]:
    with context.vault.database.transaction(owner.id) as tx:
        found = get_recording(tx, recording)
        made: dict[ArtifactId, DecisionRecord] = {}
        judged: list[_Judgement] = []
        artifacts = with_descendants(list_artifacts(tx, recording=recording), chosen)
        known, last = circumstances(tx, found, owner), find_decisions(tx, [a.id for a in artifacts])
        for artifact in parents_first(artifacts):
            parents = terms_of_parents(tx, artifact, made)
            facts = gather(tx, found, owner, artifact, parents=parents, known=known)
            judged.append(_judge(context, shelf, artifact, facts, last))
            made[artifact.id] = judged[-1][1].record
    return judged


def _judge_call(
    context: StepContext, owner: Tenant, shelf: PolicyShelf, call: CallId, chosen: set[ArtifactId]
) -> list[_Judgement]:
    """Judge what belongs to a call and to no recording of it."""
    with context.vault.database.transaction(owner.id) as tx:
        found = get_call(tx, call)
        ours = [a for a in list_artifacts(tx, call=call) if a.recording is None]
        last = find_decisions(tx, [a.id for a in ours])
        return [
            _judge(context, shelf, artifact, gather_of_call(tx, found, owner, artifact), last)
            for artifact in parents_first(with_descendants(ours, chosen))
        ]


def _judge(
    context: StepContext,
    shelf: PolicyShelf,
    artifact: Artifact,
    facts: Facts,
    last: Mapping[ArtifactId, StoredDecision],
) -> _Judgement:
    known = last.get(artifact.id)
    return artifact, judge(shelf, facts, context.law.matrix), known.record if known else None


def _keep(context: StepContext, judged: Sequence[_Judgement]) -> int:
    """Keep what came out otherwise, tags first, the rows of one recording together.

    Raises:
        StoreUnreachable: a hold was placed or released meanwhile; the step is repeated.
    """
    different = [(a, j) for a, j, last in judged if last is None or _substance(to_plain(j.record)) != _substance(last)]
    for artifact, judgement in different:
        tag_object(context, artifact, judgement)
    if different:
        with context.vault.database.transaction(different[0][0].tenant) as tx:
            context.policies.keep_inputs(tx, different[0][1].version, context.law.matrix)
            for artifact, judgement in different:
                covering = settle_lock(tx, context.vault.objects, artifact)
                if {hold.matter for hold in covering} != set(judgement.record.retention.matters):
                    raise StoreUnreachable("decide", reason="holds changed meanwhile")
                add_decision(tx, stored(judgement))
    return len(different)


def _substance(record: object) -> bytes:
    """Give what a record says beside the day it was made on."""
    plain = record if isinstance(record, Mapping) else {}
    return canonical_json({name: value for name, value in plain.items() if name not in _OF_THE_DAY})
