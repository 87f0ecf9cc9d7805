"""A redacted recording as a signed vCon, for other programs.

Only what the policy lets be downloaded leaves; nothing in the file has a hidden word or a number of anybody.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotFound, NotPermitted
from pipeline.model.ids import RecordingId, TenantId
from pipeline.reads.artifact import check_shown
from pipeline.reads.call_export import hidden_places
from pipeline.reads.call_sheet import CallSheet, read_sheet
from pipeline.store.audit import Facts, add_event
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import get_signer
from pipeline.store.tenants import get_tenant
from pipeline.store.vault import Vault
from pipeline.store.vault_names import artifact_name
from pipeline.vcon.arrived import Arrived
from pipeline.vcon.document import CameWith, Contents, write_vcon
from pipeline.vcon.original import Original
from pipeline.vcon.signed import sign_vcon

_KINDS = (ArtifactKind.RECORDING_REDACTED, ArtifactKind.TRANSCRIPT_REDACTED, ArtifactKind.REDACTION_MANIFEST)


def export_vcon(
    vault: Vault,
    tenant: TenantId,
    recording: RecordingId,
    *,
    actor: str,
    reason: str,
    original: Original | None = None,
) -> bytes:
    """Give the file; it stands in the log with its digest before anybody has it.

    `original` is the less redacted vCon that `redacted` is to name, by `uuid` and digest; it must hold the very sound.

    Raises:
        InvalidInput: the original is of another recording, or the recording came with a link of its own.
        NotFound: the tenant has no such recording, or nothing was redacted of it.
        NotPermitted: the policy allows no download of it, or it is shown to nobody.
    """
    with vault.database.transaction(tenant) as tx:
        sheet = read_sheet(tx, recording, keys=vault.keys)
        chosen, name = _chosen(tx, sheet), get_tenant(tx, keys=vault.keys).display_name
        receipts, came = _receipts(sheet), _came(sheet)
        _check_original(vault, sheet, original)
        for artifact in (*chosen, *receipts, *came):
            facts: Facts = {"kind": artifact.kind.value, "recording": recording, "reason": reason}
            add_event(tx, AuditTag.ARTIFACT_READ, actor=actor, target=artifact.id, facts=facts)
    audio, transcript, manifest = (vault.read(artifact) for artifact in chosen)
    contents = Contents(
        recording=recording,
        started_at=sheet.recording.started_at or sheet.copies[0].artifact.created_at,
        duration_s=sheet.recording.duration_s,
        tenant_name=name,
        audio=audio,
        transcript=json.loads(transcript),
        hidden=hidden_places(manifest),
        receipts=tuple(vault.read(artifact).decode() for artifact in receipts),
        original=original,
        came_with=next((_came_with(vault.read(artifact)) for artifact in came), None),
    )
    return _written(vault, tenant, contents, actor=actor)


def _written(vault: Vault, tenant: TenantId, contents: Contents, *, actor: str) -> bytes:
    """Add what was decided, sign it, and note its digest."""
    with vault.database.transaction(tenant) as tx:
        sheet = read_sheet(tx, contents.recording, keys=vault.keys)
        _chosen(tx, sheet)  # nothing has ended it while it was read
        whole = replace(contents, decisions=tuple(copy.record for copy in sheet.copies if copy.record))
        body = _signed(tx, vault, write_vcon(whole, made_at=tx.now), actor)
        digest: Facts = {"vcon_sha256": hashlib.sha256(body).hexdigest(), "files": 1}
        add_event(tx, AuditTag.REVIEW_EXPORTED, actor=actor, target=contents.recording, facts=digest)
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


def _check_original(vault: Vault, sheet: CallSheet, original: Original | None) -> None:
    """See that it holds the sound that was captured here, by the keyed digests: nothing is opened for it."""
    if original is None:
        return
    if sheet.noted.get("arrived"):
        raise InvalidInput("the recording came in a vCon: what it was redacted from is named there")
    captured = sheet.newest(ArtifactKind.RECORDING_ORIGINAL)
    named = {artifact_name(sound, vault.keys.digest_key(sheet.recording.tenant)) for sound in original.sounds}
    if captured is None or captured.artifact.name not in named:
        raise InvalidInput("the original is of another recording: it does not have the sound that was captured")


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
