"""How much is drawn for quality reviews. Each change is a row of its own; why it was made stands sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select

from pipeline.model.ids import new_id
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_quality import quality_rates


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRates:
    """How many recordings are drawn, and how many of those are read twice: in hundredths of a per cent.

    `keeps_cases` says whether finished readings become evaluation cases.
    """

    rate: int = 0
    second_rate: int = 0
    keeps_cases: bool = False


UNSET: Final = QualityRates()
"""What holds before a tenant chose: nothing is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesChange:
    """One change: to what, by whom, when and why."""

    id: str
    rates: QualityRates
    actor: str
    at: datetime
    reason: str


def find_rates(tx: Transaction) -> QualityRates:
    """Give the rates in force."""
    query = select(quality_rates).where(quality_rates.c.tenant == tx.tenant).order_by(quality_rates.c.seq.desc())
    row = tx.connection.execute(query.limit(1)).first()
    return UNSET if row is None else _rates(row)


def add_rates(tx: Transaction, rates: QualityRates, *, reason: str, actor: str, keys: Keys) -> str:
    """Put rates in force from now on; give the change's id."""
    change = new_id("qrt")
    tx.connection.execute(
        insert(quality_rates).values(
            id=change,
            tenant=tx.tenant,
            rate=rates.rate,
            second_rate=rates.second_rate,
            keeps_cases=rates.keeps_cases,
            sealed=seal(reason.encode(), keys=keys, tenant=tx.tenant, context=_context(change)),
            actor=actor,
            at=tx.now,
        )
    )
    return change


def list_rates_changes(tx: Transaction, *, keys: Keys, limit: int = 20) -> tuple[RatesChange, ...]:
    """List the last changes with their reasons, newest first."""
    query = select(quality_rates).where(quality_rates.c.tenant == tx.tenant).order_by(quality_rates.c.seq.desc())
    return tuple(
        RatesChange(
            id=row.id,
            rates=_rates(row),
            actor=row.actor,
            at=row.at,
            reason=open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.id)).decode(),
        )
        for row in tx.connection.execute(query.limit(limit))
    )


def _rates(row: Row[Any]) -> QualityRates:
    return QualityRates(rate=row.rate, second_rate=row.second_rate, keeps_cases=row.keeps_cases)


def _context(change: str) -> dict[str, str]:
    return {"kind": "quality.rates", "change": change}
