"""What quality reviews say of a period: leak rate, precision and agreement, each with what it rests on. Counts only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pipeline.model.agreement import Agreement, Kappa, cohens_kappa, positive_agreement
from pipeline.model.draw import EVERY
from pipeline.model.leak_rate import Estimate, Quality, QualityReport, ReadCall, estimate_quality
from pipeline.model.second_reading import NOTHING_COMPARED, Compared
from pipeline.store.quality_rates import QualityRates, find_rates
from pipeline.store.quality_samples import count_drawn, count_states, list_finished
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """How two readers agree: on hidden entities, on visible words, and on the stretches that either marked."""

    calls: int
    disputed: int
    compared: Compared
    entities: Kappa | None
    words: Kappa | None
    marks: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityResults:
    """All of a tenant's figures of a period, the rates in force and where samples stand now."""

    tenant: str
    since: datetime
    until: datetime
    rates: QualityRates
    report: QualityReport
    readers: Readers
    states: Mapping[str, int]


def read_results(tx: Transaction, *, since: datetime, until: datetime) -> QualityResults:
    """Put together the figures of what was drawn in a period, `until` left out."""
    finished = list_finished(tx, since=since, until=until)
    calls = [ReadCall(rate=sample.rate, counts=sample.counts or {}) for sample in finished]
    twice = [sample for sample in finished if sample.compared is not None]
    compared = sum((sample.compared or NOTHING_COMPARED for sample in twice), NOTHING_COMPARED)
    return QualityResults(
        tenant=tx.tenant,
        since=since,
        until=until,
        rates=find_rates(tx),
        report=estimate_quality(calls, drawn=count_drawn(tx, since=since, until=until)),
        readers=Readers(
            calls=len(twice),
            disputed=sum(sample.settled_by is not None for sample in twice),
            compared=compared,
            entities=cohens_kappa(compared.entities),
            words=cohens_kappa(compared.words),
            marks=positive_agreement(compared.marks),
        ),
        states=count_states(tx),
    )


def to_document(results: QualityResults) -> dict[str, Any]:
    """Write results as JSON does: shares from 0 to 1, times as they are."""
    report, readers = results.report, results.readers
    return {
        "tenant": results.tenant,
        "since": results.since.isoformat(),
        "until": results.until.isoformat(),
        "rate": results.rates.rate / EVERY,
        "second_rate": results.rates.second_rate / EVERY,
        "keeps_cases": results.rates.keeps_cases,
        "samples": {"drawn": report.drawn, "read": report.read, "now": dict(results.states)},
        "over_all": _quality(report.over_all),
        "by_type": {kind.value: _quality(quality) for kind, quality in report.by_type.items()},
        "readers": {
            "calls": readers.calls,
            "disputed": readers.disputed,
            "entities": _kappa(readers.entities, readers.compared.entities),
            "words": _kappa(readers.words, readers.compared.words),
            "marks": {"agreement": readers.marks, **asdict(readers.compared.marks)},
        },
    }


def _quality(quality: Quality) -> dict[str, Any]:
    return {
        "leak": _estimate(quality.leak),
        "precision": _estimate(quality.precision),
        "unsure": quality.unsure,
    }


def _estimate(estimate: Estimate) -> dict[str, Any]:
    bounds = asdict(estimate.interval) if estimate.interval else {"low": None, "high": None}
    return {
        "part": estimate.part,
        "whole": estimate.whole,
        "calls": estimate.calls,
        "value": estimate.value,
        **bounds,
        "is_enough": estimate.is_enough,
    }


def _kappa(kappa: Kappa | None, counts: Agreement) -> dict[str, Any]:
    bounds = asdict(kappa.interval) if kappa and kappa.interval else {"low": None, "high": None}
    return {"kappa": kappa.value if kappa else None, **bounds, **asdict(counts)}
