"""Pieces of a call's channels, cut out and joined for a second recogniser, each moment traceable to its place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pipeline.model.span import TimeSpan
from pipeline.redaction.audio import Samples, encode
from pipeline.redaction.media_wav import Encoding, wav_header
from pipeline.redaction.render_audio import FrameSpans
from pipeline.redaction.wav_reader import WavReader

# The silence between two pieces, so that no word is made of their ends.
_GAP_MS: Final = 400
_ACTIVE_DB: Final = -45.0
# Gaps and muted spans are given as faint noise (-60 dBFS): beside digital silence Whisper skips short words.
_NOISE: Final = 0.001

type Piece = tuple[int, TimeSpan]
"""A channel, and the stretch of it that is heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpts:
    """A mono WAV file of joined pieces. `starts_ms[i]` is where `pieces[i]` begins in it.

    `active_ms` is for how long something can be heard on each channel.
    """

    audio: bytes = field(repr=False)
    pieces: tuple[Piece, ...]
    starts_ms: tuple[int, ...]
    active_ms: dict[int, int]

    @property
    def listened_ms(self) -> int:
        """How much of the call is heard, over all channels."""
        return sum(stretch.duration_ms for _, stretch in self.pieces)

    def to_call(self, heard: TimeSpan) -> Piece:
        """Say on which channel and when in the call something heard in the file was.

        It belongs to the piece that it shares most with, else to the nearest: recognisers place a word too early as
        often as too late.
        """
        index = max(0, bisect_right(self.starts_ms, heard.start_ms) - 1)
        while index + 1 < len(self.pieces) and self._shared_ms(heard, index + 1) > self._shared_ms(heard, index):
            index += 1
        (channel, stretch), shift = self.pieces[index], self.pieces[index][1].start_ms - self.starts_ms[index]
        start = min(max(heard.start_ms + shift, stretch.start_ms), stretch.end_ms - 1)
        return channel, TimeSpan(start, max(start + 1, min(heard.end_ms + shift, stretch.end_ms)))

    def _shared_ms(self, heard: TimeSpan, index: int) -> int:
        start, length = self.starts_ms[index], self.pieces[index][1].duration_ms
        return min(heard.end_ms, start + length) - max(heard.start_ms, start)


def join(sound: WavReader, pieces: Sequence[Piece], *, muted: FrameSpans) -> Excerpts:
    """Join pieces to one file. Muted frames are given as faint noise: a tone would only distract the listener."""
    rate = sound.layout.sample_rate
    noise = np.random.default_rng(0)
    gap = _faint(noise, _GAP_MS * rate // 1000)
    parts: list[Samples] = []
    starts: list[int] = []
    active: dict[int, int] = {}
    at = 0
    for channel, stretch in pieces:
        samples = _cut(sound, channel, stretch, muted, noise)
        starts.append(at * 1000 // rate)
        active[channel] = active.get(channel, 0) + _active_ms(samples, rate)
        parts += [samples, gap]
        at += len(samples) + len(gap)
    body = encode(np.concatenate(parts).reshape(-1, 1), Encoding.PCM_16)
    header = wav_header(encoding=Encoding.PCM_16, channels=1, sample_rate=rate, data_bytes=len(body))
    return Excerpts(audio=header + body, pieces=tuple(pieces), starts_ms=tuple(starts), active_ms=active)


def _cut(sound: WavReader, channel: int, stretch: TimeSpan, muted: FrameSpans, noise: np.random.Generator) -> Samples:
    rate = sound.layout.sample_rate
    first, last = (min(ms * rate // 1000, sound.layout.frames) for ms in (stretch.start_ms, stretch.end_ms))
    samples = sound.samples(first, last)[:, channel].copy()
    for begin, end in muted.get(channel, ()):
        if begin < last and first < end:
            muted_here = samples[max(0, begin - first) : end - first]
            muted_here[:] = _faint(noise, len(muted_here))
    return samples


def _faint(noise: np.random.Generator, frames: int) -> Samples:
    return noise.normal(0, _NOISE, frames).astype(np.float32)


def _active_ms(samples: Samples, rate: int) -> int:
    """How long something can be heard: 20 ms pieces louder than -45 dBFS."""
    step = rate // 50
    pieces = samples[: len(samples) // step * step].reshape(-1, step)
    return 20 * int(np.count_nonzero(np.square(pieces).mean(axis=1) > 10 ** (_ACTIVE_DB / 10)))
