"""Where the samples of a WAV file lie, found by reading its RIFF chunks ourselves.

One reading of the header serves decoding, muting and checking, so the samples that are silenced are the samples that
were heard. What two readers could read differently (a second `data` chunk, lengths that do not fit) is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline.model.errors import InvalidInput
from pipeline.redaction.media_source import Sound, read_at, size_of

MIN_RATE: Final = 8_000
MAX_RATE: Final = 48_000
MAX_CHANNELS: Final = 20
# The longest recording Twilio makes.
MAX_DURATION_S: Final = 24 * 3600

# A file of more chunks than this was made to keep its reader busy.
_MAX_CHUNKS: Final = 100_000
# As much of a fmt chunk as any encoding of ours takes.
_FORM_BYTES: Final = 40

_PCM: Final = 0x0001
_FLOAT: Final = 0x0003
_ALAW: Final = 0x0006
_MULAW: Final = 0x0007
_EXTENSIBLE: Final = 0xFFFE
# The last fourteen bytes of every sub-format GUID that stands for a plain format tag (RFC 2361).
_PLAIN_GUID: Final = bytes.fromhex("000000001000800000aa00389b71")


class Encoding(StrEnum):
    """How one sample is written; the names are those of libsndfile."""

    PCM_U8 = "PCM_U8"
    PCM_16 = "PCM_16"
    PCM_24 = "PCM_24"
    PCM_32 = "PCM_32"
    FLOAT = "FLOAT"
    DOUBLE = "DOUBLE"
    ULAW = "ULAW"
    ALAW = "ALAW"

    @property
    def silence(self) -> int:
        """The byte that silence is made of: every byte of a silent sample is the same."""
        return _SILENCE.get(self, 0x00)


_SILENCE: Final = {Encoding.PCM_U8: 0x80, Encoding.ULAW: 0xFF, Encoding.ALAW: 0xD5}
_ENCODINGS: Final = {
    (_PCM, 8): Encoding.PCM_U8,
    (_PCM, 16): Encoding.PCM_16,
    (_PCM, 24): Encoding.PCM_24,
    (_PCM, 32): Encoding.PCM_32,
    (_FLOAT, 32): Encoding.FLOAT,
    (_FLOAT, 64): Encoding.DOUBLE,
    (_ALAW, 8): Encoding.ALAW,
    (_MULAW, 8): Encoding.ULAW,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WavLayout:
    """Frame `f` begins at byte `data_at + f * frame_bytes`; its channels follow each other, `width` bytes each."""

    encoding: Encoding
    channels: int
    sample_rate: int
    frames: int
    width: int
    data_at: int

    @property
    def frame_bytes(self) -> int:
        """How many bytes one sample of every channel takes."""
        return self.channels * self.width

    @property
    def duration_ms(self) -> int:
        """How long it lasts, rounded up to a millisecond, so that a span up to it reaches the last sample."""
        return -(-self.frames * 1000 // self.sample_rate)

    @property
    def data_end(self) -> int:
        """The first byte after the last whole frame."""
        return self.data_at + self.frames * self.frame_bytes


def is_wav(sound: Sound) -> bool:
    """Say whether the bytes begin as a RIFF WAVE file."""
    head = bytes(read_at(sound, 0, 12))
    return head[:4] == b"RIFF" and head[8:] == b"WAVE"


def read_wav_layout(sound: Sound) -> WavLayout:
    """Find the samples of a WAV file.

    Raises:
        InvalidInput: no or several `fmt ` or `data` chunks, a data chunk that promises more than is there, an unknown
            encoding, a number of channels or a sample rate out of bounds, no frames, chunks without end.
    """
    known = [chunk for chunk in _chunks(sound) if chunk[0] in (b"fmt ", b"data")]
    names = [name for name, _, _ in known]
    if names.count(b"data") > 1:
        raise InvalidInput("the WAV file has a second data chunk")
    if names != [b"fmt ", b"data"]:
        raise InvalidInput("the WAV file needs one fmt chunk, then its data chunk")
    (_, form_at, form_bytes), (_, data_at, data_bytes) = known
    if data_at + data_bytes > size_of(sound):
        raise InvalidInput("the WAV file is truncated: its data chunk promises more than is there")
    return _layout(bytes(read_at(sound, form_at, min(form_bytes, _FORM_BYTES))), data_at, data_bytes)


def read_frames(sound: Sound, layout: WavLayout, first: int, last: int) -> bytes | memoryview[int]:
    """Give the bytes of frames `first` up to and without `last`, as they stand in the file.

    Raises:
        InvalidInput: the file has become shorter than its layout says.
    """
    wanted = (last - first) * layout.frame_bytes
    raw = read_at(sound, layout.data_at + first * layout.frame_bytes, wanted)
    if len(raw) != wanted:
        raise InvalidInput("the audio ends before its header says")
    return raw


def check_shape(*, channels: int, sample_rate: int, frames: int) -> None:
    """Refuse what no telephone recording has.

    Raises:
        InvalidInput: channels, sample rate or frames out of bounds.
    """
    if channels < 1:
        raise InvalidInput("the audio has 0 channels")
    if channels > MAX_CHANNELS:
        raise InvalidInput(f"the audio has more than {MAX_CHANNELS} channels")
    if not MIN_RATE <= sample_rate <= MAX_RATE:
        raise InvalidInput(f"a sample rate of {sample_rate} Hz is outside {MIN_RATE} to {MAX_RATE}")
    if frames < 1:
        raise InvalidInput("the audio has no frames")
    if frames > MAX_DURATION_S * sample_rate:
        raise InvalidInput("the audio is longer than a day")


def wav_header(*, encoding: Encoding, channels: int, sample_rate: int, data_bytes: int) -> bytes:
    """Write the 44-byte header of a PCM WAV file of 16, 24 or 32 bits."""
    width = {Encoding.PCM_16: 2, Encoding.PCM_24: 3, Encoding.PCM_32: 4}[encoding]
    # A pad byte follows an odd data chunk; the RIFF length counts it, the chunk's own length does not.
    riff = 36 + data_bytes + data_bytes % 2
    if riff > 0xFFFFFFFF:
        raise InvalidInput("the audio is too long for a WAV file")
    block = channels * width
    form = struct.pack("<HHIIHH", _PCM, channels, sample_rate, sample_rate * block, block, width * 8)
    return (
        b"RIFF"
        + struct.pack("<I", riff)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", data_bytes)
    )


def _chunks(sound: Sound) -> Iterator[tuple[bytes, int, int]]:
    """Walk the chunks to the end of the bytes, whatever length RIFF claims: some players do."""
    at = 12
    for _ in range(_MAX_CHUNKS):
        head = read_at(sound, at, 8)
        if len(head) < 8:
            return
        name, size = struct.unpack("<4sI", head)
        yield name, at + 8, size
        at += 8 + size + size % 2
    raise InvalidInput(f"the WAV file has more than {_MAX_CHUNKS} chunks")


def _layout(form: bytes, data_at: int, data_bytes: int) -> WavLayout:
    if len(form) < 16:
        raise InvalidInput("the WAV file's fmt chunk is too short")
    tag, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", form)
    if tag == _EXTENSIBLE and len(form) >= 40 and form[26:40] == _PLAIN_GUID:
        (tag,) = struct.unpack_from("<H", form, 24)
    check_shape(channels=channels, sample_rate=rate, frames=1)
    encoding = _ENCODINGS.get((tag, bits))
    if encoding is None:
        raise InvalidInput(f"WAV encoding {tag:#06x} with {bits} bits is not one of ours")
    if block != channels * bits // 8:
        raise InvalidInput("the WAV file's frame size does not fit its channels and bits")
    frames = data_bytes // block
    check_shape(channels=channels, sample_rate=rate, frames=frames)
    return WavLayout(
        encoding=encoding, channels=channels, sample_rate=rate, frames=frames, width=bits // 8, data_at=data_at
    )
