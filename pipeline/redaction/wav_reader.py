"""Frames of a WAV file, read where they are asked for: a call of hours needs no more memory than what is looked at."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pipeline.redaction.audio import Samples, decode_frames
from pipeline.redaction.media_source import Sound, read_at
from pipeline.redaction.media_wav import WavLayout, read_wav_layout

type Codes = np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WavReader:
    """A WAV file and where its samples lie."""

    sound: Sound = field(repr=False)
    layout: WavLayout

    @classmethod
    def of(cls, wav: Sound) -> WavReader:
        """Read the header of a WAV file.

        Raises:
            InvalidInput: as `read_wav_layout`.
        """
        return cls(sound=wav, layout=read_wav_layout(wav))

    def raw(self, first: int, last: int) -> bytes:
        """Give the bytes of frames `first` up to and without `last`; fewer where the file ends before."""
        width = self.layout.frame_bytes
        return bytes(read_at(self.sound, self.layout.data_at + first * width, (last - first) * width))

    def codes(self, first: int, last: int) -> Codes:
        """Give frames as they are written: `(frames, channels, width)` bytes; fewer where the file ends before."""
        raw = self.raw(first, last)
        whole = len(raw) // self.layout.frame_bytes * self.layout.frame_bytes
        return np.frombuffer(raw[:whole], np.uint8).reshape(-1, self.layout.channels, self.layout.width)

    def samples(self, first: int, last: int) -> Samples:
        """Decode frames into `(frames, channels)` in -1..1.

        Raises:
            InvalidInput: the file ends before.
        """
        return decode_frames(self.sound, self.layout, first, last)
