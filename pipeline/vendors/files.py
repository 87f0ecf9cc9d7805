"""The artifact store in a local directory: the embedded default, with the promises of a locked S3 bucket.

An object's key is a directory under the root. Each version in it is one file of sealed bytes and one record (digest,
size, metadata, tags, lock); the record is written last and is what makes the version exist. Writers of one key take
turns, also across processes, on one of 256 lock files. Readable by the owner alone; nothing leaves the machine.

A date or hold is kept by this program, not by the file system: whoever may write the directory can remove files. Where
that is not enough, use S3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from pipeline.model.errors import Conflict, IntegrityError, NotFound, StoreDenied
from pipeline.ports.artifacts import ObjectLock, ObjectVersion, PurgeReport, StoredObject
from pipeline.ports.transcriber import AuditMeta
from pipeline.vendors.files_tree import FilesTree, Record
from pipeline.vendors.object_rules import check_digest, check_tag_count, whole_second


class FileArtifacts:
    """Fills `pipeline.ports.artifacts.Artifacts` from a directory."""

    audit: ClassVar = AuditMeta(
        processor=None, data_kind="sealed artifacts", purpose="storage", region="local", policy_url=None
    )

    def __init__(self, root: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._tree = FilesTree(root)
        self._now = now

    def put_if_absent(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], tags: Mapping[str, str]
    ) -> StoredObject:
        """Write an object unless one is there, on disk before it is there for anyone."""
        check_tag_count(tags)
        sha256 = hashlib.sha256(body).hexdigest()
        with self._tree.turn("put", key):
            records = self._tree.records(key)
            if records and not records[-1].is_delete_marker:
                if records[-1].sha256 != sha256:
                    raise Conflict("other bytes are stored under this key")
                return _stored(key, records[-1])
            record = Record.next_after(records, sha256=sha256, size_bytes=len(body), metadata=metadata, tags=tags)
            self._tree.add_version(key, record, body)
            return _stored(key, record)

    def get(self, key: str, *, version: str | None = None) -> bytes:
        """Read an object, its digest checked."""
        with self._tree.turn("get", key, shared=True):
            record = self._one(key, version)
            body = self._tree.read_body(key, record.version)
        check_digest(body, record.sha256)
        return body

    def head(self, key: str, *, version: str | None = None) -> StoredObject:
        """Describe an object without reading it."""
        with self._tree.turn("head", key, shared=True):
            return _stored(key, self._one(key, version))

    def read_tags(self, key: str) -> dict[str, str]:
        """Read the tags of the latest version."""
        with self._tree.turn("read tags", key, shared=True):
            return dict(self._one(key, None).tags)

    def write_tags(self, key: str, tags: Mapping[str, str]) -> dict[str, str]:
        """Replace the tags of every version."""
        check_tag_count(tags)
        with self._tree.turn("write tags", key):
            for record in self._all(key):
                self._tree.write_record(key, replace(record, tags=dict(tags)))
            return dict(self._all(key)[-1].tags)

    def lock(self, key: str, *, retain_until: datetime | None = None, hold: bool | None = None) -> ObjectLock:
        """Protect every version; a date is never brought forward, and one that has passed is refused."""
        until = None if retain_until is None else whole_second(retain_until)
        if until and until <= self._now():
            raise StoreDenied("lock", reason="the date has passed")
        with self._tree.turn("lock", key):
            records = self._all(key)
            for record in records:
                if until and record.retain_until and until < record.retain_until:
                    raise StoreDenied("lock", reason="a later date is in force")
            for record in records:
                changed = replace(
                    record,
                    retain_until=until or record.retain_until,
                    is_held=record.is_held if hold is None else hold,
                )
                self._tree.write_record(key, changed)
            shown = self._all(key)
        if any((until and r.retain_until != until) or (hold is not None and r.is_held != hold) for r in shown):
            raise IntegrityError("a lock reads back otherwise than it was set")
        return ObjectLock(retain_until=shown[-1].retain_until, is_held=shown[-1].is_held)

    def read_lock(self, key: str) -> ObjectLock:
        """Read the protection of the latest version."""
        with self._tree.turn("read lock", key, shared=True):
            record = self._one(key, None)
            return ObjectLock(retain_until=record.retain_until, is_held=record.is_held)

    def list_versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """List every version and delete marker, newest first within a key."""
        for key in self._tree.keys(prefix):
            with self._tree.turn("list", key, shared=True):
                records = self._tree.records(key)
            yield from _history(key, records)

    def purge(self, key: str) -> PurgeReport:
        """Destroy what no date and no hold protects, then look again."""
        now = self._now()
        with self._tree.turn("purge", key):
            before = self._tree.records(key)
            for record in before:
                if not record.is_held and (record.retain_until is None or record.retain_until <= now):
                    self._tree.remove_version(key, record.version)
            self._tree.remove_orphans(key)
            self._tree.remove_empty(key)
            after = self._tree.records(key)
        left = {record.version for record in after}
        return PurgeReport(
            key=key,
            purged=tuple(v for v in _history(key, before) if v.version not in left),
            remaining=tuple(_history(key, after)),
        )

    def mark_deleted(self, key: str) -> ObjectVersion:
        """Hide an object behind a delete marker, as a plain delete does in a versioned bucket: nothing is destroyed."""
        with self._tree.turn("delete", key):
            marker = Record.next_after(self._tree.records(key), is_delete_marker=True)
            self._tree.write_record(key, marker)
            return ObjectVersion(key=key, version=marker.version, is_latest=True, is_delete_marker=True)

    def _one(self, key: str, version: str | None) -> Record:
        """Find a version that has bytes: the one that is named, or the latest of all."""
        records = self._tree.records(key)
        chosen = records[-1:] if version is None else [r for r in records if r.version == version]
        if not chosen or chosen[0].is_delete_marker:
            raise NotFound("no such object, or its latest version is a delete marker")
        return chosen[0]

    def _all(self, key: str) -> list[Record]:
        records = [r for r in self._tree.records(key) if not r.is_delete_marker]
        if not records:
            raise NotFound("no such object")
        return records


def _stored(key: str, record: Record) -> StoredObject:
    return StoredObject(
        key=key,
        version=record.version,
        sha256=record.sha256,
        size_bytes=record.size_bytes,
        metadata=dict(record.metadata),
    )


def _history(key: str, records: list[Record]) -> Iterator[ObjectVersion]:
    for record in reversed(records):
        yield ObjectVersion(
            key=key,
            version=record.version,
            is_latest=record is records[-1],
            is_delete_marker=record.is_delete_marker,
        )
