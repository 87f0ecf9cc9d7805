"""Sound files as numbers: what a file is, its samples, and its speech at 16 kHz for recognisers.

WAV is read by our own layout and only its samples go to libsndfile; FLAC, MP3 and Ogg go there whole. Everything is
read in blocks: three hours need no more memory than one minute. What was cut short is refused, but for MP3, which does
not say how long it is.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from pipeline.model.errors import InvalidInput
from pipeline.redaction.media_compressed import (
    BLOCK_FRAMES,
    count_frames,
    decoded_blocks,
    open_compressed,
    within_full_scale,
)
from pipeline.redaction.media_source import Sound, size_of
from pipeline.redaction.media_wav import MIN_RATE, Encoding, WavLayout, is_wav, read_frames, read_wav_layout

type Samples = NDArray[np.float32]

SPEECH_RATE: Final = 16_000
# Encodings that may hold what is no number, and numbers beyond full scale.
_UNBOUNDED: Final = (Encoding.FLOAT, Encoding.DOUBLE)
# A window of speech ends at the quietest fifth of a second of its last seconds, so that no word is cut in two.
_QUIET_SEARCH_S: Final = 20
_QUIET_S: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """What a sound file is. `duration_ms` is rounded up, so that a span up to it reaches the last sample."""

    channels: int
    sample_rate: int
    frames: int
    format: str
    subtype: str

    @property
    def duration_ms(self) -> int:
        """How long it lasts, rounded up to a millisecond."""
        return -(-self.frames * 1000 // self.sample_rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechWindow:
    """A stretch of one channel at 16 kHz."""

    start_ms: int
    samples: Samples = field(repr=False)


def describe(sound: Sound) -> AudioFacts:
    """Say what a sound file is, after reading a compressed one to its end.

    Raises:
        InvalidInput: it is empty, no sound file of ours, truncated, or of a shape no telephone recording has.
    """
    if not size_of(sound):
        raise InvalidInput("the file is empty")
    if is_wav(sound):
        layout = read_wav_layout(sound)
        return AudioFacts(
            channels=layout.channels,
            sample_rate=layout.sample_rate,
            frames=layout.frames,
            format="WAV",
            subtype=layout.encoding.value,
        )
    with open_compressed(sound) as file:
        return AudioFacts(
            channels=file.channels,
            sample_rate=file.samplerate,
            frames=count_frames(file),
            format=file.format,
            subtype=file.subtype,
        )


def blocks(sound: Sound) -> Iterator[Samples]:
    """Decode a file from its start, a block of up to 2**16 frames at a time, as `(frames, channels)` in -1..1.

    Raises:
        InvalidInput: as `describe`.
    """
    facts = describe(sound)
    if facts.format == "WAV":
        return _wav_blocks(sound, read_wav_layout(sound))
    return decoded_blocks(sound, frames=facts.frames)


def decode(sound: Sound) -> Samples:
    """Decode a whole file into `(frames, channels)`; for short ones.

    Raises:
        InvalidInput: as `describe`.
    """
    return np.concatenate(list(blocks(sound)))


def decode_frames(wav: Sound, layout: WavLayout, first: int, last: int) -> Samples:
    """Decode frames `first` up to and without `last` of a WAV file, as `(frames, channels)`.

    Raises:
        InvalidInput: the file has become shorter than its layout says.
    """
    return decode_codes(read_frames(wav, layout, first, last), layout)


def decode_codes(codes: bytes | bytearray | memoryview[int], layout: WavLayout) -> Samples:
    """Decode whole frames as they stand in a WAV file, as `(frames, channels)`."""
    samples, _ = soundfile.read(
        io.BytesIO(codes),
        dtype="float32",
        always_2d=True,
        format="RAW",
        subtype=layout.encoding.value,
        channels=layout.channels,
        samplerate=layout.sample_rate,
        endian="LITTLE",
    )
    return within_full_scale(samples) if layout.encoding in _UNBOUNDED else samples


def encode(samples: Samples, encoding: Encoding) -> bytes:
    """Write samples in -1..1 as they stand in a WAV file, channels interleaved; what is louder is cut off."""
    out = io.BytesIO()
    soundfile.write(out, samples, MIN_RATE, format="RAW", subtype=encoding.value, endian="LITTLE")
    return out.getvalue()


def speech_windows(sound: Sound, channel: int, *, window_s: int = 600) -> Iterator[SpeechWindow]:
    """Give one channel at 16 kHz, in windows of at most `window_s` seconds that end where it is quiet.

    Raises:
        InvalidInput: as `describe`, or there is no such channel.
    """
    limit = window_s * SPEECH_RATE
    held: list[Samples] = []
    length = at = 0
    for piece in _resampled(sound, channel):
        held.append(piece)
        length += len(piece)
        while length > limit:
            joined = np.concatenate(held)
            cut = _quietest(joined[:limit])
            yield SpeechWindow(start_ms=at * 1000 // SPEECH_RATE, samples=joined[:cut])
            held, length, at = [joined[cut:]], length - cut, at + cut
    if length:
        yield SpeechWindow(start_ms=at * 1000 // SPEECH_RATE, samples=np.concatenate(held))


def _resampled(sound: Sound, channel: int) -> Iterator[Samples]:
    rate, channels = _rate_and_channels(sound)
    if not 0 <= channel < channels:
        raise InvalidInput(f"the audio has no channel {channel}")
    stream = soxr.ResampleStream(rate, SPEECH_RATE, 1, dtype="float32")
    for block in blocks(sound):
        yield stream.resample_chunk(np.ascontiguousarray(block[:, channel]))
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)


def _wav_blocks(sound: Sound, layout: WavLayout) -> Iterator[Samples]:
    for first in range(0, layout.frames, BLOCK_FRAMES):
        yield decode_frames(sound, layout, first, min(first + BLOCK_FRAMES, layout.frames))


def _rate_and_channels(sound: Sound) -> tuple[int, int]:
    if is_wav(sound):
        layout = read_wav_layout(sound)
        return layout.sample_rate, layout.channels
    with open_compressed(sound) as file:
        return file.samplerate, file.channels


def _quietest(samples: Samples) -> int:
    """Where to cut: the middle of the quietest fifth of a second near the end."""
    step = int(_QUIET_S * SPEECH_RATE)
    first = max(0, len(samples) - _QUIET_SEARCH_S * SPEECH_RATE)
    tail = samples[first : first + (len(samples) - first) // step * step].reshape(-1, step)
    return first + int(np.argmin(np.square(tail).sum(axis=1))) * step + step // 2
