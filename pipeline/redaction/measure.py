"""Redacted audio held against the original, sample by sample: muted spans are exactly silence, or exactly the tone, and
every other byte is what it was.

Both files are read in blocks: memory does not grow with the length of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

import numpy as np

from pipeline.model.errors import InvalidInput
from pipeline.model.span import TimeSpan
from pipeline.redaction.decoding.process import Decoder
from pipeline.redaction.finding import Finding, Reason
from pipeline.redaction.media_source import Sound, read_at, size_of
from pipeline.redaction.media_wav import WavLayout
from pipeline.redaction.render_audio import FrameSpans, replacement
from pipeline.redaction.wav_reader import WavReader

_BLOCK_FRAMES: Final = 1 << 16
_BLOCK_BYTES: Final = 1 << 18
# A-law has no zero: its silence decodes to 8/32768.
_SILENCE_PEAK: Final = 9 / 32768


def measure(
    original: WavReader, redacted: Sound, spans: FrameSpans, *, tone: Callable[[], bytes]
) -> tuple[Finding, ...]:
    """Say what of the redacted file is not as it should be; nothing means that it is exactly right.

    Args:
        original: the audio before, as WAV.
        redacted: what was made of it.
        spans: the frames that were to be replaced, disjoint and ascending on each channel.
        tone: makes the tone that may stand in them (`tone_codes`); asked for once, where there is no silence.
    """
    if size_of(original.sound) != size_of(redacted):
        return (Finding(reason=Reason.CHANGED_OUTSIDE),)
    after = WavReader(sound=redacted, layout=original.layout)
    try:
        silent = _decoded_silence(redacted, spans)
    except InvalidInput:
        return (Finding(reason=Reason.UNDECODABLE),)
    return (
        *_changes_beside_the_samples(original, after),
        *_changes_of_samples(original, after, spans),
        *_not_silent(after, spans, silent, cache(tone)),
    )


def _decoded_silence(redacted: Sound, spans: FrameSpans) -> set[tuple[int, int]]:
    """Give channel and first frame of the muted spans that are silent as libsndfile reads the file, apart from us."""
    silent: set[tuple[int, int]] = set()
    if not any(spans.values()):
        return silent
    with Decoder(redacted) as decoder:
        for channel, channel_spans in spans.items():
            for span in channel_spans:
                if _peak(decoder, channel, *span) <= _SILENCE_PEAK:
                    silent.add((channel, span[0]))
    return silent


def _peak(decoder: Decoder, channel: int, first: int, last: int) -> float:
    peak, frames = 0.0, 0
    for block in decoder.read(first, last - first):
        if channel >= block.shape[1]:
            raise InvalidInput("the redacted audio has other channels than the original")
        peak, frames = max(peak, float(np.abs(block[:, channel]).max())), frames + len(block)
    if frames != last - first:
        raise InvalidInput("the redacted audio has another length than the original")
    return peak


def _not_silent(
    after: WavReader, spans: FrameSpans, silent: set[tuple[int, int]], tone: Callable[[], bytes]
) -> Iterator[Finding]:
    for channel, channel_spans in spans.items():
        for span in channel_spans:
            is_silent = (channel, span[0]) in silent and _holds(after, channel, span, None)
            if not is_silent and not _holds(after, channel, span, tone()):
                yield Finding(reason=Reason.NOT_SILENT, channel=channel, time=_time(*span, after.layout))


def _holds(after: WavReader, channel: int, span: tuple[int, int], tone: bytes | None) -> bool:
    """Say whether a span is silence, or the given tone, and nothing else."""
    return all(
        np.array_equal(after.codes(first, last)[:, channel], replacement(after.layout, tone, first, last - first))
        for first, last in _blocks(*span)
    )


def _changes_beside_the_samples(before: WavReader, after: WavReader) -> Iterator[Finding]:
    """Compare the header, the other chunks, and what follows the last whole frame."""
    for start, end in ((0, before.layout.data_at), (before.layout.data_end, size_of(before.sound))):
        for at in range(start, end, _BLOCK_BYTES):
            size = min(_BLOCK_BYTES, end - at)
            if read_at(before.sound, at, size) != read_at(after.sound, at, size):
                yield Finding(reason=Reason.CHANGED_OUTSIDE)
                return


def _changes_of_samples(before: WavReader, after: WavReader, spans: FrameSpans) -> Iterator[Finding]:
    """Compare all samples that were not to change; the first and the last that did are named, by channel."""
    hulls: dict[int, tuple[int, int]] = {}
    for first, last in _blocks(0, before.layout.frames):
        if before.raw(first, last) == after.raw(first, last):
            continue
        differs = (before.codes(first, last) != after.codes(first, last)).any(axis=2)
        for channel in range(before.layout.channels):
            for begin, end in spans.get(channel, ()):
                differs[max(0, begin - first) : max(0, end - first), channel] = False
            where = np.flatnonzero(differs[:, channel])
            if len(where):
                known, _ = hulls.get(channel, (first + int(where[0]), 0))
                hulls[channel] = known, first + int(where[-1]) + 1
    for channel, hull in sorted(hulls.items()):
        yield Finding(reason=Reason.CHANGED_OUTSIDE, channel=channel, time=_time(*hull, before.layout))


def _blocks(first: int, last: int) -> Iterator[tuple[int, int]]:
    for at in range(first, last, _BLOCK_FRAMES):
        yield at, min(at + _BLOCK_FRAMES, last)


def _time(first: int, last: int, layout: WavLayout) -> TimeSpan:
    return TimeSpan(first * 1000 // layout.sample_rate, -(-last * 1000 // layout.sample_rate))
