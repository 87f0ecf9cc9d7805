"""Frames of a WAV file, read where they are asked for: a call of hours needs no more memory than what is looked at."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import numpy as np

from pipeline.redaction.audio import Samples, decode_frames
from pipeline.redaction.media_wav import WavLayout, read_wav_layout

type Codes = np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WavReader:
    """An open, seekable WAV file and where its samples lie. It is read by one thread at a time."""

    file: BinaryIO = field(repr=False)
    layout: WavLayout

    @classmethod
    def of(cls, wav: bytes) -> WavReader:
        """Read a WAV file that is in memory.

        Raises:
            InvalidInput: as `read_wav_layout`.
        """
        return cls(file=io.BytesIO(wav), layout=read_wav_layout(wav))

    @property
    def duration_ms(self) -> int:
        """How long it lasts, rounded up to a millisecond."""
        return -(-self.layout.frames * 1000 // self.layout.sample_rate)

    def raw(self, first: int, last: int) -> bytes:
        """Give the bytes of frames `first` up to and without `last`."""
        self.file.seek(self.layout.data_at + first * self.layout.frame_bytes)
        return self.file.read((last - first) * self.layout.frame_bytes)

    def codes(self, first: int, last: int) -> Codes:
        """Give frames as they are written: `(frames, channels, width)` bytes; fewer where the file ends before."""
        raw = self.raw(first, last)
        whole = len(raw) // self.layout.frame_bytes * self.layout.frame_bytes
        return np.frombuffer(raw[:whole], np.uint8).reshape(-1, self.layout.channels, self.layout.width)

    def samples(self, first: int, last: int) -> Samples:
        """Decode frames into `(frames, channels)` in -1..1."""
        return decode_frames(self.raw(first, last), replace(self.layout, data_at=0), 0, last - first)
