from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.agreement import Agreement, cohens_kappa, positive_agreement

cells = st.integers(0, 60)
tables = st.builds(Agreement, both=cells, only_first=cells, only_second=cells, neither=cells)


def table(both: int, only_first: int, only_second: int, neither: int) -> Agreement:
    return Agreement(both=both, only_first=only_first, only_second=only_second, neither=neither)


def test_kappa_is_the_textbooks():
    assert cohens_kappa(table(20, 5, 10, 15)).value == pytest.approx(0.4)
    assert cohens_kappa(table(45, 15, 25, 15)).value == pytest.approx(0.1304, abs=1e-4)


@given(tables)
def test_kappa_does_not_depend_on_who_is_called_first_or_on_what_is_called_yes(counts):
    found = cohens_kappa(counts)
    turned = cohens_kappa(table(counts.neither, counts.only_second, counts.only_first, counts.both))
    assert (found is None) == (turned is None)
    if found is not None and turned is not None:
        assert found.value == pytest.approx(turned.value)
        assert -1 <= found.value <= 1
        assert found.interval is None or found.interval.low <= found.value <= found.interval.high


@given(st.tuples(*[st.integers(1, 60)] * 4))
def test_the_interval_is_as_wide_as_the_slope_of_kappa_says(counts):
    """The same by another way: the delta method with slopes taken by small steps."""
    found = cohens_kappa(table(*counts))
    n, step = sum(counts), 1e-5
    shares = [c / n for c in counts]
    slopes = [(kappa(bumped(shares, i, step)) - kappa(bumped(shares, i, -step))) / (2 * step) for i in range(4)]
    mean = math.fsum(p * s for p, s in zip(shares, slopes, strict=True))
    spread = (math.fsum(p * s * s for p, s in zip(shares, slopes, strict=True)) - mean**2) / n
    if found.interval and found.interval.low > -1 and found.interval.high < 1:
        assert found.interval.width / 2 / 1.95996 == pytest.approx(math.sqrt(spread), rel=1e-3)


def bumped(shares: list[float], at: int, step: float) -> list[float]:
    moved = [p + step * (i == at) for i, p in enumerate(shares)]
    return [p / sum(moved) for p in moved]


def kappa(p: list[float]) -> float:
    by_chance = (p[0] + p[1]) * (p[0] + p[2]) + (p[2] + p[3]) * (p[1] + p[3])
    return (p[0] + p[3] - by_chance) / (1 - by_chance)


@pytest.mark.parametrize("counts", [table(0, 0, 0, 0), table(7, 0, 0, 0), table(0, 0, 0, 7)])
def test_where_both_always_say_the_same_one_thing_there_is_no_kappa(counts):
    assert cohens_kappa(counts) is None


def test_perfect_agreement_is_one_and_its_spread_is_not_known():
    assert cohens_kappa(table(5, 0, 0, 5)).value == 1
    assert cohens_kappa(table(5, 0, 0, 5)).interval is None


def test_agreement_on_what_was_found_leaves_out_what_both_left_alone():
    assert positive_agreement(table(8, 2, 2, 0)) == positive_agreement(table(8, 2, 2, 10_000)) == 0.8
    assert positive_agreement(table(0, 0, 0, 9)) is None
