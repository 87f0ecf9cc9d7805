"""Ending a recording earlier: what came after a withdrawal is not kept, not even in silence."""

from __future__ import annotations

import struct

from pipeline.model.errors import InvalidInput
from pipeline.redaction.media_stream import to_wav
from pipeline.redaction.media_wav import read_wav_layout


def cut_audio(audio: bytes, *, end_ms: int) -> bytes:
    """Keep only the frames that began before `end_ms`, as WAV; the samples kept are bit-identical for WAV.

    Chunks after the samples are left out, since they may describe what is gone.

    Raises:
        InvalidInput: nothing would remain, or the audio cannot be read.
    """
    wav = to_wav(audio)
    layout = read_wav_layout(wav)
    kept = min(layout.frames, end_ms * layout.sample_rate // 1000)
    if kept < 1:
        raise InvalidInput("nothing was recorded before the withdrawal")
    if kept == layout.frames:
        return audio
    size = kept * layout.frame_bytes
    body = bytearray(wav[: layout.data_at + size])
    if size % 2:
        body.append(0)  # a RIFF chunk of odd length is padded
    struct.pack_into("<I", body, layout.data_at - 4, size)
    struct.pack_into("<I", body, 4, len(body) - 8)
    return bytes(body)
