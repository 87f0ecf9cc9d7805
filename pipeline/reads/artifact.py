"""Reading an artifact's plaintext: always for somebody, for a reason, and in the audit log before a byte is opened."""

from __future__ import annotations

from typing import Final

from pipeline.model.access import AccessPurpose
from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.decision import Visibility
from pipeline.model.errors import InvalidInput, NotFound, NotPermitted
from pipeline.model.ids import RecordingId, TenantId
from pipeline.policies.facts import ChildSign
from pipeline.store.access_grants import find_grant
from pipeline.store.artifacts import find_artifact
from pipeline.store.audit import add_event
from pipeline.store.child_signals import count_standing
from pipeline.store.decisions import StoredDecision, find_decision
from pipeline.store.endings import list_endings_of
from pipeline.store.recordings import read_facts
from pipeline.store.session import Transaction
from pipeline.store.vault import Vault

REDACTED = (ArtifactKind.RECORDING_REDACTED, ArtifactKind.TRANSCRIPT_REDACTED, ArtifactKind.REDACTION_MANIFEST)
"""What may be read without revealing anything; originals need an approved reveal."""


_SHOWN_TO_NOBODY: Final = (Visibility.QUARANTINED.value, Visibility.RESTRICTED.value)


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
    """Open the newest redacted artifact of a kind.

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


def check_shown(tx: Transaction, recording: RecordingId, artifact: Artifact) -> None:
    """Refuse to show what nobody may see any more, or not yet.

    Raises:
        NotPermitted: it has ended, is not proved, a child was noted and is not judged, or it is quarantined.
    """
    if list_endings_of(tx, recording=recording, call=artifact.call):
        raise NotPermitted("the recording has ended and is hidden")
    if not read_facts(tx, recording).get("is_redaction_proved"):
        raise NotPermitted("the redaction of this recording is not proved")
    decided = find_decision(tx, artifact.id)
    if count_standing(tx, recording=recording, call=artifact.call) > _signs_judged(decided):
        raise NotPermitted("a child was noted here and it is not judged yet: it is shown to nobody")
    if decided is not None and decided.record["visibility"] in _SHOWN_TO_NOBODY:
        raise NotPermitted(f"this recording is {decided.record['visibility']}: it is shown to nobody")


def _signs_judged(decided: StoredDecision | None) -> int:
    """Count the judged signs that somebody noted; an age that was heard is no note."""
    signs = decided.facts["events"]["child_signals"] if decided is not None else ()
    return sum(sign["sign"] != ChildSign.STATED_AGE.value for sign in signs)


def _granted(tx: Transaction, artifact: Artifact, actor: str, purpose: AccessPurpose | None) -> dict[str, str]:
    """Say by which grant somebody reads for a purpose, as it stands in the log; nothing for ordinary review."""
    if purpose is None:
        return {}
    found = find_grant(tx, actor=actor, purpose=purpose, recording=artifact.recording, call=artifact.call)
    if found is None:
        raise NotPermitted(f"no grant for {purpose.value} is in force")
    return {"purpose": purpose.value, "grant": found.id}
