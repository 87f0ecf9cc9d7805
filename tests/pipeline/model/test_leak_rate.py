from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import EntityType
from pipeline.model.interval import clopper_pearson
from pipeline.model.leak_rate import ReadCall, estimate_quality, estimate_share
from pipeline.model.quality import Counts

NAME, PIN = EntityType.PERSON, EntityType.PIN

clusters = st.lists(
    st.tuples(st.floats(1, 100), st.integers(0, 5), st.integers(0, 20)).map(lambda c: (c[0], c[1], c[1] + c[2])),
    min_size=1,
    max_size=30,
)


@given(clusters)
def test_the_interval_holds_the_share_and_claims_no_more_than_that_many_spans_can_say(counted):
    found = estimate_share(counted)
    if found.value is None:
        assert not any(whole for _, _, whole in counted)
        return
    assert found.interval.low - 1e-9 <= found.value <= found.interval.high + 1e-9
    assert found.interval.width >= clopper_pearson(found.value * found.whole, found.whole).width - 1e-9


@given(clusters, st.floats(0.01, 100))
def test_only_the_proportion_of_weights_matters_and_no_order(counted, factor):
    found, again = estimate_share(counted), estimate_share([(w * factor, p, n) for w, p, n in reversed(counted)])
    assert found.part == again.part
    if found.value is not None:
        assert again.value == pytest.approx(found.value)
        assert again.interval.high == pytest.approx(found.interval.high, abs=1e-6)


def test_no_miss_in_equal_calls_is_the_plain_interval():
    found = estimate_share([(50.0, 0, 10)] * 12)
    assert found.value == 0
    assert found.interval == clopper_pearson(0, 120)
    assert found.is_enough


def test_leaks_that_come_together_say_less_than_leaks_apart():
    together = estimate_share([(1.0, 10, 10)] + [(1.0, 0, 10)] * 19)
    apart = estimate_share([(1.0, 1, 10)] * 10 + [(1.0, 0, 10)] * 10)
    assert together.value == apart.value == 0.05
    assert together.interval.width > 2 * apart.interval.width


@pytest.mark.parametrize("counted", [[(1.0, 0, 10)] * 9, [(1.0, 0, 2)] * 12, [(1.0, 1, 2)] * 12])
def test_few_calls_few_spans_or_a_wide_interval_are_not_enough(counted):
    found = estimate_share(counted)
    assert found.interval is not None
    assert not found.is_enough


def test_calls_drawn_at_a_low_rate_stand_for_more():
    leaky, tight = Counts(personal=5, missed=5), Counts(personal=10)
    calls = [ReadCall(rate=100, counts={NAME: leaky})] * 10 + [ReadCall(rate=1000, counts={NAME: tight})] * 10
    report = estimate_quality(calls, drawn={100: 10, 1000: 10})
    assert report.over_all.leak.value == pytest.approx(0.5 * 100 / 110)


def test_those_that_were_read_stand_for_those_drawn_at_their_rate_that_were_not():
    calls = [
        ReadCall(rate=1000, counts={NAME: Counts(personal=1, missed=1)}),
        ReadCall(rate=5000, counts={NAME: Counts(personal=2)}),
    ]
    report = estimate_quality(calls, drawn={1000: 3, 5000: 1})
    assert report.over_all.leak.value == pytest.approx(30 / (2 * 30 + 2 * 2))
    assert (report.drawn, report.read) == (4, 2)


def test_each_type_has_its_own_figures_and_what_nobody_could_tell_is_in_none():
    counts = {NAME: Counts(personal=8, not_personal=2, unsure=3), PIN: Counts(missed=1)}
    report = estimate_quality([ReadCall(rate=1000, counts=counts)] * 2, drawn={1000: 2})
    assert report.by_type[PIN].leak.value == 1
    assert report.by_type[PIN].precision.value is None
    assert report.by_type[NAME].precision.value == pytest.approx(0.8)
    assert report.by_type[NAME].unsure == 6
    assert report.over_all.leak.value == pytest.approx(1 / 9)


def test_nothing_read_is_no_estimate():
    report = estimate_quality([], drawn={1000: 4})
    assert report.over_all.leak.value is None
    assert not report.over_all.leak.is_enough
    assert (report.drawn, report.read, dict(report.by_type)) == (4, 0, {})


def test_the_interval_holds_the_truth_about_as_often_as_it_claims_under_unequal_rates():
    """Calls of two kinds, drawn at two rates; the leaky ones are drawn ten times as often."""
    chance, rounds, held = random.Random(6), 200, 0
    population = [(0.3, 0.5)] * 400 + [(0.05, 0.05)] * 4000
    truth = sum(p for p, _ in population) / len(population)
    for _ in range(rounds):
        counted = []
        for leak, rate in population:
            if chance.random() < rate:
                counted.append((1 / rate, sum(chance.random() < leak for _ in range(4)), 4))
        interval = estimate_share(counted).interval
        held += interval.low <= truth <= interval.high
    assert held / rounds > 0.92
