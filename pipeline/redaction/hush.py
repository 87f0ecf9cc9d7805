"""Silence over every channel of an interval: what was said in a pause is not kept, and the times of all else stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from pipeline.model.span import TimeSpan
from pipeline.redaction.audio import decode_frames, describe
from pipeline.redaction.media_stream import to_wav
from pipeline.redaction.media_wav import read_wav_layout
from pipeline.redaction.render_audio import render_audio

_STILL: Final = 10 ** (-66 / 20)
"""A vendor's pause is made of zeros; a companded zero is this far off at most."""
_BLOCK: Final = 1 << 18


def hush(audio: bytes, spans: Sequence[TimeSpan]) -> bytes:
    """Put exact silence in place of spans, on every channel, as WAV; what of a span lies beyond the end is left out.

    Raises:
        InvalidInput: the audio cannot be read.
    """
    facts = describe(audio)
    inside = [
        TimeSpan(span.start_ms, min(span.end_ms, facts.duration_ms))
        for span in spans
        if span.start_ms < facts.duration_ms
    ]
    if not inside:
        return audio
    return render_audio(audio, {channel: inside for channel in range(facts.channels)}, style="silence")


def is_still(audio: bytes, span: TimeSpan) -> bool:
    """Say whether nothing at all is heard in a span, on any channel; False where it lies beyond the end.

    Raises:
        InvalidInput: the audio cannot be read.
    """
    wav = to_wav(audio)
    layout = read_wav_layout(wav)
    first = span.start_ms * layout.sample_rate // 1000
    last = min(layout.frames, span.end_ms * layout.sample_rate // 1000)
    if first >= last:
        return False
    return all(
        float(np.abs(decode_frames(wav, layout, at, min(at + _BLOCK, last))).max()) <= _STILL
        for at in range(first, last, _BLOCK)
    )
