"""Setting how much is drawn for quality reviews, and whether readings become evaluation cases."""

from __future__ import annotations

from pipeline.model.audit import AuditTag
from pipeline.model.draw import EVERY
from pipeline.model.errors import InvalidInput
from pipeline.ports.keys import Keys
from pipeline.ports.queue import WorkQueue
from pipeline.store.audit import Facts, add_event
from pipeline.store.quality_rates import QualityRates, add_rates, find_rates
from pipeline.store.quality_samples import list_without_case
from pipeline.store.session import Transaction


def set_rates(
    tx: Transaction, rates: QualityRates, *, reason: str, keys: Keys, queue: WorkQueue, actor: str
) -> QualityRates:
    """Put rates in force for what is published from now on; what was drawn stays drawn.

    Where evaluation cases are switched on, those of finished readings that can still be read are made.

    Raises:
        InvalidInput: no reason, or a rate below none or above all.
    """
    if not reason.strip():
        raise InvalidInput("a change of the rates needs a reason")
    if not (0 <= rates.rate <= EVERY and 0 <= rates.second_rate <= EVERY):
        raise InvalidInput("a rate is none to all")
    before = find_rates(tx)
    change = add_rates(tx, rates, reason=reason.strip(), actor=actor, keys=keys)
    facts: Facts = {
        "rate": rates.rate,
        "second_rate": rates.second_rate,
        "keeps_cases": rates.keeps_cases,
        "rate_before": before.rate,
        "second_rate_before": before.second_rate,
    }
    add_event(tx, AuditTag.QUALITY_RATES_CHANGED, actor=actor, target=change, facts=facts)
    if rates.keeps_cases and not before.keeps_cases:
        for sample in list_without_case(tx):
            queue.enqueue_case(tx, tx.tenant, sample, cause=change)
    return rates
