"""Answer a request for deletion: what is the person's own ends now, and they are told what must stay and until when.

Ending it is not destroying it: the purge does that, and a hold or a minimum of law stands against it. What has to stay
is restricted: nobody reads it, nothing is trained on it, and it goes on the day that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Final

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.model.retention import Disposition, RetentionBasis
from pipeline.model.subject import PersonMatch, RequestKind, RequestState, Strength, SubjectRequest, Whose
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.decide import decide_artifacts, decide_call
from pipeline.steps.decide_export import redecide_export
from pipeline.steps.ground import told_clause
from pipeline.store.artifacts import list_artifacts, list_exports_of
from pipeline.store.decisions import find_decision
from pipeline.store.endings import Ending, add_ending
from pipeline.store.recordings import list_recordings
from pipeline.store.session import Transaction
from pipeline.store.subject_person import find_requester, own_call_ids
from pipeline.store.subject_requests import get_request, move_request

type Purge = Callable[[StepContext, TenantId, RecordingId], None]
"""Starts the destruction of what is due of a recording."""

_ACTOR: Final = "system"
_NOT_OF_A_PERSON: Final = (ArtifactKind.CONSENT_RECEIPT, ArtifactKind.DATASET_MANIFEST)
"""Proof of what was agreed outlives a deletion, and holds neither sound nor words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something that ended and must stay for now: why, until when where that is known, and by which clause."""

    recording: str | None
    kind: str
    because: str
    until: str | None
    clause: str


def purge_at_next_run(context: StepContext, tenant: TenantId, recording: RecordingId) -> None:
    """Leave the destruction to the retention run: what has ended is due from today, and its index finds it."""


def erase_person(
    context: StepContext,
    tenant: TenantId,
    request_id: str,
    *,
    also: Iterable[RecordingId] = (),
    purge: Purge = purge_at_next_run,
    recall: Purge = purge_at_next_run,
    actor: str = _ACTOR,
) -> Receipt:
    """End everything that surely is the person's own, judge it anew, and answer with what was ended and what must stay.

    Args:
        context: what steps work with.
        tenant: whose request.
        request_id: the request.
        also: recordings in which somebody looked and found the person, such as by a first name.
        purge: starts the destruction of a recording's copies, where no hold stands against it.
        recall: marks the datasets that a recording is in, held or not.
        actor: who answers the request; a worker where nobody is named.

    Raises:
        InvalidInput: a request of another kind, or a recording in which the person was not found at all.
        IllegalTransition: it is not known who asks, or the request is over.
    """
    chosen = frozenset(also)
    with context.vault.database.transaction(tenant) as tx:
        request = get_request(tx, request_id)
        if request.kind is not RequestKind.DELETION:
            raise InvalidInput(f"a request for {request.kind} erases nothing")
        if request.is_answered:
            return request.result
        matches = find_requester(tx, request, keys=context.vault.keys)
        request = move_request(tx, request, RequestState.WORKING, actor=actor)
        calls, alone = _ended(matches, chosen)
        for kind, id in [*(("call", call) for call in calls), *(("recording", one) for one in alone)]:
            _end(tx, kind, id, request, actor=actor)
        recordings = [r.id for call in calls for r in list_recordings(tx, call=call)] + list(alone)
    kept = _judge(context, tenant, calls, recordings)
    held = {one.recording for one in kept if one.because == Disposition.HELD}
    for recording in recordings:
        recall(context, tenant, recording)
        if recording not in held:
            purge(context, tenant, recording)
    return _answered(context, tenant, request, _told(matches, calls, recordings, kept), actor=actor)


def _told(
    matches: tuple[PersonMatch, ...], calls: tuple[CallId, ...], recordings: list[RecordingId], kept: list[Kept]
) -> dict[str, object]:
    others = {m.call for m in matches if m.whose is Whose.OTHERS and m.call not in calls}
    return {
        "calls": len(calls),
        "recordings": len(recordings),
        "calls_of_others": len(others),
        "kept": [asdict(one) for one in kept],
    }


def _answered(
    context: StepContext,
    tenant: TenantId,
    request: SubjectRequest,
    result: dict[str, object],
    *,
    actor: str,
) -> dict[str, object]:
    with context.vault.database.transaction(tenant) as tx:
        move_request(tx, request, RequestState.ANSWERED, actor=actor, result=result)
    return result


def _judge(
    context: StepContext, tenant: TenantId, calls: Iterable[CallId], recordings: list[RecordingId]
) -> list[Kept]:
    """Judge everything anew that has ended, and what was exported of it; give what must stay."""
    for call in calls:
        decide_call(context, tenant, call)
    for recording in recordings:
        decide_artifacts(context, tenant, recording)
    _judge_exports(context, tenant, recordings)
    return _kept(context, tenant, recordings)


def _ended(
    matches: tuple[PersonMatch, ...], chosen: frozenset[RecordingId]
) -> tuple[tuple[CallId, ...], tuple[RecordingId, ...]]:
    """Give the calls, and the recordings besides, that the request ends."""
    calls = own_call_ids(matches)
    found = {m.recording: m for m in matches if m.recording is not None}
    if not chosen <= found.keys():
        raise InvalidInput("the person was not found in a recording that was named")
    alone = [r for r, m in found.items() if m.call not in calls and (r in chosen or _is_own(m))]
    return calls, tuple(alone)


def _is_own(match: PersonMatch) -> bool:
    return match.whose is Whose.OWN and match.strength is Strength.STRONG


def _end(tx: Transaction, kind: str, id: str, request: SubjectRequest, *, actor: str) -> None:
    ending = Ending(
        scope_kind=kind,
        scope_id=id,
        cause=RetentionBasis.DELETION_REQUEST,
        source=request.id,
        ends_on=tx.now.date(),
    )
    add_ending(tx, ending, actor=actor)


def _judge_exports(context: StepContext, tenant: TenantId, recordings: list[RecordingId]) -> None:
    """Judge again every export that was made from what has ended: it ends with it."""
    with context.vault.database.transaction(tenant) as tx:
        ended = {a.id for recording in recordings for a in list_artifacts(tx, recording=recording)}
        exports = list_exports_of(tx, ended)
    for export in exports:
        redecide_export(context, export)


def _kept(context: StepContext, tenant: TenantId, recordings: list[RecordingId]) -> list[Kept]:
    with context.vault.database.transaction(tenant) as tx:
        found = [a for recording in recordings for a in list_artifacts(tx, recording=recording)]
        judged = [(a, _why_kept(tx, a)) for a in found if a.kind not in _NOT_OF_A_PERSON]
    return [why for _, why in judged if why is not None]


def _why_kept(tx: Transaction, artifact: Artifact) -> Kept | None:
    decision = find_decision(tx, artifact.id)
    if decision is None or decision.disposition == Disposition.DUE:
        return None
    return Kept(
        recording=artifact.recording,
        kind=artifact.kind.value,
        because=decision.disposition,
        until=None if decision.retain_until is None else decision.retain_until.isoformat(),
        clause=told_clause(decision.record["retention"]),
    )
