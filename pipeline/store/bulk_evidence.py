"""What is attested of the consent to recordings that are taken in: sealed, by job and recording."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update

from pipeline.model.call import LegRole
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.evidence import Attested
from pipeline.model.ids import RecordingId, TenantId, new_id
from pipeline.ports.keys import Keys
from pipeline.store.rows import add_rows
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_bulk import bulk_evidence

_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is attested of one recording; `recording` is set once it was taken in by it."""

    id: str
    attested: tuple[Attested, ...] = field(repr=False)
    recording: RecordingId | None = None


type SealedEvidence = Mapping[str, tuple[str, bytes]]
"""By recording: an id, and what is attested under the tenant's key."""


def seal_evidence(by_recording: Mapping[str, Sequence[Attested]], *, keys: Keys, tenant: TenantId) -> SealedEvidence:
    """Seal what is attested, before any transaction is open: the keeper of keys may take its time.

    Raises:
        NotFound: the tenant has no key.
    """
    sealed: dict[str, tuple[str, bytes]] = {}
    for key, attested in by_recording.items():
        made = new_id("evid")
        body = json.dumps([_plain(one) for one in attested]).encode()
        sealed[key] = (made, seal(body, keys=keys, tenant=tenant, context=_context(made)))
    return sealed


def add_evidence(tx: Transaction, job: str, sealed: SealedEvidence) -> None:
    """Keep sealed evidence with its job."""
    rows = [
        {"id": id, "tenant": tx.tenant, "job": job, "key": key, "sealed": body} for key, (id, body) in sealed.items()
    ]
    for first in range(0, len(rows), _AT_ONCE):
        add_rows(tx, bulk_evidence, rows[first : first + _AT_ONCE])


def find_evidence(tx: Transaction, job: str, key: str, *, keys: Keys) -> Evidence | None:
    """Find what a job has of a recording."""
    query = select(bulk_evidence).where(
        bulk_evidence.c.tenant == tx.tenant, bulk_evidence.c.job == job, bulk_evidence.c.key == key
    )
    row = tx.connection.execute(query).first()
    if row is None:
        return None
    recording = RecordingId(row.recording_id) if row.recording_id else None
    if not row.sealed:
        return Evidence(id=row.id, attested=(), recording=recording)
    body = open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.id))
    return Evidence(id=row.id, attested=tuple(_attested(one) for one in json.loads(body)), recording=recording)


def mark_attached(tx: Transaction, evidence: str, recording: RecordingId) -> None:
    """Note which recording was taken in by it."""
    mine = (bulk_evidence.c.tenant == tx.tenant) & (bulk_evidence.c.id == evidence)
    tx.connection.execute(update(bulk_evidence).where(mine).values(recording_id=recording))


def _plain(one: Attested) -> dict[str, Any]:
    return {
        "leg": one.leg.value,
        "purpose": one.purpose.value,
        "outcome": one.outcome.value,
        "way": one.way.value,
        "given_on": one.given_on.isoformat(),
        "reference": one.reference,
        "recorded_at": one.recorded_at.isoformat() if one.recorded_at else None,
    }


def _attested(plain: Mapping[str, Any]) -> Attested:
    return Attested(
        leg=LegRole(plain["leg"]),
        purpose=Purpose(plain["purpose"]),
        outcome=Outcome(plain["outcome"]),
        way=Method(plain["way"]),
        given_on=datetime.fromisoformat(plain["given_on"]),
        reference=plain["reference"],
        recorded_at=datetime.fromisoformat(plain["recorded_at"]) if plain["recorded_at"] else None,
    )


def _context(evidence: str) -> dict[str, str]:
    return {"kind": "bulk.evidence", "evidence": evidence}
