"""Write the redacted transcript from the manifest."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.model.ids import ArtifactId, RecordingId, TenantId
from pipeline.model.recording import Recording
from pipeline.redaction.manifest import Manifest
from pipeline.redaction.profile import TextStyle
from pipeline.redaction.render_text import render_text
from pipeline.steps.context import Receipt, StepContext, shelf_of
from pipeline.steps.detect import profile_of, read_conversation
from pipeline.store.artifacts import find_artifact


def redact_text(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Render and keep the redacted transcript in the tenant's style.

    Raises:
        Withheld: the manifest does not fit the transcript.
    """
    found, owner = context.read(tenant, recording)
    artifact, manifest = read_manifest(context, tenant, recording)
    style = profile_of(owner, words_key=context.vault.keys.digest_key(tenant)).text_style
    parents = (*artifact.parents, artifact.id)
    # Encrypting again gives other bytes: what an earlier attempt encrypted is taken as it is.
    kept = _find_encrypted(context, recording, tenant, parents) if style is TextStyle.ENCRYPT else None
    if kept is None:
        document = text_of(context, found, manifest)
        kept = context.vault.keep(
            shelf_of(found), ArtifactKind.TRANSCRIPT_REDACTED, to_bytes(document), parents=parents
        )
    return {"artifact": kept.id}


def text_of(context: StepContext, recording: Recording, manifest: Manifest) -> dict[str, Any]:
    """Render the redacted transcript of a manifest in the tenant's style.

    Raises:
        Withheld: the manifest does not fit the transcript.
    """
    _, owner = context.read(recording.tenant, recording.id)
    conversation, _ = read_conversation(context, recording, owner)
    style = profile_of(owner, words_key=context.vault.keys.digest_key(recording.tenant)).text_style
    return render_text(conversation, manifest, style=style, secret=secret_of(context, recording.tenant, style))


def to_bytes(document: Mapping[str, Any]) -> bytes:
    """Write a transcript canonically."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def secret_of(context: StepContext, tenant: TenantId, style: TextStyle) -> bytes:
    """Derive the 32 bytes that the tenant's hashes are salted with, or its hidden text is encrypted under.

    They go with the tenant's key: once it is destroyed, what was encrypted cannot be revealed any more.
    """
    purpose = f"redacted-text:{style.value}".encode()
    return hmac.new(context.vault.keys.digest_key(tenant), purpose, hashlib.sha256).digest()


def _find_encrypted(
    context: StepContext, recording: RecordingId, tenant: TenantId, parents: tuple[ArtifactId, ...]
) -> Artifact | None:
    with context.vault.database.transaction(tenant) as tx:
        artifact = find_artifact(tx, recording, ArtifactKind.TRANSCRIPT_REDACTED)
    if artifact is None or artifact.parents != parents:
        return None
    return artifact if json.loads(context.vault.read(artifact))["style"] == TextStyle.ENCRYPT else None


def read_manifest(context: StepContext, tenant: TenantId, recording: RecordingId) -> tuple[Artifact, Manifest]:
    """Read a recording's newest manifest.

    Raises:
        NotFound: nothing was detected in this recording yet.
    """
    with context.vault.database.transaction(tenant) as tx:
        artifact = find_artifact(tx, recording, ArtifactKind.REDACTION_MANIFEST)
    if artifact is None:
        raise NotFound(f"recording {recording} has no manifest")
    return artifact, Manifest.from_json(context.vault.read(artifact))
