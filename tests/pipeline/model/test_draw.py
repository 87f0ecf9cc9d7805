from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.draw import EVERY, Drawn, is_drawn
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import RecordingId, new_id

KEY = b"k" * 32
rates = st.integers(0, EVERY)
names = st.text("0123456789abcdef", min_size=1, max_size=20).map(RecordingId)


@given(names, rates, rates)
def test_a_higher_rate_draws_all_that_a_lower_one_draws(name, one, other):
    low, high = sorted((one, other))
    assert is_drawn(KEY, name, low, what=Drawn.SAMPLE) <= is_drawn(KEY, name, high, what=Drawn.SAMPLE)


@given(names)
def test_none_draws_nothing_and_every_draws_all(name):
    assert not is_drawn(KEY, name, 0, what=Drawn.SAMPLE)
    assert is_drawn(KEY, name, EVERY, what=Drawn.SAMPLE)


def test_about_as_many_are_drawn_as_the_rate_says_and_the_two_draws_know_nothing_of_each_other():
    ids = [RecordingId(f"rec_{n:05}") for n in range(20_000)]
    sampled = [i for i in ids if is_drawn(KEY, i, 1000, what=Drawn.SAMPLE)]
    again = [i for i in sampled if is_drawn(KEY, i, 1000, what=Drawn.SECOND_READER)]
    assert len(sampled) == pytest.approx(2000, abs=6 * 42)
    assert len(again) == pytest.approx(200, abs=6 * 14)


def test_without_the_key_nothing_can_be_told():
    ids = [RecordingId(new_id("rec")) for _ in range(2000)]
    drawn = [[is_drawn(key, i, 5000, what=Drawn.SAMPLE) for i in ids] for key in (KEY, b"another")]
    agreed = sum(a == b for a, b in zip(*drawn, strict=True))
    assert agreed == pytest.approx(1000, abs=6 * 23)


@pytest.mark.parametrize("rate", [-1, EVERY + 1])
def test_a_rate_is_none_to_all(rate):
    with pytest.raises(InvalidInput):
        is_drawn(KEY, RecordingId("rec_1"), rate, what=Drawn.SAMPLE)
