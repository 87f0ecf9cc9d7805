"""Stretches of one channel, cut out and joined for a second recogniser, each moment traceable to its place in the call.

Listening to the stretches around what was muted, and to a part of the rest, costs less than transcribing the call.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pipeline.model.span import TimeSpan, invert_times, merge_times
from pipeline.redaction.audio import Samples, decode_frames
from pipeline.redaction.media_wav import Encoding, WavLayout, wav_header
from pipeline.redaction.render_audio import FrameSpans, encode

# How much is heard on both sides of a muted span: enough for a recogniser to find its feet.
_AROUND_MS: Final = 3_000
# Of what lies elsewhere, eight seconds of every forty are heard.
_SAMPLE_MS: Final = 8_000
_SAMPLE_EVERY_MS: Final = 40_000
# The silence between two stretches, so that no word is made of their ends.
_GAP_MS: Final = 1_000
_ACTIVE_DB: Final = -45.0
# Gaps and muted spans are given as faint noise (-60 dBFS): beside digital silence Whisper skips short words.
_NOISE: Final = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpts:
    """A mono WAV file of joined stretches. `starts_ms[i]` is where `stretches[i]` begins in it."""

    channel: int
    audio: bytes = field(repr=False)
    stretches: tuple[TimeSpan, ...]
    starts_ms: tuple[int, ...]
    active_ms: int

    @property
    def listened_ms(self) -> int:
        """How much of the call is heard."""
        return sum(stretch.duration_ms for stretch in self.stretches)

    def to_call(self, heard: TimeSpan) -> TimeSpan:
        """Say when in the call something heard in the file was; a sound in a gap belongs to the stretch before."""
        index = max(0, bisect_right(self.starts_ms, heard.start_ms) - 1)
        stretch, shift = self.stretches[index], self.stretches[index].start_ms - self.starts_ms[index]
        start = min(heard.start_ms + shift, stretch.end_ms - 1)
        return TimeSpan(start, max(start + 1, min(heard.end_ms + shift, stretch.end_ms)))


def choose_stretches(places: Sequence[TimeSpan], *, duration_ms: int) -> tuple[TimeSpan, ...]:
    """Choose what to listen to: around every place given, and a regular sample of the rest."""
    around = merge_times(
        (TimeSpan(max(0, span.start_ms - _AROUND_MS), min(duration_ms, span.end_ms + _AROUND_MS)) for span in places),
        gap_ms=_GAP_MS,
    )
    sampled = [
        TimeSpan(start, min(start + _SAMPLE_MS, rest.end_ms))
        for rest in invert_times(around, total_ms=duration_ms)
        for start in range(rest.start_ms, rest.end_ms, _SAMPLE_EVERY_MS)
    ]
    return merge_times([*around, *sampled])


def cut(wav: bytes, layout: WavLayout, channel: int, *, stretches: Sequence[TimeSpan], muted: FrameSpans) -> Excerpts:
    """Join stretches of one channel. Muted frames are given as faint noise: a tone would only distract the listener."""
    rate = layout.sample_rate
    noise = np.random.default_rng(0)
    gap = _faint(noise, _GAP_MS * rate // 1000)
    parts: list[Samples] = []
    starts: list[int] = []
    at = active = 0
    for stretch in stretches:
        first, last = (min(ms * rate // 1000, layout.frames) for ms in (stretch.start_ms, stretch.end_ms))
        samples = decode_frames(wav, layout, first, last)[:, channel].copy()
        for begin, end in muted.get(channel, ()):
            if begin < last and first < end:
                muted_here = samples[max(0, begin - first) : end - first]
                muted_here[:] = _faint(noise, len(muted_here))
        starts.append(at * 1000 // rate)
        active += _active_ms(samples, rate)
        parts += [samples, gap]
        at += len(samples) + len(gap)
    body = encode(np.concatenate(parts).reshape(-1, 1), Encoding.PCM_16)
    header = wav_header(encoding=Encoding.PCM_16, channels=1, sample_rate=rate, data_bytes=len(body))
    return Excerpts(
        channel=channel,
        audio=header + body,
        stretches=tuple(stretches),
        starts_ms=tuple(starts),
        active_ms=active,
    )


def _faint(noise: np.random.Generator, frames: int) -> Samples:
    return noise.normal(0, _NOISE, frames).astype(np.float32)


def _active_ms(samples: Samples, rate: int) -> int:
    """How long something can be heard: 20 ms pieces louder than -45 dBFS."""
    step = rate // 50
    pieces = samples[: len(samples) // step * step].reshape(-1, step)
    return 20 * int(np.count_nonzero(np.square(pieces).mean(axis=1) > 10 ** (_ACTIVE_DB / 10)))
