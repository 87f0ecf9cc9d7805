"""The decoder: a process that is given pieces of a sound and gives back samples, inside the walls of `jail`.

It is started by `process` and speaks `wire` over its standard input and output. It imports the standard library and
its neighbours alone, is given an empty environment, and never has a name, a path or a key of whoever asked.
"""

from __future__ import annotations

import ctypes
import os
import sys

from pipeline.redaction.decoding import jail, wire
from pipeline.redaction.decoding.library import CannotDecode, OpenFile
from pipeline.redaction.decoding.wire import Failure

_IN, _OUT = 0, 1


class _Asked:
    """The sound, in pieces that are asked for, the last one kept."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._at, self._piece = 0, b""

    def read(self, at: int, count: int) -> bytes:
        taken = bytearray()
        while count > len(taken) and at + len(taken) < self.size:
            here = at + len(taken)
            if not self._at <= here < self._at + len(self._piece):
                _tell(wire.WANTED, here, wire.PIECE_BYTES)
                (length,) = wire.LENGTH.unpack(_take(wire.LENGTH.size))
                self._at, self._piece = here, _take(length)
                if not length:
                    break
            begin = here - self._at
            taken += self._piece[begin : begin + count - len(taken)]
        return bytes(taken)


def main(library: str, size: int, memory_bytes: int, cpu_s: int) -> None:
    """Decode one sound as ordered, then leave without tidying up: nothing is to be kept."""
    jail.limit(memory_bytes=memory_bytes, cpu_s=cpu_s)
    try:
        file = OpenFile(library, _Asked(size))
        jail.close_in()
        _obey(file)
    except CannotDecode:
        _tell(wire.FAILED, Failure.CANNOT_DECODE, 0)
    except MemoryError:
        _tell(wire.FAILED, Failure.NO_MEMORY, 0)
    except jail.NoWalls:
        _tell(wire.FAILED, Failure.NO_WALLS, 0)
    except (OSError, AttributeError, EOFError):
        _tell(wire.FAILED, Failure.NO_LIBRARY, 0)
    os._exit(0)


def _obey(file: OpenFile) -> None:
    try:
        frames, rate, channels, form = file.open()
    except CannotDecode:
        _tell(wire.FAILED, Failure.CANNOT_OPEN, 0)
        return
    if channels > wire.MOST_CHANNELS:
        _tell(wire.FAILED, Failure.CANNOT_OPEN, 0)
        return
    _tell(wire.OPENED, 0, 0, wire.SHAPE.pack(frames, rate, channels, form))
    samples = (ctypes.c_float * (wire.BLOCK_FRAMES * channels))()
    while True:
        order, first, count = wire.HEAD.unpack(_take(wire.HEAD.size))
        if order == wire.LEAVE:
            return
        if file.tell() != first:
            file.seek(first)
        while count and (got := file.fill(samples, min(count, wire.BLOCK_FRAMES))):
            count -= got
            size = got * channels * wire.SAMPLE_BYTES
            if order == wire.COUNT:
                _tell(wire.COUNTED, 0, got)
            else:
                _tell(wire.BLOCK, size, got, memoryview(samples).cast("B")[:size])
        _tell(wire.ENDED, 0, 0)


def _tell(kind: bytes, first: int, second: int, body: bytes | memoryview[int] = b"") -> None:
    for part in (wire.HEAD.pack(kind, first, second), body):
        view = memoryview(part)
        while len(view):
            view = view[os.write(_OUT, view) :]


def _take(count: int) -> bytes:
    taken = b""
    while len(taken) < count:
        piece = os.read(_IN, count - len(taken))
        if not piece:
            os._exit(0)  # whoever asked is gone
        taken += piece
    return taken


def start(arguments: list[str]) -> None:
    """Start with what `process` gives: the library's path, the size of the sound, bytes of memory, seconds."""
    library, *numbers = arguments
    size, memory_bytes, cpu_s = map(int, numbers)
    main(library, size, memory_bytes, cpu_s)


if __name__ == "__main__":
    start(sys.argv[1:])
