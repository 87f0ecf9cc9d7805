"""A call as one file to take away: what is redacted, what was decided, what was agreed, and a signed list of digests.

Only what the policy lets be downloaded leaves; nothing in the file has a hidden word or a number of anybody.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

from pipeline.consent.jws import write_jwks
from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound, NotPermitted
from pipeline.model.ids import RecordingId, TenantId
from pipeline.reads.artifact import check_shown
from pipeline.reads.audit_file import stored_statements, write_event
from pipeline.reads.call_sheet import CallSheet, read_sheet
from pipeline.redaction.manifest import Manifest
from pipeline.store.audit import Facts, add_event
from pipeline.store.audit_trail import list_trail, targets_of
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import list_public_keys, sign
from pipeline.store.vault import Vault

TYP: Final = "earmark-call-export"
"""The `typ` of its signature, so that no other signed statement passes for one."""
STATEMENT: Final = "statement.jws"
_MANIFEST: Final = "manifest.json"
_FILES: Final[Mapping[ArtifactKind, str]] = {
    ArtifactKind.RECORDING_REDACTED: "redacted.wav",
    ArtifactKind.TRANSCRIPT_REDACTED: "transcript.redacted.json",
    ArtifactKind.REDACTION_MANIFEST: _MANIFEST,
}
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the archive: the same contents are the same bytes."""


def export_call(vault: Vault, tenant: TenantId, recording: RecordingId, *, actor: str) -> bytes:
    """Give the file, a zip; it stands in the log with the digest of its statement before anybody has it.

    Raises:
        NotFound: the tenant has no such recording, or nothing was redacted of it.
        NotPermitted: the policy allows no download of it, or it is shown to nobody.
    """
    with vault.database.transaction(tenant) as tx:
        sheet = read_sheet(tx, recording, keys=vault.keys)
        chosen = _chosen(tx, sheet)
        receipts = _receipts(sheet)
        for artifact in (*chosen.values(), *receipts):
            facts: Facts = {"kind": artifact.kind.value, "recording": recording, "reason": "export"}
            add_event(tx, AuditTag.ARTIFACT_READ, actor=actor, target=artifact.id, facts=facts)
    files = {name: vault.read(artifact) for name, artifact in chosen.items()}
    files[_MANIFEST] = _json(hidden_places(files[_MANIFEST]))
    files |= {f"receipts/{artifact.id}.jws": vault.read(artifact) for artifact in receipts}
    files["decisions.json"] = _json([copy.record for copy in sheet.copies if copy.record])
    with vault.database.transaction(tenant) as tx:
        _chosen(tx, read_sheet(tx, recording, keys=vault.keys))  # nothing has ended it while it was read
        files |= _proof(tx, vault, recording)
        files[STATEMENT] = _signed(tx, vault, recording, files, actor)
        digest = hashlib.sha256(files[STATEMENT]).hexdigest()
        facts = {"statement_sha256": digest, "files": len(files)}
        add_event(tx, AuditTag.REVIEW_EXPORTED, actor=actor, target=recording, facts=facts)
    return _packed(files)


def _chosen(tx: Transaction, sheet: CallSheet) -> dict[str, Artifact]:
    if not sheet.may_download:
        raise NotPermitted("the policy allows no download of this recording")
    chosen = {}
    for kind, name in _FILES.items():
        copy = sheet.newest(kind)
        if copy is None:
            raise NotFound(f"recording {sheet.recording.id} has no {kind.value}")
        check_shown(tx, sheet.recording.id, copy.artifact)
        chosen[name] = copy.artifact
    return chosen


def _receipts(sheet: CallSheet) -> list[Artifact]:
    kept = [copy for copy in sheet.copies if copy.artifact.kind is ArtifactKind.CONSENT_RECEIPT]
    return [copy.artifact for copy in kept if copy.record and copy.record["download"]["allowed"]]


def hidden_places(manifest: bytes) -> dict[str, Any]:
    """Say what is hidden where, as the transcript and the sound show it anyway; why it was found stays here."""
    read = Manifest.from_json(manifest)
    hidden = [
        {
            "type": entry.type.value,
            "label": entry.label,
            "channel": entry.channel,
            "times": [[time.start_ms, time.end_ms] for time in entry.times],
        }
        for entry in read.entries
    ]
    muted = [[[span.start_ms, span.end_ms] for span in channel] for channel in read.muted]
    return {"duration_ms": read.duration_ms, "hidden": hidden, "muted": muted}


def _proof(tx: Transaction, vault: Vault, recording: RecordingId) -> dict[str, bytes]:
    """Give the recording's events, and the signed checkpoints and keys by which the whole log is checked."""
    targets = set(targets_of(tx, recording))
    events = [write_event(event) for target in sorted(targets) for event in list_trail(tx, target)]
    keys = write_jwks([key.public_key for key in list_public_keys(tx)], tenant=tx.tenant)
    points = {f"audit/checkpoints/{s.seq:012d}.jws": s.token for s in stored_statements(vault.objects, tx.tenant)}
    return {"audit/events.jsonl": "".join(events).encode(), "keys.json": _json(keys), **points}


def _signed(tx: Transaction, vault: Vault, recording: RecordingId, files: Mapping[str, bytes], actor: str) -> bytes:
    stated = {
        "format": 1,
        "tenant": tx.tenant,
        "recording": recording,
        "exported_by": actor,
        "exported_at": tx.now.astimezone(UTC).isoformat(),
        "files": {name: hashlib.sha256(body).hexdigest() for name, body in sorted(files.items())},
    }
    statement, _ = sign(tx, _json(stated), typ=TYP, keys=vault.keys, actor=actor)
    return statement.encode()


def _packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, body in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(name, _EARLIEST), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, default=str).encode()
