"""Mute the audio from the manifest, prove it, widen where the proof fails, and withhold what cannot be proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.errors import NotFound, Withheld
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import Recording
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Conversation
from pipeline.model.transcript_file import read_transcript
from pipeline.redaction.amend import amend
from pipeline.redaction.finding import Reason
from pipeline.redaction.manifest import Manifest
from pipeline.redaction.overheard import is_heard_again
from pipeline.redaction.profile import RedactionProfile
from pipeline.redaction.render_audio import render_audio
from pipeline.redaction.verify import Ears, Verification, Verifier
from pipeline.steps.context import Receipt, StepContext, shelf_of
from pipeline.steps.detect import count_types, profile_of, read_conversation
from pipeline.steps.redact_text import read_manifest
from pipeline.store.artifacts import find_artifact, list_artifacts
from pipeline.store.audit import Facts
from pipeline.store.recordings import merge_facts

_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A redaction that may be published, and the kinds of what was heard that the transcriber had missed."""

    manifest: Manifest
    redacted: bytes = field(repr=False)
    proof: Verification
    attempts: int
    unhidden: set[str]

    def facts(self, *, widened: int) -> Facts:
        """Say what is known of the recording by it."""
        return {
            "is_redaction_proved": True,
            "entities": len(self.manifest.entries),
            **count_types(self.manifest),
            "muted_ms": self.manifest.muted_ms,
            "widened": widened,
            "unhidden_types": ",".join(sorted(self.unhidden)),
            "listener": self.proof.listener,
            "listened_ms": self.proof.listened_ms,
        }


def redact_audio(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Render, verify, and keep the redacted audio with the manifest that made it.

    Where something personal is heard that nobody hid, the manifest hides it from then on, in the text too.

    Raises:
        Withheld: after widening, a listener still finds something, or the audio cannot be proved unchanged elsewhere.
    """
    found, _ = context.read(tenant, recording)
    source = original_of(context, found)
    made_by, manifest = read_manifest(context, tenant, recording)
    return _keep(context, found, (source, made_by), prove_audio(context, found, source, manifest))


def prove_audio(
    context: StepContext,
    recording: Recording,
    source: Artifact,
    manifest: Manifest,
    *,
    let_stand: Sequence[tuple[int, TimeSpan]] = (),
) -> Proved:
    """Render audio from a manifest and prove it, hiding more where the proof fails; nothing is kept.

    Args:
        context: what steps work with.
        recording: whose audio.
        source: the original.
        manifest: what is to be hidden.
        let_stand: where a reviewer said that what is heard need not be hidden.

    Raises:
        Withheld: as `redact_audio`.
    """
    _, owner = context.read(recording.tenant, recording.id)
    audio = context.vault.read(source)
    conversation, _ = read_conversation(context, recording, owner)
    profile = profile_of(owner, words_key=context.vault.keys.digest_key(recording.tenant))
    verifier = _verifier(context, recording, audio, conversation, profile=profile, let_stand=let_stand)
    unhidden = {entry.type.value for entry in manifest.entries if is_heard_again(entry.evidence)}
    for attempt in range(1, _ATTEMPTS + 1):
        redacted = render_audio(audio, _spans(manifest), style=profile.audio_style)
        proof = verifier.verify(redacted, manifest)
        if proof.is_proved:
            return Proved(manifest=manifest, redacted=redacted, proof=proof, attempts=attempt, unhidden=unhidden)
        unhidden |= {f.kind.value for f in proof.findings if f.reason is Reason.UNHIDDEN and f.kind is not None}
        manifest = amend(manifest, conversation, proof.findings, profile=profile)
    raise Withheld(f"audio: {proof.says}")


def original_of(context: StepContext, recording: Recording) -> Artifact:
    """Find the audio as it was captured.

    Raises:
        NotFound: it was not captured.
    """
    return _artifact(context, recording, ArtifactKind.RECORDING_ORIGINAL, "captured")


def _verifier(
    context: StepContext,
    recording: Recording,
    audio: bytes,
    conversation: Conversation,
    *,
    profile: RedactionProfile,
    let_stand: Sequence[tuple[int, TimeSpan]],
) -> Verifier:
    heard = read_transcript(
        context.vault.read(_artifact(context, recording, ArtifactKind.TRANSCRIPT_ORIGINAL, "transcribed"))
    )
    return Verifier(
        audio,
        conversation,
        transcribed_by=(heard.engine, heard.model),
        ears=Ears(
            listener=context.listener,
            detect=partial(context.detector.detect, profile=profile),
            share=context.listened_share,
        ),
        let_stand=let_stand,
    )


def _artifact(context: StepContext, recording: Recording, kind: ArtifactKind, done: str) -> Artifact:
    with context.vault.database.transaction(recording.tenant) as tx:
        artifact = find_artifact(tx, recording.id, kind)
    if artifact is None:
        raise NotFound(f"recording {recording.id} was not {done}")
    return artifact


def _spans(manifest: Manifest) -> Mapping[int, Sequence[TimeSpan]]:
    return dict(enumerate(manifest.muted))


def _keep(context: StepContext, recording: Recording, made_from: tuple[Artifact, Artifact], proved: Proved) -> Receipt:
    """Keep the audio; a manifest that had to be amended is kept first, as the one in force."""
    source, made_by = made_from
    shelf, manifest = shelf_of(recording), proved.manifest
    if proved.attempts > 1:
        made_by = context.vault.keep(
            shelf, ArtifactKind.REDACTION_MANIFEST, manifest.to_json(), parents=made_by.parents
        )
    kept = context.vault.keep(shelf, ArtifactKind.RECORDING_REDACTED, proved.redacted, parents=(source.id, made_by.id))
    with context.vault.database.transaction(recording.tenant) as tx:
        # Counted and not remembered: an attempt that was killed after it widened left its manifest here.
        manifests = [a for a in list_artifacts(tx, recording=recording.id) if a.kind is made_by.kind]
        merge_facts(tx, recording.id, proved.facts(widened=len(manifests) - 1))
    return {"artifact": kept.id, "attempts": proved.attempts, "muted_ms": manifest.muted_ms}
