from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.model.span import CharSpan, TimeSpan, invert_times, merge_times

bounds = st.tuples(st.integers(0, 60), st.integers(1, 12))
char_spans = st.lists(bounds.map(lambda b: CharSpan(b[0], b[0] + b[1])), max_size=12)
time_spans = st.lists(bounds.map(lambda b: TimeSpan(b[0], b[0] + b[1])), max_size=12)


def covered(spans) -> set[int]:
    return {
        at for s in spans for at in (range(s.start, s.end) if isinstance(s, CharSpan) else range(s.start_ms, s.end_ms))
    }


@given(time_spans)
def test_merged_times_are_disjoint_apart_ascending_and_the_same(spans):
    merged = merge_times(spans)
    assert all(a.end_ms < b.start_ms for a, b in itertools.pairwise(merged))
    assert covered(merged) == covered(spans)
    assert merge_times(merged) == merged


@given(time_spans, st.integers(0, 20))
def test_merging_over_a_gap_covers_all_and_leaves_no_gap_as_short(spans, gap_ms):
    merged = merge_times(spans, gap_ms=gap_ms)
    assert covered(merged) >= covered(spans)
    assert all(b.start_ms - a.end_ms > gap_ms for a, b in itertools.pairwise(merged))
    assert merge_times(merged, gap_ms=gap_ms) == merged


@given(time_spans, st.integers(1, 80))
def test_what_lies_outside_and_what_lies_inside_make_the_whole(spans, total_ms):
    outside = invert_times(spans, total_ms=total_ms)
    assert covered(outside) == set(range(total_ms)) - covered(spans)


@given(time_spans, st.integers(1, 80))
def test_inverting_twice_is_the_merged_original_cut_to_the_total(spans, total_ms):
    cut = [TimeSpan(s.start_ms, min(s.end_ms, total_ms)) for s in spans if s.start_ms < total_ms]
    assert invert_times(invert_times(spans, total_ms=total_ms), total_ms=total_ms) == merge_times(cut)


@given(bounds, bounds)
def test_spans_touch_exactly_when_they_share_something(one, other):
    chars = CharSpan(one[0], sum(one)), CharSpan(other[0], sum(other))
    times = TimeSpan(one[0], sum(one)), TimeSpan(other[0], sum(other))
    assert chars[0].touches(chars[1]) == bool(covered(chars[:1]) & covered(chars[1:]))
    assert times[0].touches(times[1]) == bool(covered(times[:1]) & covered(times[1:]))


@pytest.mark.parametrize("kind", [CharSpan, TimeSpan])
@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 3), (4, 3)])
def test_a_span_that_is_empty_backwards_or_before_the_start_is_refused(kind, start, end):
    with pytest.raises(InvalidInput):
        kind(start, end)


def test_a_time_span_says_how_long_it_lasts():
    assert TimeSpan(250, 1000).duration_ms == 750
