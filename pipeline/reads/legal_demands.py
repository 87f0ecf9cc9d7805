"""Demands of law as the tenant's own people see them, and the answer that they are handed.

A demand that was taken in by the command line is the platform's, and an order may forbid to tell the tenant of it: the
tenant's people see it only once the tenant was told. What they took in themselves they see at once.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.model.artifact import Artifact
from pipeline.model.errors import NotFound, NotPermitted
from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.model.legal import DISCLOSABLE, ORIGINALS, LegalRequest
from pipeline.ports.keys import Keys
from pipeline.reads.legal_export import export_request
from pipeline.store.artifacts import list_artifacts, list_artifacts_by_id
from pipeline.store.legal_requests import get_request, list_requests, list_untold
from pipeline.store.session import Transaction
from pipeline.store.vault import Vault

_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_ORDER: Final = {kind: at for at, kind in enumerate(DISCLOSABLE)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandSheet:
    """A demand, what may be approved of what it covers, and what was approved and is still there."""

    demand: LegalRequest
    offered: tuple[Artifact, ...]
    approved: tuple[Artifact, ...]

    @property
    def has_originals(self) -> bool:
        """Whether an original was approved, which no page hands out."""
        return any(one.kind in ORIGINALS for one in self.approved)


def list_demands(tx: Transaction, *, keys: Keys) -> tuple[LegalRequest, ...]:
    """List the demands that the tenant may know of, the newest first."""
    untold = list_untold(tx)
    return tuple(one for one in reversed(list_requests(tx, keys=keys)) if one.id not in untold)


def get_demand(tx: Transaction, demand: str, *, keys: Keys) -> LegalRequest:
    """Read one.

    Raises:
        NotFound: there is none, or the tenant was not told of it.
    """
    if demand in list_untold(tx):
        raise NotFound(f"no legal request {demand[:40]}")
    return get_request(tx, demand, keys=keys)


def read_demand(tx: Transaction, demand: str, *, keys: Keys) -> DemandSheet:
    """Read one with what it covers.

    Raises:
        NotFound: there is none, or the tenant was not told of it.
    """
    found = get_demand(tx, demand, keys=keys)
    covered: dict[str, Artifact] = {}
    for kind, subject in found.demand.scope:
        if kind == "recording":
            listed = list_artifacts(tx, recording=RecordingId(subject))
        else:
            listed = list_artifacts(tx, call=CallId(subject))
        covered |= {one.id: one for one in listed if one.kind in _ORDER}
    offered = sorted(covered.values(), key=lambda one: (one.recording or "", _ORDER[one.kind], one.id))
    return DemandSheet(demand=found, offered=tuple(offered), approved=list_artifacts_by_id(tx, found.artifacts))


def export_demand(vault: Vault, tenant: TenantId, demand: str, *, actor: str) -> bytes:
    """Give the approved artifacts with their signed custody file as a zip; each reading stands in the audit log first.

    Raises:
        NotFound: there is none, the tenant was not told of it, or an artifact was purged meanwhile.
        IllegalTransition: it is not approved, or it is closed.
        NotPermitted: an original was approved, which only the command line hands out; or a redaction is not proved.
    """
    with vault.database.transaction(tenant) as tx:
        if read_demand(tx, demand, keys=vault.keys).has_originals:
            raise NotPermitted("an original is handed out by earmark legal export alone")
    return _packed(export_request(vault, tenant, demand, actor=actor))


def _packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(name, _EARLIEST), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
