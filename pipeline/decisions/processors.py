"""Putting on file what shows that a company may receive a tenant's data, and until when that holds."""

from __future__ import annotations

import re
from typing import Final

from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.processor import ProcessorEvidence
from pipeline.policies.bundle import Bundle
from pipeline.store.processors import add_evidence
from pipeline.store.session import Transaction

_LONGEST_DAYS: Final = 1_096
"""Three years: what nobody has looked at since then shows nothing about today."""
_REGION: Final = re.compile(r"[a-z]{2,12}")


def register(tx: Transaction, entry: ProcessorEvidence, *, bundle: Bundle, actor: str) -> None:
    """Put evidence on file; the newest of a company is in force.

    Args:
        tx: the tenant's transaction.
        entry: what is on file.
        bundle: the tenant's policy: a company that it does not list needs no evidence, it is refused.
        actor: who looked at it.

    Raises:
        NotFound: the policy lists no such company.
        InvalidInput: no contract, no word on training, no region, or days that cannot be.
    """
    if entry.name not in {listed.name for listed in bundle.processors.listed}:
        raise NotFound(f"the policy {bundle.id} {bundle.version} lists no company {entry.name[:40]!r}")
    if not entry.contract.strip() or not entry.training_off_by.strip():
        raise InvalidInput("evidence names the contract, and how training is off")
    if not entry.regions or not all(_REGION.fullmatch(region) for region in entry.regions):
        raise InvalidInput("evidence names the regions of the contract, such as us or eu")
    if entry.keeps_days is not None and entry.keeps_days < 0:
        raise InvalidInput("a company keeps data for no days or more")
    if entry.evidence_on > tx.now.date():
        raise InvalidInput("evidence of a day that is still to come shows nothing")
    if not 0 < (entry.expires_on - entry.evidence_on).days <= _LONGEST_DAYS:
        raise InvalidInput(f"evidence expires after its day, and within {_LONGEST_DAYS} days of it")
    add_evidence(tx, entry, actor=actor)
