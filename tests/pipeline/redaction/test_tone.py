from __future__ import annotations

import numpy as np
import pytest

from pipeline.redaction.media_stream import stream_of
from pipeline.redaction.media_wav import Encoding
from pipeline.redaction.tone import speech_level_db, tone_codes
from tests.pipeline.redaction.sounds import COMPRESSED, WAV_ENCODINGS, a_file, noise

RATES = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 8_001]


def decoded(tone: bytes, encoding: str) -> np.ndarray:
    from pipeline.redaction.audio import decode_codes

    layout = stream_of(a_file(noise(10, channels=1), subtype=encoding)).layout
    return decode_codes(tone, layout)[:, 0]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("encoding", WAV_ENCODINGS)
def test_it_is_one_kilohertz_at_the_speech_level_and_goes_on_after_its_end(encoding: str, rate: int) -> None:
    stream = stream_of(a_file(noise(rate, channels=1), rate=rate, subtype=encoding))

    samples = np.tile(decoded(tone_codes(stream), encoding), 3)

    peak = np.sqrt(2) * 10 ** (speech_level_db(stream) / 20)
    expected = peak * np.sin(2 * np.pi * 1000 * np.arange(len(samples)) / rate)
    step = {"PCM_U8": 2**-7, "ULAW": 2**-6, "ALAW": 2**-6}.get(encoding, 2**-15)
    assert np.abs(samples - expected).max() <= step


def test_it_is_as_loud_as_the_speech_and_not_as_the_pauses() -> None:
    speech = noise(8000 * 20, channels=1, level=0.1)
    speech.reshape(20, -1)[::2] *= 0.001

    assert speech_level_db(stream_of(a_file(speech))) == pytest.approx(-20, abs=0.5)


@pytest.mark.parametrize(("form", "subtype"), [("WAV", "PCM_16"), *COMPRESSED])
def test_of_a_long_call_pieces_from_beginning_to_end_are_measured(form: str, subtype: str) -> None:
    call = np.zeros((8000 * 300, 1), np.float32)
    call[8000 * 100 : 8000 * 110] = noise(80_000, channels=1, level=0.05)
    call[8000 * 290 :] = noise(80_000, channels=1, level=0.05)

    assert speech_level_db(stream_of(a_file(call, form=form, subtype=subtype))) == pytest.approx(-26, abs=1)
    call[8000 * 290 :] *= 3
    assert speech_level_db(stream_of(a_file(call, form=form, subtype=subtype))) > -20


@pytest.mark.parametrize(("audio", "level"), [(0.0, -26), (1.0, -14), (0.004, -40)])
def test_it_is_neither_deafening_nor_lost(audio: float, level: int) -> None:
    assert speech_level_db(stream_of(a_file(noise(8000, level=audio)))) == level


@pytest.mark.parametrize("frames", [1, 159, 160, 161])
def test_a_call_shorter_than_a_moment_has_a_tone(frames: int) -> None:
    stream = stream_of(a_file(noise(frames)))

    assert len(tone_codes(stream)) == 8 * 2
    assert stream.layout.encoding is Encoding.PCM_16
