"""Judging again what was judged before: a tightening took effect, a hold was released, something ended.

Parents come before what was made from them, and what was made from an artifact is judged with it. Where nothing but
the day came out otherwise, nothing is written: neither a row nor a tag. So it may be done again, from anywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.model.decision import to_plain
from pipeline.model.errors import StoreUnreachable
from pipeline.model.ids import ArtifactId, CallId, RecordingId, TenantId
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.decide import Judge, Judging, judge_each, judge_recording
from pipeline.steps.gather_facts import gather_of_call
from pipeline.steps.lineage import parents_first, with_descendants
from pipeline.steps.put_in_force import Verdict, put_in_force
from pipeline.store.artifacts import list_artifacts, list_artifacts_by_id
from pipeline.store.calls import get_call
from pipeline.store.decisions import StoredDecision, find_decisions
from pipeline.store.recordings import get_recording
from pipeline.store.tenants import get_tenant

_OF_THE_DAY: Final = ("decided_on", "facts_digest")

type _Judged = tuple[Judging, Mapping[ArtifactId, StoredDecision]]
"""How artifacts come out now, and the decisions that were in force."""


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
        by = Judge(context=context, owner=owner, shelf=context.policies_of(tx, owner))
    recordings: defaultdict[RecordingId, set[ArtifactId]] = defaultdict(set)
    calls: defaultdict[CallId, set[ArtifactId]] = defaultdict(set)
    for artifact in found:
        if artifact.recording is not None:
            recordings[artifact.recording].add(artifact.id)
        elif artifact.call is not None:
            calls[artifact.call].add(artifact.id)
    decided = changed = 0
    for recording, chosen in recordings.items():
        judged = _judge_recording(by, recording, chosen)
        decided, changed = decided + len(judged[0].verdicts), changed + _keep(context, judged)
    for call, chosen in calls.items():
        judged = _judge_call(by, call, chosen)
        decided, changed = decided + len(judged[0].verdicts), changed + _keep(context, judged)
    skipped = sum(artifact.recording is None and artifact.call is None for artifact in found)
    return {"decided": decided, "changed": changed, "skipped": skipped}


def _judge_recording(by: Judge, recording: RecordingId, chosen: set[ArtifactId]) -> _Judged:
    with by.context.vault.database.transaction(by.owner.id) as tx:
        artifacts = with_descendants(list_artifacts(tx, recording=recording), chosen)
        judging = judge_recording(tx, by, get_recording(tx, recording), artifacts)
        return judging, find_decisions(tx, [artifact.id for artifact in artifacts])


def _judge_call(by: Judge, call: CallId, chosen: set[ArtifactId]) -> _Judged:
    """Judge what belongs to a call and to no recording of it."""
    with by.context.vault.database.transaction(by.owner.id) as tx:
        found = get_call(tx, call)
        ours = with_descendants([a for a in list_artifacts(tx, call=call) if a.recording is None], chosen)
        judging = judge_each(tx, by, parents_first(ours), lambda at, own: gather_of_call(at, found, by.owner, own))
        return judging, find_decisions(tx, [artifact.id for artifact in ours])


def _keep(context: StepContext, judged: _Judged) -> int:
    """Keep what came out otherwise, the rows of one recording together; count those.

    Raises:
        StoreUnreachable: what was judged from changed meanwhile; the step is repeated.
    """
    judging, last = judged
    different = [verdict for verdict in judging.verdicts if _is_otherwise(verdict, last.get(verdict.artifact.id))]
    if not put_in_force(context, different, still=judging.still):
        raise StoreUnreachable("decide", reason="what is judged changed meanwhile")
    return len(different)


def _is_otherwise(verdict: Verdict, last: StoredDecision | None) -> bool:
    return last is None or _substance(to_plain(verdict.record)) != _substance(last.record)


def _substance(record: object) -> Mapping[str, object]:
    """Give what a record says, as JSON knows it, beside the day it was made on."""
    plain = record if isinstance(record, Mapping) else {}
    return {name: value for name, value in plain.items() if name not in _OF_THE_DAY}
