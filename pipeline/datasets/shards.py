"""Shards of a dataset: plain tar files (ustar) in WebDataset's form, whose bytes depend on nothing but what is in them.

Members are in order of name, all times are 0, all owners nobody. The files of one row stay in one shard.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pipeline.model.errors import InvalidInput

BLOCK: Final = 512
RECORD: Final = 20 * BLOCK
"""A tar file ends with at least two empty blocks, filled up to a whole record."""
MOST_BYTES: Final = 256 << 20
"""How large a shard becomes, unless one row alone is larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardFile:
    """One finished shard."""

    name: str
    sha256: str
    size: int
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a member's bytes begin."""

    shard: str
    offset: int


def shard_name(number: int) -> str:
    """Name a shard by its number, from 0."""
    return f"shard-{number:06d}.tar"


def header(name: str, size: int) -> bytes:
    """Give the one block that stands before a member's bytes."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.uid, info.gid, info.mode = size, 0, 0, 0, 0o644
    return info.tobuf(format=tarfile.USTAR_FORMAT)


def padding(size: int) -> int:
    """Count the empty bytes after a member."""
    return -size % BLOCK


def trailer(size: int) -> int:
    """Count the empty bytes after the last member of a shard whose members end at `size`."""
    return 2 * BLOCK + -(size + 2 * BLOCK) % RECORD


class ShardWriter:
    """Writes rows one after another into shards of a folder, and digests what it writes."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        """Begin; nothing is written before the first row.

        Args:
            folder: where the shards go; it has none yet.
            most_bytes: how large a shard becomes, unless one row alone is larger.
        """
        self._folder, self._most_bytes = folder, most_bytes
        self._done: list[ShardFile] = []
        self._out: BinaryIO | None = None
        self._digest, self._size, self._members, self._last = hashlib.sha256(), 0, 0, ""

    def add(self, members: Sequence[tuple[str, bytes]]) -> list[Place]:
        """Write one row's files; they must follow in order of name what is there.

        Raises:
            InvalidInput: a name that does not come after the last one.
            OSError: the shard cannot be written.
        """
        needed = sum(BLOCK + len(body) + padding(len(body)) for _, body in members)
        if self._out is not None and self._size + needed + 2 * BLOCK > self._most_bytes:
            self._finish()
        places = []
        for name, body in members:
            if name <= self._last:
                raise InvalidInput("the members of a shard come in order of their names")
            self._write(header(name, len(body)))
            places.append(Place(shard=shard_name(len(self._done)), offset=self._size))
            self._write(body)
            self._write(bytes(padding(len(body))))
            self._members, self._last = self._members + 1, name
        return places

    def close(self) -> tuple[ShardFile, ...]:
        """Finish the last shard and give them all."""
        if self._out is not None:
            self._finish()
        return tuple(self._done)

    def abandon(self) -> None:
        """Let go of the file that is open, whatever is in it."""
        if self._out is not None:
            self._out.close()
            self._out = None

    def _write(self, piece: bytes) -> None:
        if self._out is None:
            path = self._folder / shard_name(len(self._done))
            self._out = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
            self._digest, self._size, self._members = hashlib.sha256(), 0, 0
        self._out.write(piece)
        self._digest.update(piece)
        self._size += len(piece)

    def _finish(self) -> None:
        self._write(bytes(trailer(self._size)))
        if self._out is not None:
            self._out.flush()
            os.fsync(self._out.fileno())
            self._out.close()
            self._out = None
        name = shard_name(len(self._done))
        digest = self._digest.hexdigest()
        self._done.append(ShardFile(name=name, sha256=digest, size=self._size, members=self._members))
