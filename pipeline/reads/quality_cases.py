"""Opening a tenant's evaluation cases for its own measurements; each is in the log before a byte of it is read."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotFound, NotPermitted
from pipeline.model.ids import ArtifactId, TenantId
from pipeline.reads.artifact import check_shown
from pipeline.store.artifacts import get_artifact
from pipeline.store.audit import add_event
from pipeline.store.quality_rates import find_rates
from pipeline.store.quality_samples import list_cases
from pipeline.store.vault import Vault


def export_cases(vault: Vault, tenant: TenantId, *, actor: str, reason: str) -> Iterator[bytes]:
    """Give every living evaluation case, a line each. What was purged, or may be shown to nobody now, is left out.

    Raises:
        InvalidInput: no reason.
        NotPermitted: the tenant keeps no evaluation cases.
    """
    if not reason.strip():
        raise InvalidInput("a read needs a reason")
    with vault.database.transaction(tenant) as tx:
        if not find_rates(tx).keeps_cases:
            raise NotPermitted("this tenant does not allow evaluation cases")
        cases = list_cases(tx)
    for case in cases:
        if (line := _read_case(vault, tenant, case, actor=actor, reason=reason)) is not None:
            yield line


def _read_case(vault: Vault, tenant: TenantId, case: ArtifactId, *, actor: str, reason: str) -> bytes | None:
    with vault.database.transaction(tenant) as tx:
        try:
            artifact = get_artifact(tx, case)
            if artifact.recording is None:
                return None
            check_shown(tx, artifact.recording, artifact)
        except (NotFound, NotPermitted):
            return None
        facts = {"kind": artifact.kind.value, "recording": artifact.recording, "reason": reason}
        add_event(tx, AuditTag.ARTIFACT_READ, actor=actor, target=case, facts=facts)
    return vault.read(artifact)
