"""A redacted recording as a signed vCon, for other programs.

Only what the policy lets be downloaded leaves; nothing in the file has a hidden word or a number of anybody.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound, NotPermitted
from pipeline.model.ids import RecordingId, TenantId
from pipeline.reads.artifact import check_shown
from pipeline.reads.call_export import hidden_places
from pipeline.reads.call_sheet import CallSheet, read_sheet
from pipeline.store.audit import Facts, add_event
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import get_signer
from pipeline.store.tenants import get_tenant
from pipeline.store.vault import Vault
from pipeline.vcon.arrived import Arrived
from pipeline.vcon.document import CameWith, Contents, write_vcon
from pipeline.vcon.signed import sign_vcon

_KINDS = (ArtifactKind.RECORDING_REDACTED, ArtifactKind.TRANSCRIPT_REDACTED, ArtifactKind.REDACTION_MANIFEST)


def export_vcon(vault: Vault, tenant: TenantId, recording: RecordingId, *, actor: str, reason: str) -> bytes:
    """Give the file; it stands in the log with its digest before anybody has it.

    Raises:
        NotFound: the tenant has no such recording, or nothing was redacted of it.
        NotPermitted: the policy allows no download of it, or it is shown to nobody.
    """
    with vault.database.transaction(tenant) as tx:
        sheet = read_sheet(tx, recording, keys=vault.keys)
        chosen, name = _chosen(tx, sheet), get_tenant(tx, keys=vault.keys).display_name
        receipts, came = _receipts(sheet), _came(sheet)
        for artifact in (*chosen, *receipts, *came):
            facts: Facts = {"kind": artifact.kind.value, "recording": recording, "reason": reason}
            add_event(tx, AuditTag.ARTIFACT_READ, actor=actor, target=artifact.id, facts=facts)
    audio, transcript, manifest = (vault.read(artifact) for artifact in chosen)
    tokens = tuple(vault.read(artifact).decode() for artifact in receipts)
    came_with = next((_came_with(vault.read(artifact)) for artifact in came), None)
    with vault.database.transaction(tenant) as tx:
        sheet = read_sheet(tx, recording, keys=vault.keys)
        _chosen(tx, sheet)  # nothing has ended it while it was read
        contents = Contents(
            recording=recording,
            started_at=sheet.recording.started_at or tx.now,
            duration_s=sheet.recording.duration_s,
            tenant_name=name,
            audio=audio,
            transcript=json.loads(transcript),
            hidden=hidden_places(manifest),
            decisions=tuple(copy.record for copy in sheet.copies if copy.record),
            receipts=tokens,
            came_with=came_with,
        )
        body = _signed(tx, vault, write_vcon(contents, made_at=tx.now), actor)
        digest: Facts = {"vcon_sha256": hashlib.sha256(body).hexdigest(), "files": 1}
        add_event(tx, AuditTag.REVIEW_EXPORTED, actor=actor, target=recording, facts=digest)
    return body


def _chosen(tx: Transaction, sheet: CallSheet) -> tuple[Artifact, ...]:
    if not sheet.may_download:
        raise NotPermitted("the policy allows no download of this recording")
    copies = [sheet.newest(kind) for kind in _KINDS]
    found = tuple(copy.artifact for copy in copies if copy is not None)
    if len(found) < len(_KINDS):
        raise NotFound(f"recording {sheet.recording.id} has no redacted copy that is whole")
    for artifact in found:
        check_shown(tx, sheet.recording.id, artifact)
    return found


def _receipts(sheet: CallSheet) -> tuple[Artifact, ...]:
    kept = [copy for copy in sheet.copies if copy.artifact.kind is ArtifactKind.CONSENT_RECEIPT]
    return tuple(copy.artifact for copy in kept if copy.record and copy.record["download"]["allowed"])


def _came(sheet: CallSheet) -> tuple[Artifact, ...]:
    """Find what the recording brought along, where the policy lets that leave."""
    kept = [copy for copy in sheet.copies if copy.artifact.id == sheet.noted.get("arrived")]
    return tuple(copy.artifact for copy in kept if copy.record and copy.record["download"]["allowed"])


def _came_with(document: bytes) -> CameWith:
    arrived = Arrived.model_validate_json(document)
    return CameWith(
        parties=tuple(party.model_dump(exclude_none=True) for party in arrived.parties),
        dialog_parties=arrived.dialog_parties,
        redacted=arrived.redacted.model_dump(mode="json", exclude_none=True),
        receipts=arrived.receipts,
    )


def _signed(tx: Transaction, vault: Vault, vcon: dict[str, Any], actor: str) -> bytes:
    private = get_signer(tx, keys=vault.keys, actor=actor).private_key
    public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return json.dumps(sign_vcon(vcon, private_key=private, public_key=public)).encode()
