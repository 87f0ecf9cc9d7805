from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from pipeline.model.errors import InvalidInput
from pipeline.redaction.peaks import LOUDEST, find_peaks
from tests.pipeline.workflows.house_of_fakes import tone


def wav(samples: np.ndarray) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, 8000, format="WAV", subtype="PCM_16")
    return out.getvalue()


def test_each_channel_is_as_loud_as_it_is_and_silent_where_it_is_muted():
    samples = np.zeros((8000 * 60, 2), np.float32)
    samples[: 8000 * 30, 0] = 0.5
    samples[8000 * 30 :, 1] = 0.25
    left, right = find_peaks(wav(samples))
    assert len(left) == len(right) == 1200
    assert left == (LOUDEST,) * 600 + (0,) * 600
    assert right == (0,) * 600 + (round(LOUDEST / 2),) * 600


def test_no_click_falls_between_two_stretches():
    samples = np.zeros((8000 * 100, 1), np.float32)
    places = np.random.default_rng(3).integers(0, len(samples), 50)
    samples[places] = 0.9
    (levels,) = find_peaks(wav(samples))
    each = -(-len(samples) // len(levels))
    assert {at // each for at in places} == {n for n, level in enumerate(levels) if level}


def test_silence_is_zeros_and_a_short_sound_has_some_hundred_numbers():
    assert set(find_peaks(wav(np.zeros((8000, 1), np.float32)))[0]) == {0}
    assert 300 < len(find_peaks(tone())[0]) <= 401


def test_what_is_no_sound_has_none():
    with pytest.raises(InvalidInput):
        find_peaks(b"RIFF")
