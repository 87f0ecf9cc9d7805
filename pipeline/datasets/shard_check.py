"""Holds one shard against its rows in the index: exact to the last byte, or the rows are named that are not."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pipeline.datasets.manifest import FilePart
from pipeline.datasets.shards import BLOCK, header, padding, trailer
from pipeline.model.dataset import DatasetRow

_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong: a row by its file's name, or a file of the dataset."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{_printable(self.where)}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    name: str
    offset: int
    sha256: str


def check_shard(path: Path, part: FilePart, rows: Sequence[DatasetRow]) -> list[Fault]:
    """Check a shard; nothing is wrong only where every byte is the one that was signed for.

    Args:
        path: the shard.
        part: what the manifest says of it.
        rows: its rows in the order of the index.
    """
    if not path.is_file():
        return [_row(row.member, "missing, as its whole shard is") for row in rows]
    with path.open("rb") as file:
        if _is_exact(file, part, rows):
            return []
        faults = _diagnose(file, rows)
    return faults or [Fault(where=part.name, what="altered: not the bytes that were signed for")]


def _is_exact(file: BinaryIO, part: FilePart, rows: Sequence[DatasetRow]) -> bool:
    """Read the shard once, as the writer would have written it."""
    whole, at = hashlib.sha256(), 0
    for row in rows:
        head = file.read(BLOCK)
        whole.update(head)
        if row.offset != at + BLOCK or head != _header(row):
            return False
        own = hashlib.sha256()
        for piece in _pieces(file, row.size):
            whole.update(piece)
            own.update(piece)
        empty = file.read(padding(row.size))
        whole.update(empty)
        if own.hexdigest() != row.sha256 or any(empty):
            return False
        at = row.offset + row.size + padding(row.size)
    rest = file.read(trailer(at) + 1)
    whole.update(rest)
    is_end = rest == bytes(trailer(at)) and at + len(rest) == part.size
    return is_end and whole.hexdigest() == part.sha256 and len(rows) == part.rows


def _diagnose(file: BinaryIO, rows: Sequence[DatasetRow]) -> list[Fault]:
    """Name every row that is missing, altered, added, there twice or out of its order."""
    members = list(_walk(file, rows))
    found = {member.name: member for member in members}
    expected, taken = {row.member: row for row in rows}, {member.offset for member in members}
    faults: list[Fault] = []
    for row in rows:
        if row.member in found:
            if found[row.member].sha256 != row.sha256:
                faults.append(_row(row.member, "altered: not the bytes that the index names"))
        elif row.offset not in taken and _digest_at(file, row.offset, row.size) == row.sha256:
            faults.append(_row(row.member, "altered: its header is not the one that was written"))
        else:
            faults.append(_row(row.member, "missing"))
    seen: set[str] = set()
    for member in members:
        if member.name not in expected:
            faults.append(_row(member.name, "added: it is not in the index"))
        elif member.name in seen:
            faults.append(_row(member.name, "added: it is there twice"))
        seen.add(member.name)
    there = [name for name in dict.fromkeys(m.name for m in members) if name in expected]
    wanted = dict.fromkeys(row.member for row in rows if row.member in found)
    faults += [_row(name, "re-ordered") for name, other in zip(there, wanted, strict=True) if name != other]
    return faults


def _walk(file: BinaryIO, rows: Sequence[DatasetRow]) -> Iterator[_Member]:
    """Read the members as they stand; after a header that is none, go on where the index knows the next one."""
    starts = sorted(row.offset - BLOCK for row in rows if row.offset >= BLOCK)
    at = 0
    while True:
        file.seek(at)
        block = file.read(BLOCK)
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except (tarfile.HeaderError, ValueError, OverflowError):
            info = None
        if info is None or info.size < 0:
            following = next((start for start in starts if start > at), None)
            if following is None:
                return
            at = following
            continue
        digest = _digest_at(file, at + BLOCK, info.size)
        yield _Member(name=info.name, offset=at + BLOCK, sha256=digest)
        at += BLOCK + info.size + padding(info.size)


def _digest_at(file: BinaryIO, offset: int, size: int) -> str:
    """Digest some bytes; where there are fewer, give the digest of nothing that is in an index."""
    digest, left = hashlib.sha256(), size
    file.seek(max(offset, 0))
    for piece in _pieces(file, size):
        digest.update(piece)
        left -= len(piece)
    return digest.hexdigest() if left == 0 else ""


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    left = size
    while left > 0 and (piece := file.read(min(left, _PIECE))):
        left -= len(piece)
        yield piece


def _header(row: DatasetRow) -> bytes:
    """Give the header that the row must have; none that a file could begin with where there can be none."""
    try:
        return header(row.member, row.size)
    except (ValueError, OverflowError):
        return b""


def _row(member: str, what: str) -> Fault:
    return Fault(where=f"row {member}", what=what)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else "?" for c in text)[:200]
