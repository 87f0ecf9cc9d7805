"""Where the bytes of a sound come from: held in memory, or a file that is read in pieces.

Everything that reads sound asks for pieces by their place, so that three hours in a file need no more memory than a
minute does. A file is read and not mapped: a map counts as memory, and a file cut short under it kills the process.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline.model.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSound:
    """A sound file held open by whoever gave it. `size` is its length in bytes when it was opened."""

    descriptor: int
    size: int


type Sound = bytes | OpenSound
"""A whole sound file."""


@contextmanager
def open_sound(source: Path | BinaryIO) -> Iterator[OpenSound]:
    """Hold a sound file open; one that came open stays open, and where it stands in it does not matter.

    Raises:
        InvalidInput: it is no file, but a folder, a pipe or a device.
        OSError: it is not there or may not be read.
    """
    if isinstance(source, Path):
        with source.open("rb") as opened:
            yield _held_open(opened)
    else:
        yield _held_open(source)


def size_of(sound: Sound) -> int:
    """How many bytes it has."""
    return len(sound) if isinstance(sound, bytes) else sound.size


def read_at(sound: Sound, at: int, count: int) -> bytes | memoryview[int]:
    """Give up to `count` bytes from byte `at` on; fewer where the file ends before, without a copy from memory.

    Raises:
        OSError: the file can no longer be read.
    """
    if isinstance(sound, bytes):
        return memoryview(sound)[at : at + count]
    pieces: list[bytes] = []
    while count > 0 and (piece := os.pread(sound.descriptor, count, at)):
        pieces.append(piece)
        at, count = at + len(piece), count - len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _held_open(file: BinaryIO) -> OpenSound:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput("the audio is not a plain file")
    return OpenSound(descriptor=file.fileno(), size=status.st_size)
