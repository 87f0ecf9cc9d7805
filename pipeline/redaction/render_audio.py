"""Redacted audio: the same file with what must not be heard replaced by silence or by a tone.

A WAV file keeps its header, its length, its other chunks and every other sample, bit for bit: the result is spliced
from the original's own bytes. Nothing is mixed over speech: words under a tone can still be read by a recogniser
(seen at -60 dB), so a tone replaces the samples. Lossy and compressed files come out as PCM WAV. A span that does not
fit the audio withholds the whole, because what it meant to hide is then unknown.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipeline.model.errors import Withheld
from pipeline.model.span import TimeSpan, merge_times
from pipeline.redaction.audio import Samples, blocks, decode_frames, describe
from pipeline.redaction.media_wav import MIN_RATE, Encoding, WavLayout, is_wav, read_wav_layout, wav_header

type AudioStyle = Literal["silence", "beep"]
type FrameSpans = dict[int, tuple[tuple[int, int], ...]]
type _Codes = NDArray[np.uint8]

TONE_HZ: Final = 1_000
# RMS of the tone in dB of full scale: as loud as the call's speech, within what is pleasant to hear.
_QUIETEST_DB: Final = -40.0
_LOUDEST_DB: Final = -14.0
_USUAL_DB: Final = -26.0
_AUDIBLE_DB: Final = -50.0
_MEASURED_S: Final = 600


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
    wav = to_wav(audio)
    layout = read_wav_layout(wav)
    spans = to_frames(muted, layout)
    tone = None if style == "silence" or not spans else encoded_tone(wav, layout)
    return b"".join(_pieces(wav, layout, spans, tone))


def to_wav(audio: bytes) -> bytes:
    """Give a WAV file as it is, and any other sound file decoded to PCM WAV (24 bits for deep FLAC, else 16).

    Raises:
        InvalidInput: the audio cannot be decoded.
    """
    if is_wav(audio):
        return audio
    facts = describe(audio)
    encoding = Encoding.PCM_24 if facts.subtype == "PCM_24" else Encoding.PCM_16
    body = [encode(block, encoding) for block in blocks(audio)]
    length = sum(len(part) for part in body)
    header = wav_header(encoding=encoding, channels=facts.channels, sample_rate=facts.sample_rate, data_bytes=length)
    return b"".join([header, *body, b"\0" * (length % 2)])


def to_frames(muted: Mapping[int, Sequence[TimeSpan]], layout: WavLayout) -> FrameSpans:
    """Turn spans in ms into disjoint ascending frame spans, widened to whole frames; empty channels are left out.

    Raises:
        Withheld: a span ends beyond the audio, or its channel does not exist.
    """
    duration_ms = -(-layout.frames * 1000 // layout.sample_rate)
    frames: FrameSpans = {}
    for channel, spans in muted.items():
        if not spans:
            continue
        if not 0 <= channel < layout.channels:
            raise Withheld("a span lies on a channel that the audio does not have")
        if any(span.end_ms > duration_ms for span in spans):
            raise Withheld("a span ends beyond the audio")
        frames[channel] = tuple(_frame_span(span, layout) for span in merge_times(spans))
    return frames


def encoded_tone(wav: bytes, layout: WavLayout) -> bytes:
    """Make one second of the tone in the file's own encoding, mono; it repeats without a seam.

    Its level is all it takes from the call.
    """
    with warnings.catch_warnings():
        # pydub 0.25.1 warns at import that ffmpeg is missing, and of escapes in its own source (seen 2026-11-21).
        warnings.simplefilter("ignore")
        from pydub.generators import Sine

    # A sine's peak is 3 dB above its RMS.
    sine = Sine(TONE_HZ, sample_rate=layout.sample_rate, bit_depth=16)
    segment = sine.to_audio_segment(duration=1000, volume=speech_level_db(wav) + 3.01)
    samples = np.asarray(segment.get_array_of_samples(), dtype=np.float32) / np.float32(32768)
    return encode(samples.reshape(-1, 1), layout.encoding)


def encode(samples: Samples, encoding: Encoding) -> bytes:
    """Write samples in -1..1 as they stand in a WAV file, channels interleaved; what is louder is cut off."""
    out = io.BytesIO()
    soundfile.write(out, samples, MIN_RATE, format="RAW", subtype=encoding.value, endian="LITTLE")
    return out.getvalue()


def speech_level_db(wav: bytes) -> float:
    """Measure how loud the speech is: the RMS that four fifths of the call's audible 20 ms stay below, in dBFS.

    Of a long call, ten minutes of single seconds spread over it are measured.
    """
    layout = read_wav_layout(wav)
    step, rate = layout.sample_rate // 50, layout.sample_rate
    every = max(1, layout.frames // (rate * _MEASURED_S)) * rate
    levels: list[Samples] = []
    for first in range(0, layout.frames, every):
        second = decode_frames(wav, layout, first, min(first + rate, layout.frames))
        pieces = second[: len(second) // step * step].reshape(-1, step, layout.channels)
        levels.append(np.sqrt(np.square(pieces).mean(axis=1)).ravel())
    level = np.concatenate(levels)
    audible = level[level > 10 ** (_AUDIBLE_DB / 20)]
    if not len(audible):
        return _USUAL_DB
    return float(np.clip(20 * np.log10(np.percentile(audible, 80)), _QUIETEST_DB, _LOUDEST_DB))


def replacement(layout: WavLayout, tone: bytes | None, first: int, frames: int) -> _Codes:
    """Give what stands in a muted span from frame `first` on: `(frames, width)` bytes of silence or tone."""
    if tone is None:
        return np.full((frames, layout.width), layout.encoding.silence, np.uint8)
    second = np.frombuffer(tone, np.uint8).reshape(-1, layout.width)
    return second[(first + np.arange(frames)) % len(second)]


def _frame_span(span: TimeSpan, layout: WavLayout) -> tuple[int, int]:
    first = span.start_ms * layout.sample_rate // 1000
    last = -(-span.end_ms * layout.sample_rate // 1000)
    return first, min(last, layout.frames)


def _pieces(wav: bytes, layout: WavLayout, spans: FrameSpans, tone: bytes | None) -> Iterator[memoryview[int] | bytes]:
    """Give the file in order: untouched stretches as views of the original, muted ones rewritten."""
    view = memoryview(wav)
    at = 0
    for first, last in regions(spans):
        start, end = (layout.data_at + frame * layout.frame_bytes for frame in (first, last))
        yield view[at:start]
        codes = np.frombuffer(view[start:end], np.uint8).reshape(-1, layout.channels, layout.width).copy()
        for channel, channel_spans in spans.items():
            for begin, stop in channel_spans:
                if begin < last and first < stop:
                    codes[begin - first : stop - first, channel] = replacement(layout, tone, begin, stop - begin)
        yield codes.tobytes()
        at = end
    yield view[at:]


def regions(spans: FrameSpans) -> list[tuple[int, int]]:
    """Join the spans of all channels into disjoint ascending regions, so that each holds whole spans."""
    edges = sorted(span for channel in spans.values() for span in channel)
    regions: list[tuple[int, int]] = []
    for first, last in edges:
        if regions and first <= regions[-1][1]:
            regions[-1] = regions[-1][0], max(last, regions[-1][1])
        else:
            regions.append((first, last))
    return regions
