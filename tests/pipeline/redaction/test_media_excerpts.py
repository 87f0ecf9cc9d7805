from __future__ import annotations

import numpy as np

from pipeline.model.span import TimeSpan
from pipeline.redaction.audio import decode
from pipeline.redaction.media_excerpts import join
from pipeline.redaction.wav_reader import WavReader
from tests.pipeline.redaction.sounds import a_file, noise

WAV = a_file(noise(8000 * 10))
FIRST, SECOND = (1, TimeSpan(1000, 2000)), (0, TimeSpan(5000, 5500))


def test_excerpts_hold_the_pieces_with_faint_noise_between_them_and_in_muted_spans() -> None:
    excerpts = join(WavReader.of(WAV), [FIRST, SECOND], muted={1: ((12_000, 13_000),), 0: ((8_000, 9_000),)})

    samples = decode(excerpts.audio)[:, 0]
    assert len(samples) == 8000 + 3200 + 4000 + 3200
    expected = decode(WAV)[8000:16_000, 1]
    kept = np.r_[0:4000, 5000:8000]
    assert np.array_equal(samples[kept], expected[kept])
    assert 0 < np.abs(samples[4000:5000]).max() < 0.01
    assert 0 < np.abs(samples[8000:11_200]).max() < 0.01
    assert np.array_equal(samples[11_200:15_200], decode(WAV)[40_000:44_000, 0])
    assert excerpts.listened_ms == 1500
    assert 800 <= excerpts.active_ms[1] <= 900
    assert 450 <= excerpts.active_ms[0] <= 500


def test_what_is_heard_is_traced_to_its_channel_and_its_place_in_the_call() -> None:
    excerpts = join(WavReader.of(WAV), [FIRST, SECOND], muted={})

    assert excerpts.starts_ms == (0, 1400)
    assert excerpts.to_call(TimeSpan(100, 300)) == (1, TimeSpan(1100, 1300))
    assert excerpts.to_call(TimeSpan(1500, 1800)) == (0, TimeSpan(5100, 5400))
    assert excerpts.to_call(TimeSpan(9000, 9100)) == (0, TimeSpan(5499, 5500))


def test_a_word_placed_across_two_pieces_belongs_to_the_one_it_shares_most_with() -> None:
    excerpts = join(WavReader.of(WAV), [FIRST, SECOND], muted={})

    assert excerpts.to_call(TimeSpan(900, 1450)) == (1, TimeSpan(1900, 2000))
    assert excerpts.to_call(TimeSpan(950, 1700)) == (0, TimeSpan(5000, 5300))
    # In the silence between them: the nearer one.
    assert excerpts.to_call(TimeSpan(1050, 1100)) == (1, TimeSpan(1999, 2000))
    assert excerpts.to_call(TimeSpan(1300, 1350)) == (0, TimeSpan(5000, 5001))
