"""What a recording brought along from another installation, as the steps of the line take it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.errors import IntegrityError, NotFound
from pipeline.model.ids import ArtifactId
from pipeline.model.recording import Recording
from pipeline.model.span import TimeSpan, merge_times
from pipeline.model.transcript import Conversation, Transcript
from pipeline.model.transcript_file import read_transcript, write_transcript
from pipeline.redaction.inherited import inherit
from pipeline.redaction.manifest import Manifest
from pipeline.redaction.profile import RedactionProfile
from pipeline.steps.context import StepContext, shelf_of
from pipeline.store.artifacts import get_artifact, list_artifacts
from pipeline.store.recordings import merge_facts, read_facts
from pipeline.store.session import Transaction
from pipeline.store.vault import Vault
from pipeline.vcon.arrived import Arrived

_FACT = "arrived"
_KIND = ArtifactKind.TRANSCRIPT_ORIGINAL


def keep_arrived(
    context: StepContext, recording: Recording, audio: Artifact, arrived: Arrived, told: Transcript | None
) -> None:
    """Seal what came along, and note that it did; repeating it changes nothing."""
    shelf, vault = shelf_of(recording), context.vault
    kept = vault.keep(shelf, _KIND, write_transcript(told), parents=(audio.id,)) if told else None
    named = arrived.model_copy(update={"transcript": kept.id if kept else None})
    document = vault.keep(shelf, ArtifactKind.CALL_METADATA, named.to_json())
    with vault.database.transaction(recording.tenant) as tx:
        merge_facts(tx, recording.id, {_FACT: document.id})


def find_document(tx: Transaction, recording: Recording) -> Artifact | None:
    """Find what a recording brought along; None where it brought nothing, or that was purged."""
    named = read_facts(tx, recording.id).get(_FACT)
    if not isinstance(named, str):
        return None
    try:
        return get_artifact(tx, ArtifactId(named))
    except NotFound:
        return None


def open_document(vault: Vault, document: Artifact) -> Arrived:
    """Open it.

    Raises:
        IntegrityError: it is not what was kept.
    """
    try:
        return Arrived.model_validate_json(vault.read(document))
    except ValueError:
        raise IntegrityError("what a recording brought along cannot be read") from None


def find_arrived(context: StepContext, recording: Recording) -> Arrived | None:
    """Read what a recording brought along; None where that is nothing."""
    with context.vault.database.transaction(recording.tenant) as tx:
        document = find_document(tx, recording)
    return open_document(context.vault, document) if document is not None else None


def find_heard(context: StepContext, recording: Recording, arrived: Arrived | None) -> Artifact | None:
    """Find the transcript that was made here of a recording which brought one along; None where there is none yet."""
    if arrived is None or arrived.transcript is None:
        return None
    with context.vault.database.transaction(recording.tenant) as tx:
        made = [a for a in list_artifacts(tx, recording=recording.id) if a.kind is _KIND]
    came = arrived.transcript
    return next((artifact for artifact in made if artifact.id != came and came not in artifact.parents), None)


def put_in_force(context: StepContext, recording: Recording, arrived: Arrived, heard: Artifact) -> Artifact:
    """Make the transcript that came along the recording's own, in the name of who heard the sound here.

    Both are its parents, and so it is in force before either.
    """
    if arrived.transcript is None:
        return heard
    with context.vault.database.transaction(recording.tenant) as tx:
        came = get_artifact(tx, ArtifactId(arrived.transcript))
    told, own = read_transcript(context.vault.read(came)), read_transcript(context.vault.read(heard))
    body = write_transcript(replace(told, engine=own.engine, model=own.model))
    return context.vault.keep(shelf_of(recording), _KIND, body, parents=(came.id, heard.id))


def read_heard(context: StepContext, recording: Recording, arrived: Arrived | None) -> Transcript | None:
    """Read what was heard here beside the transcript that came along; None where none came."""
    artifact = find_heard(context, recording, arrived)
    return None if artifact is None else read_transcript(context.vault.read(artifact))


def complete(
    manifest: Manifest,
    conversation: Conversation,
    arrived: Arrived,
    places: Sequence[tuple[int, TimeSpan]],
    *,
    profile: RedactionProfile,
) -> Manifest:
    """Mute also the places where something is heard here, and hide what was hidden before it came."""
    muted = tuple(
        merge_times([*spans, *(_padded(time, profile, manifest.duration_ms) for on, time in places if on == channel)])
        for channel, spans in enumerate(manifest.muted)
    )
    completed, inherited = replace(manifest, muted=muted), arrived.inherited()
    return completed if inherited is None else inherit(completed, conversation, inherited)


def _padded(time: TimeSpan, profile: RedactionProfile, duration_ms: int) -> TimeSpan:
    return TimeSpan(max(0, time.start_ms - profile.padding_ms), min(duration_ms, time.end_ms + profile.padding_ms))
