from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.model.interval import beta_quantile, beta_share, clopper_pearson


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 30, 0, 0.11570),
        (5, 50, 0.03328, 0.21814),
        (10, 100, 0.04900, 0.17622),
        (30, 30, 0.88430, 1),
        (1, 2, 0.01258, 0.98742),
    ],
)
def test_the_interval_is_the_one_of_published_tables(part, whole, low, high):
    found = clopper_pearson(part, whole)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 400), st.data())
def test_each_bound_leaves_just_as_much_outside_as_it_claims(whole, data):
    part = data.draw(st.integers(0, whole))
    found = clopper_pearson(part, whole)
    assert found.low <= part / whole <= found.high
    if part < whole:
        assert binomial_at_most(part, whole, found.high) == pytest.approx(0.025, abs=1e-6)
    if part > 0:
        assert 1 - binomial_at_most(part - 1, whole, found.low) == pytest.approx(0.025, abs=1e-6)


def binomial_at_most(part: int, whole: int, share: float) -> float:
    return math.fsum(math.comb(whole, k) * share**k * (1 - share) ** (whole - k) for k in range(part + 1))


@given(st.floats(0.01, 3000), st.floats(0.01, 3000), st.floats(0.001, 0.999))
def test_the_quantile_undoes_the_distribution(a, b, share):
    at = beta_quantile(share, a, b)
    assert beta_share(max(0.0, at - 1e-9), a, b) - 1e-6 <= share <= beta_share(min(1.0, at + 1e-9), a, b) + 1e-6


@given(st.floats(0, 1), st.floats(0.5, 500))
def test_more_evidence_of_the_same_share_is_never_wider(share, whole):
    assert clopper_pearson(share * whole * 2, whole * 2).width <= clopper_pearson(share * whole, whole).width + 1e-9


@pytest.mark.parametrize(("part", "whole"), [(1, 0), (0, 0), (3, 2), (-1, 2), (float("nan"), 2)])
def test_a_share_of_nothing_has_no_interval(part, whole):
    with pytest.raises(InvalidInput):
        clopper_pearson(part, whole)
