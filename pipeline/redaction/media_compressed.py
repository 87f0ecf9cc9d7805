"""FLAC, MP3 and Ogg, decoded by libsndfile from their start to their end, a block at a time.

No other format is tried, and ffmpeg is never asked. A FLAC file that holds less than it promises and an Ogg file
without its last page are refused. An MP3 file promises no length: one that was cut short is as long as what is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipeline.model.errors import InvalidInput
from pipeline.redaction.media_source import Sound, SoundReader, read_at, size_of
from pipeline.redaction.media_wav import MAX_DURATION_S, check_shape

BLOCK_FRAMES: Final = 1 << 16
_FORMATS: Final = ("FLAC", "MP3", "MPEG", "OGG")
_OGG: Final = b"OggS"
_OGG_HEADER_BYTES: Final = 27
_OGG_END: Final = 0x04


@contextmanager
def open_compressed(sound: Sound) -> Iterator[soundfile.SoundFile]:
    """Open a compressed file and check its channels and sample rate.

    Raises:
        InvalidInput: it is none, of a shape that no telephone recording has, or an Ogg file without its end; or, at the
            end, the file could not be read all the way, which libsndfile takes for its end.
    """
    if not _is_compressed(sound):
        raise InvalidInput("the file is not WAV, FLAC, MP3 or Ogg")
    if bytes(read_at(sound, 0, 4)) == _OGG and not _has_last_ogg_page(sound):
        raise InvalidInput("the audio is truncated: its last page is missing")
    reader = SoundReader(sound)
    try:
        file = soundfile.SoundFile(reader)
    except (soundfile.SoundFileError, ValueError, TypeError, OverflowError) as error:
        raise InvalidInput("the audio cannot be decoded") from error
    with file:
        if file.format not in _FORMATS:
            raise InvalidInput("the file is not WAV, FLAC, MP3 or Ogg")
        check_shape(channels=file.channels, sample_rate=file.samplerate, frames=1)
        yield file
    if reader.failure is not None:
        raise InvalidInput("the audio cannot be read to its end") from reader.failure


def count_frames(file: soundfile.SoundFile) -> int:
    """Count what can be decoded; stop where it is longer than any call, for a small file may unfold without end.

    Raises:
        InvalidInput: it cannot be decoded, or holds less than its header says.
    """
    promised, frames = file.frames, 0
    for block in _read(file):
        frames += len(block)
        if frames > MAX_DURATION_S * file.samplerate:
            break
    check_shape(channels=file.channels, sample_rate=file.samplerate, frames=frames)
    # An MP3 file's own count is an estimate, and an Ogg file's that of its last page, which it has.
    if file.format == "FLAC" and frames < promised:
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
        for block in _read(file):
            left -= len(block)
            if left < 0:
                break
            yield within_full_scale(block)
    if left:
        raise InvalidInput("the audio is no longer as long as it was")


def within_full_scale(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut off, in place, what is beyond full scale; what is no number becomes silence: float files may hold both."""
    np.nan_to_num(samples, copy=False, nan=0.0)
    return np.clip(samples, -1.0, 1.0, out=samples)


def _read(file: soundfile.SoundFile) -> Iterator[NDArray[np.float32]]:
    while True:
        try:
            block: NDArray[np.float32] = file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
        except (soundfile.SoundFileError, ValueError, OverflowError) as error:
            raise InvalidInput("the audio cannot be decoded") from error
        if not len(block):
            return
        yield block


def _has_last_ogg_page(sound: Sound) -> bool:
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


def _is_compressed(sound: Sound) -> bool:
    head = bytes(read_at(sound, 0, 4))
    frame_sync = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    return frame_sync or head.startswith((b"fLaC", _OGG, b"ID3"))
