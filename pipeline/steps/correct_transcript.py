"""Answer a request for correction: what the person says is right stands beside what was heard. The sound is untouched.

A correction is a new redacted transcript whose parent is the one it corrects. The corrected words go through the
detector as everything that was said does; the words as the person gave them stand sealed with the request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
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
from pipeline.store.recordings import get_recording
from pipeline.store.seal import seal
from pipeline.store.session import Transaction
from pipeline.store.subject_person import find_requester
from pipeline.store.subject_requests import get_request, move_request, note_act

_ACTOR: Final = "system"
_MOST: Final = 200
_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a turn should have said."""

    turn: int
    text: str = field(repr=False)


def read_corrections(document: object) -> tuple[Correction, ...]:
    """Read a list of `{"turn", "text"}`.

    Raises:
        InvalidInput: another shape, a turn named twice, nothing at all, or too much.
    """
    if not isinstance(document, list) or not 0 < len(document) <= _MOST:
        raise InvalidInput(f'corrections are a list of 1 to {_MOST} objects of "turn" and "text"')
    made = tuple(_correction(one) for one in document)
    if len({one.turn for one in made}) != len(made):
        raise InvalidInput("a turn is corrected twice")
    return made


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


def _correction(one: object) -> Correction:
    if not isinstance(one, Mapping) or set(one) != {"turn", "text"}:
        raise InvalidInput('a correction is an object of "turn" and "text"')
    turn, text = one["turn"], one["text"]
    if type(turn) is not int or not isinstance(text, str) or not 0 < len(text.strip()) <= _LONGEST:
        raise InvalidInput(f"a correction names a turn by its number and has 1 to {_LONGEST} characters")
    return Correction(turn=turn, text=" ".join(text.split()))


def _asked(
    context: StepContext, tx: Transaction, request_id: str, recording: RecordingId, *, actor: str
) -> SubjectRequest:
    request = get_request(tx, request_id)
    if request.kind is not RequestKind.CORRECTION:
        raise InvalidInput(f"a request for {request.kind} corrects nothing")
    if request.is_answered:
        raise Conflict("the request is answered")
    request = move_request(tx, request, RequestState.WORKING, actor=actor)
    matches = find_requester(tx, request, keys=context.vault.keys)
    recordings, calls = {m.recording for m in matches}, {m.call for m in matches if m.recording is None}
    if recording not in recordings and get_recording(tx, recording).call not in calls:
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
    words = json.dumps([{"turn": one.turn, "text": one.text} for one in corrections]).encode()
    bound = {"kind": "subject.correction", "request": request.id}
    sealed = seal(words, keys=context.vault.keys, tenant=tx.tenant, context=bound)
    facts: Facts = {"artifact": kept.id, "recording": kept.recording, "corrections": len(corrections)}
    note_act(tx, request, "corrected", actor=actor, facts=facts, sealed=sealed)
    add_event(tx, AuditTag.SUBJECT_CORRECTED, actor=actor, target=request.id, facts=facts)
    move_request(tx, request, RequestState.ANSWERED, actor=actor, result=dict(facts))
