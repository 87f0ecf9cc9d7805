"""Where sealed bytes live: put once, never changed, versioned, tagged, locked, purged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pipeline.ports.transcriber import AuditMeta


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """What the store says of one version of one object. `sha256` is of the stored (sealed) bytes, in hex."""

    key: str
    version: str
    sha256: str
    size_bytes: int
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectVersion:
    """One entry of a key's history; a delete marker has no bytes."""

    key: str
    version: str
    is_latest: bool
    is_delete_marker: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectLock:
    """What protects a version: a date it cannot be destroyed before, and whether a legal hold is on."""

    retain_until: datetime | None
    is_held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeReport:
    """What a purge did. `remaining` lists what is still there, with nothing claimed that was not looked at again."""

    key: str
    purged: tuple[ObjectVersion, ...]
    remaining: tuple[ObjectVersion, ...]

    @property
    def is_complete(self) -> bool:
        """Say whether nothing is left."""
        return not self.remaining


class Artifacts(Protocol):
    """A store of sealed bytes.

    Raises, in every method:
        StoreUnreachable: not answered, full, or failed; never taken for "absent".
        StoreDenied: refused, by credentials, lock or hold.
    """

    @property
    def audit(self) -> AuditMeta:
        """Say whose computers the bytes lie on."""
        ...

    def put_if_absent(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], tags: Mapping[str, str]
    ) -> StoredObject:
        """Write an object unless one is there; give the digest that the store has of it.

        Repeating a put with the same bytes returns the object that is there.

        Args:
            key: path of the object, `/` between parts.
            body: sealed bytes.
            metadata: ASCII names and values kept with the object, never changed.
            tags: at most ten, may be changed later.

        Raises:
            IntegrityError: what was stored has another digest than the bytes that were given.
            Conflict: other bytes are there already.
        """
        ...

    def get(self, key: str, *, version: str | None = None) -> bytes:
        """Read an object, its digest checked.

        Raises:
            NotFound: no such object, or its latest version is a delete marker.
            IntegrityError: the bytes do not have the digest they were stored with.
        """
        ...

    def head(self, key: str, *, version: str | None = None) -> StoredObject:
        """Describe an object without reading it.

        Raises:
            NotFound: no such object.
        """
        ...

    def read_tags(self, key: str) -> dict[str, str]:
        """Read the tags of the latest version.

        Raises:
            NotFound: no such object.
        """
        ...

    def write_tags(self, key: str, tags: Mapping[str, str]) -> dict[str, str]:
        """Replace the tags of every version and give them as read back.

        Raises:
            NotFound: no such object.
        """
        ...

    def lock(self, key: str, *, retain_until: datetime | None = None, hold: bool | None = None) -> ObjectLock:
        """Protect every version of the object; give the lock as read back. None leaves that half as it is.

        Raises:
            NotFound: no such object.
            StoreDenied: a date earlier than the one in force.
            IntegrityError: the store says it did it, and reads back otherwise.
        """
        ...

    def read_lock(self, key: str) -> ObjectLock:
        """Read the protection of the latest version.

        Raises:
            NotFound: no such object.
        """
        ...

    def list_versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """List every version and delete marker whose key begins with `prefix`, in order of key."""
        ...

    def purge(self, key: str) -> PurgeReport:
        """Destroy every version and delete marker of a key, then look again. Purging nothing is complete."""
        ...
