from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.span import TimeSpan
from pipeline.redaction.audio import decode
from pipeline.redaction.media_excerpts import choose_stretches, cut
from pipeline.redaction.media_wav import read_wav_layout
from tests.pipeline.redaction.sounds import a_file, noise

MINUTE = 60_000


def test_three_seconds_around_a_place_are_heard_and_a_fifth_of_the_rest() -> None:
    stretches = choose_stretches([TimeSpan(100_000, 101_000)], duration_ms=10 * MINUTE)

    assert any(stretch.start_ms <= 97_000 and stretch.end_ms >= 104_000 for stretch in stretches)
    heard_ms = sum(stretch.duration_ms for stretch in stretches)
    assert 0.18 * 10 * MINUTE < heard_ms < 0.25 * 10 * MINUTE


@given(st.lists(st.integers(0, MINUTE - 2), max_size=8))
def test_every_place_is_heard_and_nothing_beyond_the_call(starts: list[int]) -> None:
    places = [TimeSpan(start, min(start + 1500, MINUTE)) for start in starts]

    stretches = choose_stretches(places, duration_ms=MINUTE)

    assert all(any(s.start_ms <= p.start_ms and p.end_ms <= s.end_ms for s in stretches) for p in places)
    assert all(left.end_ms < right.start_ms for left, right in pairwise(stretches))
    assert stretches[-1].end_ms <= MINUTE


def test_excerpts_hold_the_stretches_with_faint_noise_between_them_and_in_muted_spans() -> None:
    sound = noise(8000 * 10)
    wav = a_file(sound)
    layout = read_wav_layout(wav)
    stretches = (TimeSpan(1000, 2000), TimeSpan(5000, 5500))

    excerpts = cut(wav, layout, 1, stretches=stretches, muted={1: ((12_000, 13_000),)})

    samples = decode(excerpts.audio)
    assert samples.shape == (8000 + 8000 + 4000 + 8000, 1)
    expected = decode(wav)[8000:16_000, 1].copy()
    kept = np.r_[0:4000, 5000:8000]
    assert np.array_equal(samples[kept, 0], expected[kept])
    assert np.abs(samples[4000:5000]).max() < 0.01
    assert 0 < np.abs(samples[8000:16_000]).max() < 0.01
    assert np.array_equal(samples[16_000:20_000, 0], decode(wav)[40_000:44_000, 1])
    assert excerpts.listened_ms == 1500
    assert 1300 <= excerpts.active_ms <= 1400


def test_what_is_heard_is_traced_to_its_place_in_the_call() -> None:
    wav = a_file(noise(8000 * 10))
    excerpts = cut(wav, read_wav_layout(wav), 0, stretches=(TimeSpan(1000, 2000), TimeSpan(5000, 5500)), muted={})

    assert excerpts.to_call(TimeSpan(100, 300)) == TimeSpan(1100, 1300)
    assert excerpts.to_call(TimeSpan(2100, 2400)) == TimeSpan(5100, 5400)
    assert excerpts.to_call(TimeSpan(900, 1500)) == TimeSpan(1900, 2000)
    assert excerpts.to_call(TimeSpan(1500, 1600)) == TimeSpan(1999, 2000)
    assert excerpts.to_call(TimeSpan(9000, 9100)) == TimeSpan(5499, 5500)
