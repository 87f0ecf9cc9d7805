"""Answer a request for correction: what the person says is right stands beside what was heard. The sound is untouched.

A correction is a new redacted transcript whose parent is the one it corrects. The corrected words go through the
detector as everything that was said does; the words as the person gave them stand sealed with the request.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.correction import Correction, plain_corrections
from pipeline.model.errors import Conflict, InvalidInput, NotFound
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.subject import RequestKind, RequestState, SubjectRequest
from pipeline.model.transcript import Conversation, Turn
from pipeline.redaction.manifest import build_manifest
from pipeline.redaction.profile import RedactionProfile
from pipeline.redaction.render_text import render_text
from pipeline.steps.context import Receipt, StepContext, shelf_of
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.detect import profile_of
from pipeline.store.artifacts import find_artifact
from pipeline.store.audit import Facts, add_event
from pipeline.store.seal import seal
from pipeline.store.session import Transaction
from pipeline.store.subject_person import is_requester_in
from pipeline.store.subject_requests import get_request, move_request, note_act

_ACTOR: Final = "system"


def correct_transcript(
    context: StepContext,
    tenant: TenantId,
    request_id: str,
    recording: RecordingId,
    corrections: Sequence[Correction],
    *,
    actor: str = _ACTOR,
) -> Receipt:
    """Keep a corrected transcript beside the sound, and answer the request.

    Raises:
        InvalidInput: a request of another kind, a recording that is not the person's, or a turn that it has not.
        IllegalTransition: it is not known who asks, or the request is over.
        NotFound: there is no transcript to correct.
    """
    with context.vault.database.transaction(tenant) as tx:
        request = _asked(context, tx, request_id, recording, actor=actor)
        source = find_artifact(tx, recording, ArtifactKind.TRANSCRIPT_REDACTED)
    if source is None:
        raise NotFound(f"recording {recording} has no transcript")
    found, owner = context.read(tenant, recording)
    stands: dict[str, Any] = json.loads(context.vault.read(source))
    profile = profile_of(owner, words_key=context.vault.keys.digest_key(tenant))
    shown = _hidden(context, stands, corrections, profile=profile)
    body = json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    kept = context.vault.keep(shelf_of(found), ArtifactKind.TRANSCRIPT_REDACTED, body, parents=(source.id,))
    decide_artifacts(context, tenant, recording)
    with context.vault.database.transaction(tenant) as tx:
        _note(context, tx, request, kept, corrections, actor=actor)
    return {"artifact": kept.id, "corrections": len(corrections)}


def _asked(
    context: StepContext, tx: Transaction, request_id: str, recording: RecordingId, *, actor: str
) -> SubjectRequest:
    request = get_request(tx, request_id)
    if request.kind is not RequestKind.CORRECTION:
        raise InvalidInput(f"a request for {request.kind} corrects nothing")
    if request.is_answered:
        raise Conflict("the request is answered")
    request = move_request(tx, request, RequestState.WORKING, actor=actor)
    if not is_requester_in(tx, request, recording, keys=context.vault.keys):
        raise InvalidInput("the person was not found in that recording")
    return request


def _hidden(
    context: StepContext, stands: dict[str, Any], corrections: Sequence[Correction], *, profile: RedactionProfile
) -> dict[str, Any]:
    """Write the corrected turns beside the others, with everything personal in them hidden."""
    by_turn = {turn["turn"]: turn for turn in stands["turns"]}
    if not {one.turn for one in corrections} <= by_turn.keys():
        raise InvalidInput("a turn that is to be corrected is not in the transcript")
    said = Conversation(
        id=stands["conversation"],
        language=stands["language"],
        turns=tuple(
            Turn(index=one.turn, speaker=by_turn[one.turn]["speaker"], text=one.text)
            for one in sorted(corrections, key=lambda c: c.turn)
        ),
    )
    entities = context.detector.detect(said, profile=profile)
    manifest = build_manifest(
        said, entities, profile=profile, duration_ms=0, channels=0, detector_version=context.detector.version
    )
    corrected = {turn["turn"]: turn["text"] for turn in render_text(said, manifest)["turns"]}
    earlier = [one for one in stands.get("corrections", []) if one["turn"] not in corrected]
    made = [{"turn": n, "text": text, "by": "the person on the call"} for n, text in sorted(corrected.items())]
    return {**stands, "corrections": [*earlier, *made]}


def _note(
    context: StepContext,
    tx: Transaction,
    request: SubjectRequest,
    kept: Artifact,
    corrections: Sequence[Correction],
    *,
    actor: str,
) -> None:
    words = json.dumps(plain_corrections(corrections)).encode()
    bound = {"kind": "subject.correction", "request": request.id}
    sealed = seal(words, keys=context.vault.keys, tenant=tx.tenant, context=bound)
    facts: Facts = {"artifact": kept.id, "recording": kept.recording, "corrections": len(corrections)}
    note_act(tx, request, "corrected", actor=actor, facts=facts, sealed=sealed)
    add_event(tx, AuditTag.SUBJECT_CORRECTED, actor=actor, target=request.id, facts=facts)
    move_request(tx, request, RequestState.ANSWERED, actor=actor, result=dict(facts))
