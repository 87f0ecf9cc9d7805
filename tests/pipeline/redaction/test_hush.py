from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.model.span import TimeSpan
from pipeline.redaction.hush import hush, is_still

RATE = 8000
NOISE = np.random.default_rng(2).integers(-9000, 9000, (RATE, 2), dtype=np.int16)


def a_file(samples: np.ndarray = NOISE, *, subtype: str = "PCM_16", form: str = "WAV") -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, RATE, subtype=subtype, format=form)
    return out.getvalue()


def frames(audio: bytes) -> np.ndarray:
    return soundfile.read(io.BytesIO(audio), dtype="int16", always_2d=True)[0]


@given(st.integers(0, 1500), st.integers(1, 1500))
def test_a_span_is_silent_on_every_channel_and_all_else_is_bit_identical(start_ms, length_ms):
    hushed = frames(hush(a_file(), [TimeSpan(start_ms, start_ms + length_ms)]))
    wanted = NOISE.copy()
    wanted[start_ms * 8 : (start_ms + length_ms) * 8] = 0
    assert np.array_equal(hushed, wanted)


def test_silencing_again_changes_nothing():
    spans = [TimeSpan(100, 300), TimeSpan(200, 400), TimeSpan(700, 5000)]
    once = hush(a_file(), spans)
    assert hush(once, spans) == once


def test_without_spans_inside_the_sound_the_file_stays_as_it_is():
    assert hush(a_file(), []) == a_file()
    assert hush(a_file(), [TimeSpan(1000, 2000)]) == a_file()


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_U8", "ULAW", "ALAW"])
def test_silence_is_that_of_the_format_and_is_found_to_be_still(subtype):
    hushed = hush(a_file(subtype=subtype), [TimeSpan(250, 750)])
    assert is_still(hushed, TimeSpan(250, 750))
    assert not is_still(hushed, TimeSpan(249, 750))
    assert not is_still(hushed, TimeSpan(250, 751))


def test_one_channel_that_speaks_is_not_still():
    samples = np.zeros((RATE, 2), np.int16)
    samples[4000, 1] = 40
    assert not is_still(a_file(samples), TimeSpan(0, 1000))
    assert is_still(a_file(samples), TimeSpan(0, 500))


def test_what_lies_beyond_the_end_was_not_seen_to_be_still():
    assert not is_still(a_file(np.zeros((RATE, 2), np.int16)), TimeSpan(1000, 2000))


def test_a_compressed_file_is_silenced_too():
    hushed = hush(a_file(form="FLAC"), [TimeSpan(0, 500)])
    assert not frames(hushed)[:4000].any()
    assert np.array_equal(frames(hushed)[4000:], NOISE[4000:])
    assert is_still(a_file(np.zeros((RATE, 2), np.int16), form="FLAC"), TimeSpan(0, 1000))


def test_bytes_that_are_no_audio_are_refused():
    with pytest.raises(InvalidInput):
        hush(b"not audio", [TimeSpan(0, 1)])
    with pytest.raises(InvalidInput):
        is_still(b"not audio", TimeSpan(0, 1))
