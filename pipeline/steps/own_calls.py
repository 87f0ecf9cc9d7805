"""Which calls are the requester's own, what of them may be handed out, and in what form.

The other people's words stay as they were redacted. In the requester's own channel only what they have shown to be
theirs is shown; where it is not known which channel that is, nothing is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.call import Call, LegRole
from pipeline.model.errors import IntegrityError, InvalidInput, NotFound, Withheld
from pipeline.model.ids import ArtifactId, CallId
from pipeline.model.recording import Recording
from pipeline.model.retention import Disposition
from pipeline.model.subject import SubjectRequest
from pipeline.model.tenant import Tenant
from pipeline.redaction.exact_form import country_of
from pipeline.redaction.manifest import Entry, Manifest
from pipeline.redaction.person_terms import exact_number_terms, identity_terms, index_key
from pipeline.redaction.render_text import render_text
from pipeline.steps.context import StepContext
from pipeline.steps.detect import read_conversation
from pipeline.steps.redact_text import read_manifest
from pipeline.store.artifacts import find_artifact
from pipeline.store.calls import get_call, list_legs, read_numbers
from pipeline.store.decisions import find_decision
from pipeline.store.recordings import list_recordings, read_facts
from pipeline.store.session import Transaction

_CLOSED = (Disposition.RESTRICTED.value, Disposition.DUE.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is handed out of one recording; `withheld` says why nothing is."""

    recording: Recording
    transcript: dict[str, Any] | None = field(default=None, repr=False)
    audio: bytes | None = field(default=None, repr=False)
    parents: tuple[ArtifactId, ...] = ()
    withheld: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCall:
    """One of the requester's own calls; `role` is None where it is not known which party they were."""

    call: Call
    role: LegRole | None
    copies: tuple[Copy, ...]


def read_own_calls(
    context: StepContext, owner: Tenant, request: SubjectRequest, calls: tuple[CallId, ...]
) -> Iterator[OwnCall]:
    """Read what may be handed out of each of the requester's own calls."""
    for id in calls:
        with context.vault.database.transaction(owner.id) as tx:
            call, recordings = get_call(tx, id), list_recordings(tx, call=id)
            role = _role(context, tx, call, request)
        copies = tuple(_copy(context, owner, request, recording, role) for recording in recordings)
        yield OwnCall(call=call, role=role, copies=copies)


def _role(context: StepContext, tx: Transaction, call: Call, request: SubjectRequest) -> LegRole | None:
    """Say which party the requester was: the caller where it is their number that called in."""
    keys = context.vault.keys
    number = read_numbers(tx, call.id, keys=keys).get("from", "")
    terms = exact_number_terms(number, key=index_key(keys.digest_key(tx.tenant))) if number else frozenset()
    return LegRole.CALLER if call.direction == "inbound" and terms & set(request.verified_terms) else None


def _copy(
    context: StepContext, owner: Tenant, request: SubjectRequest, recording: Recording, role: LegRole | None
) -> Copy:
    with context.vault.database.transaction(owner.id) as tx:
        audio = find_artifact(tx, recording.id, ArtifactKind.RECORDING_REDACTED)
        text = find_artifact(tx, recording.id, ArtifactKind.TRANSCRIPT_REDACTED)
        is_proved = bool(read_facts(tx, recording.id).get("is_redaction_proved"))
        closed = [a.id for a in (audio, text) if a is not None and _is_closed(tx, a)]
    if not is_proved or (audio is None and text is None):
        return Copy(recording=recording, withheld="not_redacted")
    if closed:
        return Copy(recording=recording, withheld="restricted")
    kept = tuple(a for a in (audio, text) if a is not None)
    return Copy(
        recording=recording,
        transcript=None if text is None else _transcript(context, owner, request, recording, role, text),
        audio=None if audio is None else context.vault.read(audio),
        parents=tuple(a.id for a in kept),
    )


def _is_closed(tx: Transaction, artifact: Artifact) -> bool:
    decision = find_decision(tx, artifact.id)
    return decision is not None and decision.disposition in _CLOSED


def _transcript(
    context: StepContext,
    owner: Tenant,
    request: SubjectRequest,
    recording: Recording,
    role: LegRole | None,
    redacted: Artifact,
) -> dict[str, Any]:
    """Render the transcript with the requester's own terms shown, or give it as it was redacted."""
    stands: dict[str, Any] = json.loads(context.vault.read(redacted))
    if role is None or stands.get("corrections"):
        return stands
    try:
        _, manifest = read_manifest(context, owner.id, recording.id)
        conversation, speakers = read_conversation(context, recording, owner)
        if not speakers.is_known or role.value not in speakers.speakers:
            return stands
        channel = speakers.speakers.index(role.value)
        key = index_key(context.vault.keys.digest_key(owner.id))
        turns = {turn.index: turn for turn in conversation.turns}
        country = _country(context, recording, role)

        def is_own(entry: Entry) -> bool:
            said = turns[entry.turn].text[entry.span.start : entry.span.end]
            terms = identity_terms(entry.type, said, key=key, country=country) & set(request.verified_terms)
            return entry.channel == channel == turns[entry.turn].channel and bool(terms)

        shown = _without(manifest, is_own)
        return render_text(conversation, shown)
    except (NotFound, Withheld, InvalidInput, IntegrityError, KeyError):
        return stands  # the original is gone, or does not fit: what was redacted is what there is


def _country(context: StepContext, recording: Recording, role: LegRole) -> str | None:
    if recording.call is None:
        return None
    with context.vault.database.transaction(recording.tenant) as tx:
        legs = [leg for leg in list_legs(tx, recording.call) if leg.role is role]
    return country_of(place for leg in legs for place in leg.candidates)


def _without(manifest: Manifest, is_own: Any) -> Manifest:
    return replace(manifest, entries=tuple(entry for entry in manifest.entries if not is_own(entry)))
