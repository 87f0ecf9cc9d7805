from __future__ import annotations

import pytest

from pipeline.decisions.quality_rates import set_rates
from pipeline.model.errors import InvalidInput
from pipeline.store.quality_rates import QualityRates, find_rates, list_rates_changes
from tests.fakes import NotedQueue
from tests.quality import ADA, published, read_as, sample_of, set_to

CHANGED = "quality:rates:changed"


def test_rates_are_in_force_audited_and_their_reason_is_sealed(line):
    set_to(line, rate=250, second=1000)
    set_to(line, rate=500)
    with line.tx() as tx:
        assert find_rates(tx) == QualityRates(rate=500)
        changes = list_rates_changes(tx, keys=line.context.vault.keys)
    assert [(c.rates.rate, c.actor, c.reason) for c in changes] == [
        (500, "user:boss", "canary reason"),
        (250, "user:boss", "canary reason"),
    ]
    assert [(e["rate_before"], e["rate"]) for e in line.events(CHANGED)] == [(0, 250), (250, 500)]
    assert "canary" not in str(line.events(CHANGED))


def test_before_a_tenant_chose_nothing_is_drawn(line):
    with line.tx() as tx:
        assert find_rates(tx) == QualityRates(rate=0, second_rate=0, keeps_cases=False)


@pytest.mark.parametrize(("rates", "reason"), [
    (QualityRates(rate=10_001), "why"), (QualityRates(rate=-1), "why"), (QualityRates(second_rate=10_001), "why"),
    (QualityRates(rate=1), " "),
])  # fmt: skip
def test_a_rate_out_of_bounds_or_without_a_reason_is_refused(line, rates, reason):
    with pytest.raises(InvalidInput), line.tx() as tx:
        set_rates(tx, rates, reason=reason, keys=line.context.vault.keys, queue=NotedQueue(), actor="user:boss")
    assert line.events(CHANGED) == []


def test_switching_cases_on_asks_for_those_of_finished_readings_and_only_then(line):
    queue = NotedQueue()
    set_to(line, queue=queue)
    recording = published(line)
    read_as(line, ADA, queue=queue)
    assert queue.cases == []
    set_to(line, keeps_cases=True, queue=queue)
    set_to(line, keeps_cases=True, queue=queue)
    assert [sample for sample, _ in queue.cases] == [sample_of(line, recording).id]
