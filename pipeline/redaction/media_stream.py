"""Any sound as the WAV file that it is, or becomes when it is decoded, from its first byte to its last in pieces.

Rendering and checking go through this one reading, so that a file of three hours is never held whole, and what is
written for a compressed call is the same whether it is written to memory or to a file.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.redaction.audio import describe, encode
from pipeline.redaction.media_compressed import decoded_blocks
from pipeline.redaction.media_source import Sound, read_at, size_of
from pipeline.redaction.media_wav import Encoding, WavLayout, is_wav, read_frames, read_wav_layout, wav_header

type Piece = bytes | memoryview[int]

_PIECE_BYTES: Final = 1 << 18
_HEADER_BYTES: Final = 44


@dataclass(frozen=True, slots=True, kw_only=True)
class WavStream:
    """A WAV file that is read, or made, as it is asked for. Made by `stream_of`."""

    sound: Sound = field(repr=False)
    layout: WavLayout
    is_decoded: bool

    def head(self) -> Iterator[Piece]:
        """Give what stands before the samples."""
        if not self.is_decoded:
            yield from self._copied(0, self.layout.data_at)
            return
        layout = self.layout
        yield wav_header(
            encoding=layout.encoding,
            channels=layout.channels,
            sample_rate=layout.sample_rate,
            data_bytes=layout.frames * layout.frame_bytes,
        )

    def blocks(self) -> Iterator[tuple[int, Piece]]:
        """Give all samples as they stand in the file, whole frames with the number of the first of them.

        Raises:
            InvalidInput: the sound cannot be decoded, or is no longer as long as it was.
        """
        if self.is_decoded:
            first = 0
            for block in decoded_blocks(self.sound, frames=self.layout.frames):
                yield first, encode(block, self.layout.encoding)
                first += len(block)
            return
        first = 0
        while first < self.layout.frames:
            # Up to the next whole piece of the file: what is written in whole pieces is written fastest.
            at = self.layout.data_at + first * self.layout.frame_bytes
            step = max(1, (_PIECE_BYTES - at % _PIECE_BYTES) // self.layout.frame_bytes)
            last = min(first + step, self.layout.frames)
            yield first, read_frames(self.sound, self.layout, first, last)
            first = last

    def tail(self) -> Iterator[Piece]:
        """Give what stands after the samples."""
        if not self.is_decoded:
            yield from self._copied(self.layout.data_end, size_of(self.sound))
        elif self.layout.frames * self.layout.frame_bytes % 2:
            yield b"\0"

    def codes_at(self, spans: Sequence[tuple[int, int]]) -> Iterator[Piece]:
        """Give the samples of disjoint ascending spans of frames, one after the other; a span may come in parts."""
        if not self.is_decoded:
            yield from (read_frames(self.sound, self.layout, first, last) for first, last in spans)
            return
        width = self.layout.frame_bytes
        for start, codes in self.blocks():
            end = start + len(codes) // width
            for first, last in spans[bisect_left(spans, start, key=lambda span: span[1]) :]:
                if first >= end:
                    break
                yield codes[(max(first, start) - start) * width : (min(last, end) - start) * width]

    def _copied(self, at: int, end: int) -> Iterator[Piece]:
        while at < end and (piece := read_at(self.sound, at, min(_PIECE_BYTES, end - at))):
            yield piece
            at += len(piece)


def stream_of(sound: Sound) -> WavStream:
    """Take a WAV file as it is, and any other sound as the PCM WAV file it decodes to.

    24 bits for deep FLAC, else 16.

    Raises:
        InvalidInput: the sound cannot be decoded, or would be too long for a WAV file.
    """
    if is_wav(sound):
        return WavStream(sound=sound, layout=read_wav_layout(sound), is_decoded=False)
    facts = describe(sound)
    encoding = Encoding.PCM_24 if facts.subtype == "PCM_24" else Encoding.PCM_16
    layout = WavLayout(
        encoding=encoding,
        channels=facts.channels,
        sample_rate=facts.sample_rate,
        frames=facts.frames,
        width=3 if encoding is Encoding.PCM_24 else 2,
        data_at=_HEADER_BYTES,
    )
    stream = WavStream(sound=sound, layout=layout, is_decoded=True)
    next(stream.head())  # what is too long to be written is refused before anything is
    return stream


def to_wav(sound: bytes) -> bytes:
    """Give a WAV file as it is, and any other sound file decoded to PCM WAV.

    Raises:
        InvalidInput: the sound cannot be decoded.
    """
    if is_wav(sound):
        return sound
    stream = stream_of(sound)
    return b"".join([*stream.head(), *(codes for _, codes in stream.blocks()), *stream.tail()])
