"""The registry of processors of a tenant. Entries are only added; the newest of a company is in force."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from pipeline.model.audit import AuditTag
from pipeline.model.processor import ProcessorEvidence
from pipeline.store.audit import Facts, add_event
from pipeline.store.numbers import bump_version
from pipeline.store.session import Transaction
from pipeline.store.tables_registry import processor_evidence


def add_evidence(tx: Transaction, entry: ProcessorEvidence, *, actor: str) -> None:
    """Put what is on file about a company in force; who has read the tenant before reads it again."""
    bump_version(tx)
    tx.connection.execute(
        insert(processor_evidence).values(
            tenant=tx.tenant,
            processor=entry.name,
            contract=entry.contract,
            training_off_by=entry.training_off_by,
            regions=list(entry.regions),
            keeps_days=entry.keeps_days,
            evidence_on=entry.evidence_on,
            expires_on=entry.expires_on,
            actor=actor,
            at=tx.now,
        )
    )
    facts: Facts = {
        "contract": entry.contract,
        "regions": ",".join(entry.regions),
        "evidence_on": entry.evidence_on.isoformat(),
        "expires_on": entry.expires_on.isoformat(),
    }
    add_event(tx, AuditTag.PROCESSOR_REGISTERED, actor=actor, target=entry.name, facts=facts)


def list_evidence(tx: Transaction) -> tuple[ProcessorEvidence, ...]:
    """List each company's entry in force, by name."""
    rows = tx.connection.execute(
        select(processor_evidence)
        .ext(distinct_on(processor_evidence.c.processor))
        .where(processor_evidence.c.tenant == tx.tenant)
        .order_by(processor_evidence.c.processor, processor_evidence.c.id.desc())
    )
    return tuple(
        ProcessorEvidence(
            name=row.processor,
            contract=row.contract,
            training_off_by=row.training_off_by,
            regions=tuple(row.regions),
            keeps_days=row.keeps_days,
            evidence_on=row.evidence_on,
            expires_on=row.expires_on,
        )
        for row in rows
    )
