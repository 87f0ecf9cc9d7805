"""Sound files as numbers: what a file is, its samples, and its speech at 16 kHz for recognisers.

WAV is read by our own layout and only its samples go to libsndfile; FLAC, MP3 and Ogg go there whole. No other format
is tried, and ffmpeg is never asked. Everything is read in blocks: three hours of silence need no more memory than one
minute. Whatever cannot be read to its end is refused, never cut short.
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
from pipeline.redaction.media_wav import MAX_DURATION_S, WavLayout, check_shape, is_wav, read_wav_layout

type Samples = NDArray[np.float32]

SPEECH_RATE: Final = 16_000
_BLOCK_FRAMES: Final = 1 << 18
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


def describe(audio: bytes) -> AudioFacts:
    """Say what a sound file is, after checking that it can be read to its end.

    Raises:
        InvalidInput: it is empty, no sound file of ours, truncated, or of a shape no telephone recording has.
    """
    if not audio:
        raise InvalidInput("the file is empty")
    if is_wav(audio):
        layout = read_wav_layout(audio)
        return AudioFacts(
            channels=layout.channels,
            sample_rate=layout.sample_rate,
            frames=layout.frames,
            format="WAV",
            subtype=layout.encoding.value,
        )
    return _describe_compressed(audio)


def blocks(audio: bytes) -> Iterator[Samples]:
    """Decode a file from its start, a block of up to 2**18 frames at a time, as `(frames, channels)` in -1..1.

    Raises:
        InvalidInput: as `describe`.
    """
    if not audio:
        raise InvalidInput("the file is empty")
    if is_wav(audio):
        return _wav_blocks(audio, read_wav_layout(audio))
    return _compressed_blocks(audio)


def decode(audio: bytes) -> Samples:
    """Decode a whole file into `(frames, channels)`; for short ones.

    Raises:
        InvalidInput: as `describe`.
    """
    return np.concatenate(list(blocks(audio)))


def decode_frames(wav: bytes, layout: WavLayout, first: int, last: int) -> Samples:
    """Decode frames `first` up to and without `last` of a WAV file, as `(frames, channels)`."""
    raw = memoryview(wav)[layout.data_at + first * layout.frame_bytes : layout.data_at + last * layout.frame_bytes]
    samples, _ = soundfile.read(
        io.BytesIO(raw),
        dtype="float32",
        always_2d=True,
        format="RAW",
        subtype=layout.encoding.value,
        channels=layout.channels,
        samplerate=layout.sample_rate,
        endian="LITTLE",
    )
    # A float file may hold what is not a number, and numbers beyond full scale.
    clipped: Samples = np.clip(np.nan_to_num(samples, nan=0.0), -1.0, 1.0)
    return clipped


def speech_windows(audio: bytes, channel: int, *, window_s: int = 600) -> Iterator[SpeechWindow]:
    """Give one channel at 16 kHz, in windows of at most `window_s` seconds that end where it is quiet.

    Raises:
        InvalidInput: as `describe`, or there is no such channel.
    """
    limit = window_s * SPEECH_RATE
    held: list[Samples] = []
    length = at = 0
    for piece in _resampled(audio, channel):
        held.append(piece)
        length += len(piece)
        while length > limit:
            joined = np.concatenate(held)
            cut = _quietest(joined[:limit])
            yield SpeechWindow(start_ms=at * 1000 // SPEECH_RATE, samples=joined[:cut])
            held, length, at = [joined[cut:]], length - cut, at + cut
    if length:
        yield SpeechWindow(start_ms=at * 1000 // SPEECH_RATE, samples=np.concatenate(held))


def _resampled(audio: bytes, channel: int) -> Iterator[Samples]:
    rate, channels = _rate_and_channels(audio)
    if not 0 <= channel < channels:
        raise InvalidInput(f"the audio has no channel {channel}")
    stream = soxr.ResampleStream(rate, SPEECH_RATE, 1, dtype="float32")
    for block in blocks(audio):
        yield stream.resample_chunk(np.ascontiguousarray(block[:, channel]))
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)


def _wav_blocks(audio: bytes, layout: WavLayout) -> Iterator[Samples]:
    for first in range(0, layout.frames, _BLOCK_FRAMES):
        yield decode_frames(audio, layout, first, min(first + _BLOCK_FRAMES, layout.frames))


def _describe_compressed(audio: bytes) -> AudioFacts:
    with _open(audio) as file:
        facts = AudioFacts(
            channels=file.channels,
            sample_rate=file.samplerate,
            frames=_count(file),
            format=file.format,
            subtype=file.subtype,
        )
        promised = file.frames
    check_shape(channels=facts.channels, sample_rate=facts.sample_rate, frames=facts.frames)
    # An MP3 file's own count is an estimate; the others say exactly how long they are.
    if facts.format == "FLAC" and 0 < facts.frames < promised:
        raise InvalidInput("the audio is truncated: it ends before its header says")
    return facts


def _compressed_blocks(audio: bytes) -> Iterator[Samples]:
    describe(audio)
    with _open(audio) as file:
        for block in _read(file):
            yield np.clip(np.nan_to_num(block, nan=0.0), -1.0, 1.0)


def _rate_and_channels(audio: bytes) -> tuple[int, int]:
    if is_wav(audio):
        layout = read_wav_layout(audio)
        return layout.sample_rate, layout.channels
    with _open(audio) as file:
        return file.samplerate, file.channels


def _open(audio: bytes) -> soundfile.SoundFile:
    if not _is_compressed(audio):
        raise InvalidInput("the file is not WAV, FLAC, MP3 or Ogg")
    try:
        file = soundfile.SoundFile(io.BytesIO(audio))
    except (soundfile.SoundFileError, ValueError, TypeError, OverflowError) as error:
        raise InvalidInput("the audio cannot be decoded") from error
    if file.format not in ("FLAC", "MP3", "MPEG", "OGG"):
        file.close()
        raise InvalidInput("the file is not WAV, FLAC, MP3 or Ogg")
    check_shape(channels=file.channels, sample_rate=file.samplerate, frames=1)
    return file


def _count(file: soundfile.SoundFile) -> int:
    """Count what can be decoded; stop where it is longer than any call, for a small file may unfold without end."""
    frames = 0
    for block in _read(file):
        frames += len(block)
        if frames > MAX_DURATION_S * file.samplerate:
            break
    return frames


def _read(file: soundfile.SoundFile) -> Iterator[Samples]:
    while True:
        try:
            block: Samples = file.read(_BLOCK_FRAMES, dtype="float32", always_2d=True)
        except (soundfile.SoundFileError, ValueError, OverflowError) as error:
            raise InvalidInput("the audio cannot be decoded") from error
        if not len(block):
            return
        yield block


def _is_compressed(audio: bytes) -> bool:
    frame_sync = len(audio) > 1 and audio[0] == 0xFF and audio[1] & 0xE0 == 0xE0
    return frame_sync or audio.startswith((b"fLaC", b"OggS", b"ID3"))


def _quietest(samples: Samples) -> int:
    """Where to cut: the middle of the quietest fifth of a second near the end."""
    step = int(_QUIET_S * SPEECH_RATE)
    first = max(0, len(samples) - _QUIET_SEARCH_S * SPEECH_RATE)
    tail = samples[first : first + (len(samples) - first) // step * step].reshape(-1, step)
    return first + int(np.argmin(np.square(tail).sum(axis=1))) * step + step // 2
