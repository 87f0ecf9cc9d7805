from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from pipeline.model.errors import InvalidInput
from pipeline.model.span import TimeSpan
from pipeline.redaction.clip import clip

RATE = 8000
NOISE = np.random.default_rng(1).integers(-9000, 9000, (RATE, 2), dtype=np.int16)


def a_file(form: str = "WAV") -> bytes:
    out = io.BytesIO()
    soundfile.write(out, NOISE, RATE, subtype="PCM_16", format=form)
    return out.getvalue()


@pytest.mark.parametrize("form", ["WAV", "FLAC"])
@pytest.mark.parametrize("channel", [0, 1])
def test_exactly_the_span_of_the_one_channel_is_cut_out(form, channel):
    cut, rate = soundfile.read(io.BytesIO(clip(a_file(form), channel=channel, time=TimeSpan(250, 500))), dtype="int16")
    assert (rate, cut.ndim) == (RATE, 1)
    assert np.array_equal(cut, NOISE[2000:4000, channel])


def test_a_span_is_cut_at_the_end_of_the_sound():
    cut, _ = soundfile.read(io.BytesIO(clip(a_file(), channel=0, time=TimeSpan(900, 5000))), dtype="int16")
    assert np.array_equal(cut, NOISE[7200:, 0])


@pytest.mark.parametrize(("channel", "start"), [(2, 0), (0, 1000)])
def test_what_is_not_in_the_sound_is_refused(channel, start):
    with pytest.raises(InvalidInput):
        clip(a_file(), channel=channel, time=TimeSpan(start, start + 10))


def test_what_is_no_sound_is_refused():
    with pytest.raises(InvalidInput):
        clip(b"nothing", channel=0, time=TimeSpan(0, 10))
