"""Reading an artifact's plaintext: always for somebody, for a reason, and in the audit log before a byte is opened."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model.access import AccessPurpose
from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotFound, NotPermitted
from pipeline.model.ids import ArtifactId, RecordingId, TenantId
from pipeline.store.access_grants import find_grant
from pipeline.store.artifacts import find_artifact, get_artifact
from pipeline.store.audit import add_event
from pipeline.store.recordings import read_facts
from pipeline.store.session import Transaction
from pipeline.store.shown import check_for_people, check_not_ended
from pipeline.store.vault import Vault

REDACTED = (ArtifactKind.RECORDING_REDACTED, ArtifactKind.TRANSCRIPT_REDACTED, ArtifactKind.REDACTION_MANIFEST)
"""What may be read without revealing anything; originals need an approved reveal."""


def read_redacted(
    vault: Vault,
    tenant: TenantId,
    recording: RecordingId,
    kind: ArtifactKind,
    *,
    actor: str,
    reason: str,
    purpose: AccessPurpose | None = None,
) -> bytes:
    """Open the redacted artifact of a kind that is in force: of the newest version that was proved.

    Args:
        vault: where it lies.
        tenant: whose it is.
        recording: of which recording.
        kind: a redacted one.
        actor: who reads.
        reason: why; no words of a call.
        purpose: what for, where it is not ordinary review; then the actor needs a grant in force for it.

    Raises:
        InvalidInput: no reason.
        NotPermitted: the kind is not a redacted one, its redaction was not proved, no grant for the purpose is in
            force, or something has ended the recording: it is hidden from then on, also where a law or a hold keeps it.
        NotFound: the tenant has no such artifact.
    """
    if not reason.strip():
        raise InvalidInput("a read needs a reason")
    if kind not in REDACTED:
        raise NotPermitted("originals are not read this way")
    with vault.database.transaction(tenant) as tx:
        artifact = find_artifact(tx, recording, kind)
        if artifact is None:
            raise NotFound(f"recording {recording} has no {kind.value}")
        grant = _granted(tx, artifact, actor, purpose)
        check_shown(tx, recording, artifact)
        facts = {"kind": kind.value, "recording": recording, "reason": reason, **grant}
        add_event(tx, AuditTag.ARTIFACT_READ, actor=actor, target=artifact.id, facts=facts)
    return vault.read(artifact)


def read_pinned(
    vault: Vault, tenant: TenantId, wanted: Sequence[ArtifactId], *, actor: str, reason: str
) -> tuple[bytes, ...]:
    """Open certain redacted artifacts of a recording, which need not be its newest, in the order asked for.

    Raises:
        InvalidInput: no reason.
        NotPermitted: as for `read_redacted`.
        NotFound: the tenant has no such artifact, or it was purged.
    """
    if not reason.strip():
        raise InvalidInput("a read needs a reason")
    with vault.database.transaction(tenant) as tx:
        found = [get_artifact(tx, one) for one in wanted]
        for artifact in found:
            if artifact.kind not in REDACTED or artifact.recording is None:
                raise NotPermitted("originals are not read this way")
            check_shown(tx, artifact.recording, artifact)
            facts = {"kind": artifact.kind.value, "recording": artifact.recording, "reason": reason}
            add_event(tx, AuditTag.ARTIFACT_READ, actor=actor, target=artifact.id, facts=facts)
    return tuple(vault.read(artifact) for artifact in found)


def check_shown(tx: Transaction, recording: RecordingId, artifact: Artifact) -> None:
    """Make sure that an artifact of a recording may be shown to people at all.

    Raises:
        NotPermitted: it has ended, its redaction is not proved, a child was noted and that is not judged
            yet, or its decision shows it to nobody.
    """
    check_not_ended(tx, recording, artifact)
    if not read_facts(tx, recording).get("is_redaction_proved"):
        raise NotPermitted("the redaction of this recording is not proved")
    check_for_people(tx, recording, artifact)


def _granted(tx: Transaction, artifact: Artifact, actor: str, purpose: AccessPurpose | None) -> dict[str, str]:
    """Say by which grant somebody reads for a purpose, as it stands in the log; nothing for ordinary review."""
    if purpose is None:
        return {}
    found = find_grant(tx, actor=actor, purpose=purpose, recording=artifact.recording, call=artifact.call)
    if found is None:
        raise NotPermitted(f"no grant for {purpose.value} is in force")
    return {"purpose": purpose.value, "grant": found.id}
