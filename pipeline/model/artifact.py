"""Immutable sealed bytes of a kind, named by digest, with parents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.model.ids import ArtifactId, CallId, RecordingId, TenantId


class ArtifactKind(StrEnum):
    """What the bytes are."""

    RECORDING_ORIGINAL = "recording.original"
    RECORDING_REDACTED = "recording.redacted"
    TRANSCRIPT_ORIGINAL = "transcript.original"
    TRANSCRIPT_REDACTED = "transcript.redacted"
    REDACTION_MANIFEST = "redaction.manifest"
    CONSENT_RECEIPT = "consent.receipt"
    CALL_METADATA = "call.metadata"
    SUMMARY = "summary"
    EMBEDDING = "embedding"
    EXPORT = "export"
    DATASET_MANIFEST = "dataset.manifest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One artifact. `name` is the keyed digest of the plaintext, `sealed_sha256` the digest of the stored bytes."""

    id: ArtifactId
    tenant: TenantId
    recording: RecordingId | None
    call: CallId | None
    kind: ArtifactKind
    name: str
    object_key: str
    sealed_sha256: str
    size_bytes: int
    parents: tuple[ArtifactId, ...]
    created_at: datetime
