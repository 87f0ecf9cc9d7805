"""Versions on a local disk: whole files put in place at once, read back whole, and listed in order of key."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from pipeline.model.errors import IntegrityError, StoreDenied, StoreUnreachable
from pipeline.vendors.object_rules import check_key, check_prefix

_RECORD, _BODY = ".record", ".sealed"
_DENIED: Final = (errno.EACCES, errno.EPERM, errno.ELOOP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One version as its record file states it. Versions of a key sort by age."""

    version: str
    sha256: str = ""
    size_bytes: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    retain_until: datetime | None = None
    is_held: bool = False
    is_delete_marker: bool = False

    @classmethod
    def next_after(
        cls,
        records: Sequence[Record],
        *,
        sha256: str = "",
        size_bytes: int = 0,
        metadata: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        is_delete_marker: bool = False,
    ) -> Self:
        """Begin a version that follows those of its key; its id is never used again, also after a purge."""
        number = int(records[-1].version.partition("-")[0]) + 1 if records else 1
        return cls(
            version=f"{number:08d}-{secrets.token_hex(8)}",
            sha256=sha256,
            size_bytes=size_bytes,
            metadata=dict(metadata or {}),
            tags=dict(tags or {}),
            is_delete_marker=is_delete_marker,
        )

    def to_json(self) -> bytes:
        """Write it for its file."""
        until = None if self.retain_until is None else self.retain_until.isoformat()
        return json.dumps({**asdict(self), "retain_until": until}, sort_keys=True).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read its file; one that cannot be read stops the work, as it may hide a hold."""
        try:
            fields = json.loads(text)
            until = fields.pop("retain_until")
            return cls(**fields, retain_until=None if until is None else datetime.fromisoformat(until))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise IntegrityError("the record of a stored object is damaged") from error


class FilesTree:
    """The directory tree under one root. Nothing outside of it can be named."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / ".incoming"
        self._turns = root / ".turns"
        with _as_store_error("open"):
            for directory in (root, self._incoming, self._turns):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep()

    @contextmanager
    def turn(self, operation: str, key: str, *, shared: bool = False) -> Iterator[None]:
        """Hold the key against all others (shared: against writers); the disk's errors become the store's."""
        stripe = self._turns / hashlib.sha256(check_key(key).encode()).hexdigest()[:2]
        with _as_store_error(operation):
            fd = os.open(stripe, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(fd, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
                yield
            finally:
                os.close(fd)

    def records(self, key: str) -> list[Record]:
        """Read every version's record, oldest first; none for a key that is not there."""
        directory = self._root / key
        try:
            names = sorted(n for n in os.listdir(directory) if n.endswith(_RECORD))  # noqa: PTH208 - names, not paths
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [Record.from_json((directory / name).read_bytes()) for name in names]

    def read_body(self, key: str, version: str) -> bytes:
        """Read a version's sealed bytes."""
        try:
            return self._file(key, version, _BODY).read_bytes()
        except FileNotFoundError as error:
            raise IntegrityError("the bytes of a stored object are missing") from error

    def add_version(self, key: str, record: Record, body: bytes) -> None:
        """Put the bytes on disk, read them back, then make the version exist; after a failure nothing is left."""
        self.remove_orphans(key)
        try:
            self._publish(self._file(key, record.version, _BODY), body)
            if self.read_body(key, record.version) != body:
                raise IntegrityError("what was stored reads back with other bytes")
            self.write_record(key, record)
        except BaseException:
            self._file(key, record.version, _BODY).unlink(missing_ok=True)
            self.remove_empty(key)
            raise

    def write_record(self, key: str, record: Record) -> None:
        """Change a version's tags and lock at once, or make one without bytes."""
        self._publish(self._file(key, record.version, _RECORD), record.to_json())

    def remove_version(self, key: str, version: str) -> None:
        """Destroy a version: the bytes first, so that a crash in between leaves it listed."""
        self._file(key, version, _BODY).unlink(missing_ok=True)
        self._file(key, version, _RECORD).unlink(missing_ok=True)
        _fsync(self._root / key)

    def remove_orphans(self, key: str) -> None:
        """Destroy bytes whose record a crash kept from being written: they belong to no version."""
        recorded = {f".{record.version}{_BODY}" for record in self.records(key)}
        for body in (self._root / key).glob(f".*{_BODY}"):
            if body.name not in recorded:
                body.unlink(missing_ok=True)

    def remove_empty(self, key: str) -> None:
        """Remove the key's directory and those above it, as far as they are empty."""
        directory = self._root / key
        while directory != self._root:
            try:
                directory.rmdir()
                directory = directory.parent
                _fsync(directory)
            except OSError:  # not empty, or another process was faster: it stays
                return

    def keys(self, prefix: str) -> Iterator[str]:
        """Walk the keys that begin with `prefix`, in byte order, without reading what lies elsewhere."""
        above, _, _ = check_prefix(prefix).rpartition("/")
        with _as_store_error("list"):
            self._turns.stat()
            yield from self._walk(above, prefix)

    def _walk(self, above: str, prefix: str) -> Iterator[str]:
        """Give `a` before `a-b` before `a/c`, as S3 does: a directory is itself a key, and a place for longer ones."""
        lead = f"{above}/" if above else ""
        try:
            with os.scandir(self._root / above) as entries:
                names = [e.name for e in entries if e.is_dir(follow_symlinks=False) and not e.name.startswith(".")]
        except (FileNotFoundError, NotADirectoryError):
            return
        for name in sorted([*names, *(f"{name}/" for name in names)]):
            path = f"{lead}{name}"
            if name.endswith("/"):
                if path.startswith(prefix) or prefix.startswith(path):
                    yield from self._walk(path[:-1], prefix)
            elif path.startswith(prefix):
                yield path

    def _file(self, key: str, version: str, suffix: str) -> Path:
        return self._root / key / f".{version}{suffix}"

    def _publish(self, target: Path, content: bytes) -> None:
        """Write aside, force to disk, move into place: another process sees all of it or nothing."""
        temporary, fd = self._begin()
        try:
            with os.fdopen(fd, "wb", buffering=0) as file:
                rest = memoryview(content)
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(fd)
                self._place(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)

    def _begin(self) -> tuple[Path, int]:
        """Open a file aside, locked: that tells a sweep that somebody is writing. One may come before the lock does."""
        while True:
            temporary = self._incoming / secrets.token_hex(16)
            fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX)
                is_there = bool(os.fstat(fd).st_nlink)
            except BaseException:
                os.close(fd)
                raise
            if is_there:
                return temporary, fd
            os.close(fd)  # swept away

    def _place(self, temporary: Path, target: Path) -> None:
        for _ in range(100):
            self._make_directory(target.parent)
            with contextlib.suppress(FileNotFoundError):  # a purge next door removed an empty parent: make it again
                temporary.replace(target)
                _fsync(target.parent)
                return
        raise StoreUnreachable("put", reason="the directory does not stay")

    def _make_directory(self, directory: Path) -> None:
        """Make it and its parents 0700, each new one on disk in its parent."""
        if directory.is_dir():
            return
        self._make_directory(directory.parent)
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            directory.mkdir(mode=0o700)
            _fsync(directory.parent)

    def _sweep(self) -> None:
        """Remove what a killed process was writing; what is being written is locked and stays."""
        for leftover in self._incoming.iterdir():
            with contextlib.suppress(FileNotFoundError, BlockingIOError):
                fd = os.open(leftover, os.O_RDONLY | os.O_NOFOLLOW)
                try:
                    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    leftover.unlink()
                finally:
                    os.close(fd)


def _fsync(directory: Path) -> None:
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def _as_store_error(operation: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # What may be absent is looked for where it is read; a path missing anywhere else is a disk that is not there.
        reason = errno.errorcode.get(error.errno or 0, "unknown")
        if error.errno in _DENIED:
            raise StoreDenied(operation, reason=reason) from error
        raise StoreUnreachable(operation, reason=reason) from error
