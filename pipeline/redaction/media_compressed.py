"""FLAC, MP3 and Ogg, decoded by libsndfile from their start to their end, a block at a time, in a process of its own.

No other format is tried, and ffmpeg is never asked. A FLAC file that holds less than it promises and an Ogg file
without its last page are refused. An MP3 file promises no length: one that was cut short is as long as what is left.
What unfolds to far more than its size, as speech never does, is refused before anything holds it whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.model.errors import InvalidInput
from pipeline.redaction.decoding import wire
from pipeline.redaction.decoding.process import Decoder
from pipeline.redaction.media_source import Sound, read_at, size_of
from pipeline.redaction.media_wav import MAX_DURATION_S, check_shape

BLOCK_FRAMES: Final = wire.BLOCK_FRAMES
_OGG: Final = b"OggS"
_OGG_HEADER_BYTES: Final = 27
_OGG_END: Final = 0x04

# libsndfile's numbers of containers and encodings (sndfile.h), with its names.
_CONTAINERS: Final = {0x170000: "FLAC", 0x230000: "MP3", 0x200000: "OGG"}
_ENCODINGS: Final = {
    0x01: "PCM_S8", 0x02: "PCM_16", 0x03: "PCM_24", 0x60: "VORBIS", 0x64: "OPUS", 0x80: "MPEG_LAYER_I",
    0x81: "MPEG_LAYER_II", 0x82: "MPEG_LAYER_III",
}  # fmt: skip
# Two hours of silence on two channels at 8 kHz, which FLAC writes in next to nothing; beyond, a hundredfold.
_FREE_BYTES: Final = 256 << 20
_MOST_UNFOLDED: Final = 100
_PCM_BYTES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Compressed:
    """A compressed file that was opened. `frames` is what its header promises; an MP3 file's is an estimate."""

    decoder: Decoder
    size: int
    format: str
    subtype: str
    channels: int
    samplerate: int
    frames: int


@contextmanager
def open_compressed(sound: Sound) -> Iterator[Compressed]:
    """Open a compressed file and check its channels and sample rate.

    Raises:
        InvalidInput: it is none, of a shape that no telephone recording has, or an Ogg file without its end; or it
            ended its decoder, or used up what that may use.
    """
    if not _is_compressed(sound):
        raise InvalidInput("the file is not WAV, FLAC, MP3 or Ogg")
    if bytes(read_at(sound, 0, 4)) == _OGG and not has_last_ogg_page(sound):
        raise InvalidInput("the audio is truncated: its last page is missing")
    with Decoder(sound) as decoder:
        shape = decoder.shape
        container, encoding = _CONTAINERS.get(shape.form & 0x0FFF0000), _ENCODINGS.get(shape.form & 0xFFFF)
        if container is None or encoding is None:
            raise InvalidInput("the file is not WAV, FLAC, MP3 or Ogg")
        check_shape(channels=shape.channels, sample_rate=shape.sample_rate, frames=1)
        yield Compressed(
            decoder=decoder,
            size=size_of(sound),
            format=container,
            subtype=encoding,
            channels=shape.channels,
            samplerate=shape.sample_rate,
            frames=shape.frames,
        )


def count_frames(file: Compressed) -> int:
    """Count what can be decoded; stop where it is longer than any call, for a small file may unfold without end.

    Raises:
        InvalidInput: it cannot be decoded, holds less than its header says, or unfolds to far more than its size.
    """
    frames, most = 0, max(_FREE_BYTES, _MOST_UNFOLDED * file.size) // (_PCM_BYTES * file.channels)
    for count in file.decoder.count():
        frames += count
        if frames > MAX_DURATION_S * file.samplerate:
            break
        if frames > most:
            raise InvalidInput("the audio unfolds to far more than its size")
    check_shape(channels=file.channels, sample_rate=file.samplerate, frames=frames)
    # An MP3 file's own count is an estimate, and an Ogg file's that of its last page, which it has.
    if file.format == "FLAC" and frames < file.frames:
        raise InvalidInput("the audio is truncated: it ends before its header says")
    return frames


def decoded_blocks(sound: Sound, *, frames: int) -> Iterator[NDArray[np.float32]]:
    """Decode a file in blocks of at most `BLOCK_FRAMES`, as `(frames, channels)` in -1..1.

    Args:
        sound: the file.
        frames: how many `count_frames` found.

    Raises:
        InvalidInput: it cannot be decoded, or is no longer as long as it was.
    """
    left = frames
    with open_compressed(sound) as file:
        for block in file.decoder.read():
            left -= len(block)
            if left < 0:
                break
            yield within_full_scale(block)
    if left:
        raise InvalidInput("the audio is no longer as long as it was")


def has_last_ogg_page(sound: Sound) -> bool:
    """Say whether the last page is whole and marked as the end of its stream (RFC 3533, section 6)."""
    at, is_end = 0, False
    while at < size_of(sound):
        head = bytes(read_at(sound, at, _OGG_HEADER_BYTES + 255))
        if len(head) < _OGG_HEADER_BYTES or not head.startswith(_OGG):
            return False
        is_end = bool(head[5] & _OGG_END)
        # The last byte of the header says how many bytes follow that each say how long a part of the page is.
        body_at = _OGG_HEADER_BYTES + head[_OGG_HEADER_BYTES - 1]
        at += body_at + sum(head[_OGG_HEADER_BYTES:body_at])
    return is_end and at == size_of(sound)


def within_full_scale(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut off, in place, what is beyond full scale; what is no number becomes silence: float files may hold both."""
    np.nan_to_num(samples, copy=False, nan=0.0)
    return np.clip(samples, -1.0, 1.0, out=samples)


def _is_compressed(sound: Sound) -> bool:
    head = bytes(read_at(sound, 0, 4))
    frame_sync = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    return frame_sync or head.startswith((b"fLaC", _OGG, b"ID3"))
