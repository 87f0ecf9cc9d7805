"""The tone that takes the place of hidden speech: 1 kHz, as loud as the call's speech, in the file's own codes.

Its level is all it takes from the call.
"""

from __future__ import annotations

import math
import warnings
from functools import lru_cache
from typing import Final

import numpy as np

from pipeline.redaction.audio import Samples, decode_codes, encode
from pipeline.redaction.media_stream import WavStream
from pipeline.redaction.media_wav import WavLayout

TONE_HZ: Final = 1_000
# RMS of the tone in dB of full scale: as loud as the call's speech, within what is pleasant to hear.
_QUIETEST_DB: Final = -40.0
_LOUDEST_DB: Final = -14.0
_USUAL_DB: Final = -26.0
_AUDIBLE_DB: Final = -50.0
# Of a long call, so many stretches of three steps of 20 ms are measured: it costs less than copying the file does.
_STRETCHES: Final = 250
_STEPS: Final = 3
_BATCH_BYTES: Final = 1 << 16


def tone_codes(stream: WavStream) -> bytes:
    """Make some whole periods of the tone, mono; they repeat without a seam.

    Raises:
        InvalidInput: the sound cannot be decoded.
    """
    # A sine's peak is 3 dB above its RMS.
    peak = np.float32(10 ** (speech_level_db(stream) / 20) * math.sqrt(2))
    return encode((_periods(stream.layout.sample_rate) * peak).reshape(-1, 1), stream.layout.encoding)


def speech_level_db(stream: WavStream) -> float:
    """Measure how loud the speech is: the RMS that four fifths of the call's audible 20 ms stay below, in dBFS.

    Of a call longer than fifteen seconds, as much is measured, in pieces of 60 ms spread over it.

    Raises:
        InvalidInput: the sound cannot be decoded.
    """
    step = stream.layout.sample_rate // 50
    width = step * stream.layout.frame_bytes
    levels: list[Samples] = []
    held = bytearray()
    for codes in stream.codes_at(_measured(stream.layout.frames, step)):
        held += codes
        if len(held) >= max(_BATCH_BYTES, width):
            whole = len(held) // width * width
            levels.append(_levels(held[:whole], stream.layout, step))
            del held[:whole]
    levels.append(_levels(held, stream.layout, step))
    level = np.concatenate(levels)
    audible = level[level > 10 ** (_AUDIBLE_DB / 20)]
    if not len(audible):
        return _USUAL_DB
    return float(np.clip(20 * np.log10(np.percentile(audible, 80)), _QUIETEST_DB, _LOUDEST_DB))


def _measured(frames: int, step: int) -> list[tuple[int, int]]:
    stretch = _STEPS * step
    stretches = frames // stretch
    if stretches <= _STRETCHES:
        return [(0, frames // step * step)]
    starts = (number * stretches // _STRETCHES * stretch for number in range(_STRETCHES))
    return [(first, first + stretch) for first in starts]


def _levels(codes: bytearray, layout: WavLayout, step: int) -> Samples:
    """Give the RMS of each step of each channel."""
    steps = decode_codes(codes, layout).reshape(-1, step, layout.channels)
    level: Samples = np.sqrt(np.einsum("ijk,ijk->ik", steps, steps) / np.float32(step)).ravel()
    return level


@lru_cache(maxsize=8)
def _periods(sample_rate: int) -> Samples:
    """Give the fewest whole periods that are whole frames, at full scale."""
    with warnings.catch_warnings():
        # pydub 0.25.1 warns at import that ffmpeg is missing, and of escapes in its own source (seen 2026-11-21).
        warnings.simplefilter("ignore")
        from pydub.generators import Sine

    frames = sample_rate // math.gcd(sample_rate, TONE_HZ)
    # Half a frame more than is taken, so that no rounding takes one away.
    segment = Sine(TONE_HZ, sample_rate=sample_rate, bit_depth=32).to_audio_segment(
        duration=(frames + 0.5) * 1000 / sample_rate, volume=0.0
    )
    made = np.asarray(segment.get_array_of_samples(), dtype=np.float64)[:frames] / 2**31
    periods: Samples = made.astype(np.float32)
    periods.setflags(write=False)
    return periods
