"""Write the redacted transcript from the manifest."""

from __future__ import annotations

import hashlib
import hmac
import json

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId, TenantId
from pipeline.redaction.manifest import Manifest
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
    conversation, _ = read_conversation(context, found, owner)
    secret = hmac.new(context.vault.keys.digest_key(tenant), b"redacted-text", hashlib.sha256).digest()
    document = render_text(conversation, manifest, style=profile_of(owner).text_style, secret=secret)
    body = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    parents = (*artifact.parents, artifact.id)
    kept = context.vault.keep(shelf_of(found), ArtifactKind.TRANSCRIPT_REDACTED, body, parents=parents)
    return {"artifact": kept.id}


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
