"""One span of one channel cut out of a sound file, as a WAV of its own, with not a sample more than asked for."""

from __future__ import annotations

import io

import soundfile

from pipeline.model.errors import InvalidInput
from pipeline.model.span import TimeSpan
from pipeline.redaction.audio import decode_frames
from pipeline.redaction.media_stream import to_wav
from pipeline.redaction.media_wav import read_wav_layout


def clip(audio: bytes, *, channel: int, time: TimeSpan) -> bytes:
    """Cut a span of a channel out.

    Raises:
        InvalidInput: the audio cannot be decoded, has no such channel, or ends before the span begins.
    """
    wav = to_wav(audio)
    layout = read_wav_layout(wav)
    first = time.start_ms * layout.sample_rate // 1000
    last = min(layout.frames, -(-time.end_ms * layout.sample_rate // 1000))
    if channel >= layout.channels or first >= last:
        raise InvalidInput("the sound has no such place")
    samples = decode_frames(wav, layout, first, last)[:, channel]
    out = io.BytesIO()
    soundfile.write(out, samples, layout.sample_rate, format="WAV", subtype="PCM_16")
    return out.getvalue()
