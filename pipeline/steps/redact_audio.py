"""Mute the audio from the manifest, prove it, widen where the proof fails, and withhold what cannot be proved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.errors import NotFound, Withheld
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import Recording
from pipeline.model.span import TimeSpan, merge_times
from pipeline.model.tenant import Tenant
from pipeline.model.transcript import Conversation
from pipeline.redaction.manifest import Manifest
from pipeline.redaction.render_audio import AudioStyle, render_audio
from pipeline.redaction.verify import Finding, HiddenValue, Verification, verify_redaction
from pipeline.steps.context import Receipt, StepContext, shelf_of
from pipeline.steps.detect import read_conversation
from pipeline.steps.redact_text import read_manifest
from pipeline.store.artifacts import find_artifact, list_artifacts
from pipeline.store.recordings import merge_facts

_ATTEMPTS: Final = 3
_WIDEN_MS: Final = 400


def redact_audio(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Render, verify, and keep the redacted audio with the manifest that made it.

    Raises:
        Withheld: after widening, a listener still finds something, or the audio cannot be proved unchanged elsewhere.
    """
    found, owner = context.read(tenant, recording)
    with context.vault.database.transaction(tenant) as tx:
        source = find_artifact(tx, recording, ArtifactKind.RECORDING_ORIGINAL)
    if source is None:
        raise NotFound(f"recording {recording} was not captured")
    audio = context.vault.read(source)
    made_by, manifest = read_manifest(context, tenant, recording)
    conversation, _ = read_conversation(context, found, owner)
    style = style_of(owner)
    for attempt in range(1, _ATTEMPTS + 1):
        redacted = render_audio(audio, _spans(manifest), style=style)
        proof = verify_redaction(
            audio,
            redacted,
            _spans(manifest),
            listener=context.listener,
            hidden=hidden_values(conversation, manifest),
            language=conversation.language,
        )
        if proof.is_proved:
            return _keep(context, found, (source, made_by), manifest, redacted, attempt=attempt)
        manifest = _wider(manifest, proof)
    raise Withheld("audio: " + ",".join(sorted(proof.reasons)))


def hidden_values(conversation: Conversation, manifest: Manifest) -> list[HiddenValue]:
    """List what must not be heard, with where it was said. In memory only."""
    turns = {turn.index: turn for turn in conversation.turns}
    return [
        HiddenValue(
            kind=entry.type,
            text=turns[entry.turn].text[entry.span.start : entry.span.end],
            channel=entry.channel,
            time=_hull(entry.times),
        )
        for entry in manifest.entries
    ]


def style_of(owner: Tenant) -> AudioStyle:
    """Give how the tenant wants hidden sound replaced; anything but a beep is silence."""
    return "beep" if owner.settings.audio_style == "beep" else "silence"


def _spans(manifest: Manifest) -> Mapping[int, Sequence[TimeSpan]]:
    return dict(enumerate(manifest.muted))


def _hull(times: Sequence[TimeSpan]) -> TimeSpan:
    return TimeSpan(min(t.start_ms for t in times), max(t.end_ms for t in times))


def _wider(manifest: Manifest, proof: Verification) -> Manifest:
    """Mute also where something was heard, and a little more around it.

    Raises:
        Withheld: what is wrong has no place that muting could mend.
    """
    places = [f for f in proof.findings if f.channel is not None and f.time is not None and f.kind is not None]
    if len(places) != len(proof.findings):
        raise Withheld("audio: " + ",".join(sorted(proof.reasons)))
    muted = tuple(
        merge_times([*spans, *_around(channel, places, manifest.duration_ms)])
        for channel, spans in enumerate(manifest.muted)
    )
    return replace(manifest, muted=muted)


def _around(channel: int, places: Iterable[Finding], duration_ms: int) -> Iterable[TimeSpan]:
    for finding in places:
        if finding.channel == channel and finding.time is not None:
            start = max(0, finding.time.start_ms - _WIDEN_MS)
            yield TimeSpan(start, max(start + 1, min(duration_ms, finding.time.end_ms + _WIDEN_MS)))


def _keep(
    context: StepContext,
    recording: Recording,
    made_from: tuple[Artifact, Artifact],
    manifest: Manifest,
    redacted: bytes,
    *,
    attempt: int,
) -> Receipt:
    """Keep the audio; a manifest that had to be widened is kept first, as the one in force."""
    source, made_by = made_from
    shelf = shelf_of(recording)
    if attempt > 1:
        made_by = context.vault.keep(
            shelf, ArtifactKind.REDACTION_MANIFEST, manifest.to_json(), parents=made_by.parents
        )
    kept = context.vault.keep(shelf, ArtifactKind.RECORDING_REDACTED, redacted, parents=(source.id, made_by.id))
    with context.vault.database.transaction(recording.tenant) as tx:
        # Counted and not remembered: an attempt that was killed after it widened left its manifest here.
        manifests = [a for a in list_artifacts(tx, recording=recording.id) if a.kind is made_by.kind]
        facts = {"is_redaction_proved": True, "muted_ms": manifest.muted_ms, "widened": len(manifests) - 1}
        merge_facts(tx, recording.id, facts)
    return {"artifact": kept.id, "attempts": attempt, "muted_ms": manifest.muted_ms}
