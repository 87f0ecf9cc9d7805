"""Redacted audio: the same file with what must not be heard replaced by silence or by a tone.

A WAV file keeps its header, its length, its other chunks and every other sample, bit for bit: the result is made of
the original's own bytes. Nothing is mixed over speech: words under a tone can still be read by a recogniser
(seen at -60 dB), so a tone replaces the samples. Lossy and compressed files come out as PCM WAV. A span that does not
fit the audio withholds the whole, because what it meant to hide is then unknown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.model.errors import Withheld
from pipeline.model.span import TimeSpan, merge_times
from pipeline.redaction.media_stream import WavStream, stream_of
from pipeline.redaction.media_wav import WavLayout
from pipeline.redaction.profile import AudioStyle
from pipeline.redaction.tone import tone_codes

type FrameSpans = dict[int, tuple[tuple[int, int], ...]]
type _Codes = NDArray[np.uint8]


def render_audio(audio: bytes, muted: Mapping[int, Sequence[TimeSpan]], *, style: AudioStyle) -> bytes:
    """Replace spans of channels by silence, or by a 1 kHz tone as loud as the call's speech.

    Args:
        audio: a whole sound file.
        muted: for each channel the spans to replace, in any order; a channel without an entry stays as it is.
        style: what is put in their place.

    Raises:
        InvalidInput: the audio cannot be decoded.
        Withheld: a span ends beyond the audio, or its channel does not exist.
    """
    return b"".join(redacted_pieces(stream_of(audio), muted, style=style))


def redacted_pieces(
    stream: WavStream, muted: Mapping[int, Sequence[TimeSpan]], *, style: AudioStyle
) -> Iterator[bytes | bytearray | memoryview[int]]:
    """Give the redacted file from its first byte to its last; only pieces that are muted are copied.

    What does not fit is refused before the first piece.

    Raises:
        InvalidInput: the audio cannot be decoded.
        Withheld: a span ends beyond the audio, or its channel does not exist.
    """
    spans = to_frames(muted, stream.layout)
    tone = None if style == "silence" or not spans else tone_codes(stream)
    return _pieces(stream, spans, tone)


def to_frames(muted: Mapping[int, Sequence[TimeSpan]], layout: WavLayout) -> FrameSpans:
    """Turn spans in ms into disjoint ascending frame spans, widened to whole frames; empty channels are left out.

    Raises:
        Withheld: a span ends beyond the audio, or its channel does not exist.
    """
    frames: FrameSpans = {}
    for channel, spans in muted.items():
        if not spans:
            continue
        if not 0 <= channel < layout.channels:
            raise Withheld("a span lies on a channel that the audio does not have")
        if any(span.end_ms > layout.duration_ms for span in spans):
            raise Withheld("a span ends beyond the audio")
        frames[channel] = tuple(_frame_span(span, layout) for span in merge_times(spans))
    return frames


def replacement(layout: WavLayout, tone: bytes | None, first: int, frames: int) -> _Codes:
    """Give what stands in a muted span from frame `first` on: `(frames, width)` bytes of silence or tone."""
    if tone is None:
        return np.full((frames, layout.width), layout.encoding.silence, np.uint8)
    periods = np.frombuffer(tone, np.uint8).reshape(-1, layout.width)
    begin = first % len(periods)
    return np.tile(periods, (-(-(begin + frames) // len(periods)), 1))[begin : begin + frames]


def _pieces(stream: WavStream, spans: FrameSpans, tone: bytes | None) -> Iterator[bytes | bytearray | memoryview[int]]:
    yield from stream.head()
    for first, codes in stream.blocks():
        yield _muted(codes, first, stream.layout, spans, tone)
    yield from stream.tail()


def _muted(
    codes: bytes | memoryview[int], first: int, layout: WavLayout, spans: FrameSpans, tone: bytes | None
) -> bytes | bytearray | memoryview[int]:
    """Give whole frames from frame `first` on with their muted spans replaced; as they are where nothing is muted."""
    last = first + len(codes) // layout.frame_bytes
    touching = [
        (channel, max(begin, first) - first, min(end, last) - first)
        for channel, channel_spans in spans.items()
        for begin, end in _between(channel_spans, first, last)
    ]
    if not touching:
        return codes
    changed = bytearray(codes)
    sample = np.dtype((np.void, layout.width))
    samples = np.frombuffer(changed, sample).reshape(-1, layout.channels)
    for channel, begin, end in touching:
        samples[begin:end, channel] = replacement(layout, tone, first + begin, end - begin).view(sample)[:, 0]
    return changed


def _between(spans: Sequence[tuple[int, int]], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Give those of disjoint ascending spans that touch the frames `first` up to and without `last`."""
    for span in spans[bisect_right(spans, first, key=lambda span: span[1]) :]:
        if span[0] >= last:
            return
        yield span


def _frame_span(span: TimeSpan, layout: WavLayout) -> tuple[int, int]:
    first = span.start_ms * layout.sample_rate // 1000
    last = -(-span.end_ms * layout.sample_rate // 1000)
    return first, min(last, layout.frames)
