"""Handing an export out: for the person who asked, or for the operator who sends it, and in the audit log first."""

from __future__ import annotations

from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound
from pipeline.model.ids import ArtifactId, TenantId
from pipeline.model.retention import Disposition
from pipeline.model.subject import SubjectRequest
from pipeline.store.artifacts import get_artifact
from pipeline.store.audit import Facts, add_event
from pipeline.store.decisions import find_decision
from pipeline.store.vault import Vault


def read_export(vault: Vault, tenant: TenantId, request: SubjectRequest, *, actor: str) -> bytes:
    """Open the export of a request.

    Raises:
        NotFound: none was made, or it has ended or is gone.
    """
    if request.export is None:
        raise NotFound("no export was made for this request")
    with vault.database.transaction(tenant) as tx:
        artifact = get_artifact(tx, ArtifactId(request.export))
        decision = find_decision(tx, artifact.id)
        if artifact.kind is not ArtifactKind.EXPORT or decision is None or decision.disposition == Disposition.DUE:
            raise NotFound("the export of this request has ended")
        facts: Facts = {"kind": artifact.kind.value, "request": request.id}
        add_event(tx, AuditTag.ARTIFACT_READ, actor=actor, target=artifact.id, facts=facts)
    return vault.read(artifact)
