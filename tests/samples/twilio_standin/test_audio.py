"""Sound on a timeline."""

from __future__ import annotations

import numpy as np
import soundfile as sf
from hypothesis import given
from hypothesis import strategies as st

from samples.twilio_standin.audio import (
    RATE,
    Timeline,
    clip_name,
    down_mix,
    hum,
    is_silent,
    key_tones,
    spoken,
    trim_silence,
)


def tone(seconds: float) -> np.ndarray:
    return np.full(round(seconds * RATE), 1000, dtype=np.int16)


def test_sound_is_heard_where_it_was_placed_and_nowhere_else():
    timeline = Timeline()
    timeline.place(1, 2.0, tone(1))
    sound = timeline.render(1.5, 3.5)
    assert sound.shape == (2 * RATE, 2)
    assert np.flatnonzero(sound[:, 1]).tolist() == list(range(RATE // 2, RATE // 2 + RATE))
    assert not sound[:, 0].any()


def test_two_sounds_at_once_are_mixed_without_wrapping():
    timeline = Timeline()
    for _ in range(2):
        timeline.place(0, 0.0, np.full(10, 30000, dtype=np.int16))
    assert timeline.render(0, 10 / RATE)[:, 0].tolist() == [32767] * 10


def test_an_interrupted_track_is_silent_from_there_on_and_the_other_goes_on():
    timeline = Timeline()
    timeline.place(0, 0.0, tone(2))
    timeline.place(1, 0.0, tone(2))
    timeline.cut(1, 1.0)
    sound = timeline.render(0, 2)
    assert sound[:, 0].all()
    assert sound[:RATE, 1].all()
    assert not sound[RATE:, 1].any()


def test_a_line_without_a_clip_is_a_hum_as_long_as_its_words(tmp_path):
    assert len(spoken("One two three.", tmp_path)) == round(3 * 0.36 * RATE)


def test_a_line_with_a_clip_is_that_clip_whatever_its_line_breaks(tmp_path):
    sf.write(tmp_path / f"{clip_name('Hello there.')}.flac", tone(0.5), RATE)
    assert len(spoken("Hello \n  there.", tmp_path)) == RATE // 2


def test_trimming_cuts_both_ends_and_nothing_in_between():
    quiet = np.zeros(RATE, dtype=np.int16)
    sound = np.concatenate([quiet, tone(1), quiet, tone(1), quiet]).reshape(-1, 1)
    assert len(trim_silence(sound)) == 3 * RATE


def test_trimming_silence_alone_leaves_nothing():
    assert len(trim_silence(np.zeros((RATE, 2), dtype=np.int16))) == 0


def test_keys_are_heard_as_two_tones_each():
    spectrum = np.abs(np.fft.rfft(key_tones("5")[: round(0.12 * RATE)]))
    loudest = sorted(np.argsort(spectrum)[-2:] * RATE / round(0.12 * RATE))
    assert [abs(hertz - key) < 9 for hertz, key in zip(loudest, (770, 1336), strict=True)] == [True, True]


def test_a_hum_is_not_silence():
    assert not is_silent(hum(0.5))


@given(st.lists(st.tuples(st.integers(-32768, 32767), st.integers(-32768, 32767)), min_size=1, max_size=20))
def test_a_down_mix_never_wraps(pairs):
    mixed = down_mix(np.array(pairs, dtype=np.int16))
    assert mixed[:, 0].tolist() == [max(-32768, min(32767, a + b)) for a, b in pairs]
