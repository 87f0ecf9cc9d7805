from __future__ import annotations

import numpy as np
import pytest

from pipeline.redaction.evaluation.intervals import draw_sums, rate, with_bounds

COUNTS = np.array([[1, 10], [3, 10], [0, 10], [5, 10]], np.int64)
SOURCES = ("a", "a", "b", "b")


def test_the_same_seed_draws_the_same_and_another_one_does_not():
    first, again, other = (draw_sums(COUNTS, SOURCES, rounds=50, seed=seed) for seed in (1, 1, 2))
    assert all((first[source] == again[source]).all() for source in first)
    assert any((first[source] != other[source]).any() for source in first)


def test_each_source_is_drawn_as_often_as_it_has_conversations():
    drawn = draw_sums(COUNTS, SOURCES, rounds=200, seed=1)
    assert set(drawn) == {"a", "b"}
    assert all((drawn[source][:, 1] == 20).all() for source in drawn)
    assert set(drawn["a"][:, 0]) == {2, 4, 6}
    assert set(drawn["b"][:, 0]) == {0, 5, 10}


def test_many_conversations_are_drawn_in_pieces_that_join():
    counts = np.ones((9_000, 1), np.int64)
    drawn = draw_sums(counts, ["s"] * 9_000, rounds=1_000, seed=3)["s"]
    assert drawn.shape == (1_000, 1)
    assert (drawn == 9_000).all()


def test_bounds_hold_the_value_and_what_a_binomial_would_give():
    leaks = np.random.default_rng(5).random(1_000) < 0.1
    counts = np.stack([leaks, np.ones(1_000)], axis=1).astype(np.int64)
    drawn = draw_sums(counts, ["s"] * 1_000, rounds=1_000, seed=1)["s"]
    found = rate(counts[:, 0].sum(), 1_000, drawn[:, 0], drawn[:, 1])
    assert found.value == pytest.approx(leaks.mean())
    spread = 1.96 * (found.value * (1 - found.value) / 1_000) ** 0.5
    assert found.low == pytest.approx(found.value - spread, abs=0.004)
    assert found.high == pytest.approx(found.value + spread, abs=0.004)


def test_where_there_is_nothing_to_count_there_is_no_value():
    assert rate(0, 0).value is None
    assert rate(1, 4).value == 0.25
    assert rate(1, 4).low is None


def test_draws_without_anything_to_count_are_left_out():
    assert with_bounds(0.5, np.array([np.nan, 0.5, 0.5])).low == 0.5
    assert with_bounds(0.5, np.array([np.nan])).low is None
    assert rate(1, 2, np.array([0.0, 1.0]), np.array([0.0, 2.0])).high == 0.5
