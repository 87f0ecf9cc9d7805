"""The answer to an approved legal request: the named artifacts, and a signed file that says who handed out what, when.

Every artifact stands in the audit log before a byte of it is opened. What is redacted is only handed out where its
redaction was proved.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

from pipeline.consent import jws
from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import IllegalTransition, IntegrityError, NotPermitted
from pipeline.model.ids import TenantId
from pipeline.model.legal import LegalAct, LegalRequest
from pipeline.reads.artifact import REDACTED
from pipeline.store.artifacts import get_artifact
from pipeline.store.audit import Facts, add_event, lock_log
from pipeline.store.legal_requests import add_act, get_request
from pipeline.store.recordings import read_facts
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import sign
from pipeline.store.vault import Vault

TYP: Final = "earmark-custody"
"""The `typ` of its signature, so that no other signed statement passes for one."""
CUSTODY: Final = "custody.jws"
_SOUND: Final = (ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.RECORDING_REDACTED)


def export_request(vault: Vault, tenant: TenantId, request: str, *, actor: str) -> dict[str, bytes]:
    """Give the files of the answer, by name; each time it is asked for stands in the log and in its own custody file.

    Raises:
        NotFound: no such request, or an artifact was purged meanwhile.
        IllegalTransition: it is not approved, or it is closed.
        NotPermitted: the redaction of an artifact is not proved.
    """
    with vault.database.transaction(tenant) as tx:
        found = _exportable(tx, request, vault)
        artifacts = [get_artifact(tx, name) for name in found.artifacts]
        for artifact in artifacts:
            _check_proved(tx, artifact)
            facts: Facts = {"kind": artifact.kind.value, "recording": artifact.recording, "reason": f"legal:{request}"}
            add_event(tx, AuditTag.ARTIFACT_READ, actor=actor, target=artifact.id, facts=facts)
    files = {_name(artifact): vault.read(artifact) for artifact in artifacts}
    with vault.database.transaction(tenant) as tx:
        found = _exportable(tx, request, vault)
        body = json.dumps(_statement(tx, found, artifacts, files, actor), sort_keys=True, ensure_ascii=False).encode()
        custody, kid = sign(tx, body, typ=TYP, keys=vault.keys, actor=actor)
        files[CUSTODY] = custody.encode()
        digest = hashlib.sha256(files[CUSTODY]).hexdigest()
        detail: Facts = {"custody_sha256": digest, "kid": kid, "artifacts": len(artifacts)}
        add_act(tx, request, LegalAct.EXPORTED, detail=detail, words="", actor=actor, keys=vault.keys)
        add_event(tx, AuditTag.LEGAL_EXPORTED, actor=actor, target=request, facts=detail)
    return files


def check_custody(files: Mapping[str, bytes], *, trusted: Mapping[str, bytes] | None = None) -> dict[str, Any]:
    """Check an answer offline, to its last byte; give what its custody file says.

    Args:
        files: what was handed out, by name, the custody file among them.
        trusted: public keys by `kid` from elsewhere; None takes the key in the file.

    Raises:
        IntegrityError: a signature or digest does not hold, or a file is missing or was added.
    """
    if CUSTODY not in files:
        raise IntegrityError(f"there is no {CUSTODY}")
    try:
        token = files[CUSTODY].decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise IntegrityError("the custody file is no signed statement") from error
    payload = jws.verify(token, typ=TYP, pinned=trusted).payload
    try:
        stated: dict[str, Any] = json.loads(payload)
        named = {entry["file"]: entry for entry in stated["artifacts"]}
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError("the custody file states nothing") from error
    if set(named) != set(files) - {CUSTODY}:
        raise IntegrityError("files are missing, or were added")
    for name, entry in named.items():
        if hashlib.sha256(files[name]).hexdigest() != entry["sha256"]:
            raise IntegrityError(f"{name} is not what was handed out")
    return stated


def _exportable(tx: Transaction, request: str, vault: Vault) -> LegalRequest:
    lock_log(tx)
    found = get_request(tx, request, keys=vault.keys)
    if found.state not in ("approved", "exported"):
        raise IllegalTransition(f"the legal request is {found.state}: nothing is handed out")
    return found


def _check_proved(tx: Transaction, artifact: Artifact) -> None:
    is_redacted = artifact.kind in REDACTED and artifact.recording is not None
    if is_redacted and artifact.recording and not read_facts(tx, artifact.recording).get("is_redaction_proved"):
        raise NotPermitted(f"the redaction of artifact {artifact.id} is not proved")


def _name(artifact: Artifact) -> str:
    return f"{artifact.id}.{artifact.kind.value}.{'wav' if artifact.kind in _SOUND else 'json'}"


def _statement(
    tx: Transaction, found: LegalRequest, artifacts: list[Artifact], files: Mapping[str, bytes], actor: str
) -> dict[str, Any]:
    approved = next(step for step in reversed(found.steps) if step.act is LegalAct.APPROVED)
    return {
        "format": 1,
        "tenant": tx.tenant,
        "request": found.id,
        "kind": found.demand.kind.value,
        "reference": found.demand.words.reference,
        "authority": found.demand.words.authority,
        "statute": found.demand.words.statute,
        "received_on": found.demand.received_on.isoformat(),
        "opened_by": found.opened_by,
        "approved_by": approved.actor,
        "approved_at": approved.at.astimezone(UTC).isoformat(),
        "orders_originals": approved.detail["orders_originals"],
        "exported_by": actor,
        "exported_at": tx.now.astimezone(UTC).isoformat(),
        "artifacts": [
            {
                "file": _name(artifact),
                "artifact": artifact.id,
                "kind": artifact.kind.value,
                "recording": artifact.recording,
                "call": artifact.call,
                "stored_at": artifact.created_at.astimezone(UTC).isoformat(),
                "stored_sha256": artifact.sealed_sha256,
                "sha256": hashlib.sha256(files[_name(artifact)]).hexdigest(),
                "size_bytes": len(files[_name(artifact)]),
            }
            for artifact in artifacts
        ],
    }
