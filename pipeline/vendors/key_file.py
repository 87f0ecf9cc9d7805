"""Tenant keys in a local directory: the embedded default, and what a small installation may stay with.

One file a tenant, 0600 in a directory that is 0700, holding the master that wraps data keys, the masters before it, and
the key for keyed digests. A key that others may read is refused, not used. Destroying a key leaves a tombstone in its
place, so that the tenant's name can never quietly get another one. Nothing leaves the machine.
"""

from __future__ import annotations

import base64
import errno
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipeline.model.errors import Conflict, IntegrityError, NotFound, VendorRefused, VendorUnavailable
from pipeline.model.ids import TenantId, new_id, tenant_id
from pipeline.ports.keys import KeyState, TenantKey, WrappedKey
from pipeline.ports.transcriber import AuditMeta

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_DESTROYED: Final = b'{"destroyed": true}\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class _TenantKey:
    key_id: str
    master: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    earlier: Mapping[str, bytes] = field(repr=False)

    def as_file(self) -> bytes:
        """Write the key's file; one without earlier masters has the form that every release reads."""
        fields: dict[str, object] = {"version": 1, "key_id": self.key_id, "master": _text(self.master)}
        fields["digest"] = _text(self.digest)
        if self.earlier:
            fields |= {"version": 2, "earlier": {key_id: _text(master) for key_id, master in self.earlier.items()}}
        return json.dumps(fields).encode()


type _Seen = tuple[int, int, int, int, int]


class FileKeys:
    """Fills `pipeline.ports.keys.Keys` from a directory of key files."""

    audit: ClassVar = AuditMeta(
        processor=None, data_kind="tenant keys", purpose="key custody", region="local", policy_url=None
    )

    def __init__(self, path: Path) -> None:
        self._dir = path
        self._parsed: dict[TenantId, tuple[_Seen, _TenantKey | None]] = {}

    def create_tenant_key(self, tenant: TenantId) -> None:
        """Make the tenant's key; one that is there stays. A destroyed one is never made again (Conflict)."""
        with _as_vendor_error("create_tenant_key"):
            self._dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._path(tenant).exists():
                master, digest = secrets.token_bytes(_KEY_BYTES), secrets.token_bytes(_KEY_BYTES)
                fresh = _TenantKey(key_id=new_id("key"), master=master, digest=digest, earlier={})
                self._publish(tenant, fresh.as_file(), replace=False)
        if self._read(tenant) is None:
            raise Conflict(f"the key of tenant {tenant} was destroyed and cannot be made again")

    def new_data_key(self, tenant: TenantId, context: Mapping[str, str]) -> tuple[bytes, WrappedKey]:
        """Make a data key and wrap it with AES-256-GCM; the context is what the tag also covers."""
        key = self._key(tenant)
        data_key, nonce = secrets.token_bytes(_KEY_BYTES), secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(key.master).encrypt(nonce, data_key, _bond(tenant, key.key_id, context))
        return data_key, WrappedKey(key_id=key.key_id, wrapped=nonce + sealed)

    def unwrap(self, tenant: TenantId, wrapped: WrappedKey, context: Mapping[str, str]) -> bytes:
        """Open a wrapped data key."""
        key = self._key(tenant)
        nonce, sealed = wrapped.wrapped[:_NONCE_BYTES], wrapped.wrapped[_NONCE_BYTES:]
        master = key.master if wrapped.key_id == key.key_id else key.earlier.get(wrapped.key_id)
        if master is None or len(sealed) != _KEY_BYTES + 16:
            raise IntegrityError("the data key was not wrapped under this tenant's key")
        try:
            return AESGCM(master).decrypt(nonce, sealed, _bond(tenant, wrapped.key_id, context))
        except InvalidTag as error:
            raise IntegrityError("the data key was wrapped under another key or context, or altered") from error

    def digest_key(self, tenant: TenantId) -> bytes:
        """Give the tenant's key for keyed digests."""
        return self._key(tenant).digest

    def list_tenant_keys(self, tenant: TenantId) -> tuple[TenantKey, ...]:
        """List the masters of the tenant's file by their ids."""
        key = self._key(tenant)
        names = (*key.earlier, key.key_id)
        return tuple(TenantKey(key_id=n, state=KeyState.USABLE, is_present=n == key.key_id) for n in names)

    def rotate_tenant_key(self, tenant: TenantId) -> str:
        """Put a file in the key's place that has another master and all earlier ones too."""
        self._key(tenant)
        with self._alone("rotate_tenant_key"):
            key = self._key(tenant)
            earlier = {**key.earlier, key.key_id: key.master}
            master, made = secrets.token_bytes(_KEY_BYTES), new_id("key")
            self._overwrite(
                tenant, _TenantKey(key_id=made, master=master, digest=key.digest, earlier=earlier).as_file()
            )
        return made

    def destroy_tenant_key(self, tenant: TenantId) -> None:
        """Put a tombstone in the key's place, then overwrite what the key's file held.

        The overwrite is best effort: a file system that copies on write, or a backup of this directory, may keep it.
        A tenant that never had a key gets a tombstone too: nothing can be sealed for it afterwards.
        """
        with _as_vendor_error("destroy_tenant_key"):
            self._dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone("destroy_tenant_key"):
            if not self._path(tenant).exists():
                self._publish(tenant, _DESTROYED, replace=False)
            self._overwrite(tenant, _DESTROYED)

    @contextmanager
    def _alone(self, operation: str) -> Iterator[None]:
        """Hold the directory against everybody else who would replace a file of it."""
        with _as_vendor_error(operation):
            fd = os.open(self._dir, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX)
                yield
            finally:
                os.close(fd)

    def _overwrite(self, tenant: TenantId, text: bytes) -> None:
        """Replace the tenant's file, then write over what the old one held."""
        old = os.open(self._path(tenant), os.O_RDWR | os.O_NOFOLLOW)
        try:
            self._publish(tenant, text, replace=True)
            os.pwrite(old, bytes(os.fstat(old).st_size), 0)
            os.fsync(old)
        finally:
            os.close(old)

    def _path(self, tenant: TenantId) -> Path:
        return self._dir / f"{tenant_id(tenant)}.json"

    def _key(self, tenant: TenantId) -> _TenantKey:
        key = self._read(tenant)
        if key is None:
            raise NotFound(f"the key of tenant {tenant} was destroyed")
        return key

    def _read(self, tenant: TenantId) -> _TenantKey | None:
        """Read a tenant's key, None for a tombstone."""
        while True:
            with _as_vendor_error("read tenant key"):
                seen, text = self._look(tenant)
                known, key = self._parsed.get(tenant, (None, None))
                if text is None and seen == known:
                    return key
            try:
                key = _parse(tenant, text or b"")
            except IntegrityError:
                if self._is_replaced(tenant, seen):
                    continue  # a rotation wrote over the old file while it was read
                raise
            # Each use opens the file and looks at it, so that a destroyed key ends at once; parsing alone is spared.
            self._parsed[tenant] = seen, key
            return key

    def _look(self, tenant: TenantId) -> tuple[_Seen, bytes | None]:
        """Look at the tenant's file, and read it unless it is the one that was parsed last."""
        try:
            fd = os.open(self._path(tenant), os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError as error:
            raise NotFound(f"tenant {tenant} has no key") from error
        with os.fdopen(fd, "rb", buffering=0) as file:
            found = os.fstat(fd)
            if stat.S_IMODE(found.st_mode) & 0o077:
                raise VendorRefused("key file", "read tenant key", reason="others may read the file: chmod 600")
            seen = (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size)
            known, _ = self._parsed.get(tenant, (None, None))
            return seen, None if seen == known else file.read()

    def _is_replaced(self, tenant: TenantId, seen: _Seen) -> bool:
        with _as_vendor_error("read tenant key"):
            return self._path(tenant).lstat().st_ino != seen[1]

    def _publish(self, tenant: TenantId, text: bytes, *, replace: bool) -> None:
        """Put a whole file in place, on disk, or nothing; an existing one stays unless it is to be replaced."""
        temporary = self._dir / f".{tenant}.{secrets.token_hex(8)}"
        try:
            fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(fd)
            if replace:
                temporary.replace(self._path(tenant))
            else:
                try:
                    os.link(temporary, self._path(tenant))
                except FileExistsError:
                    return
            _fsync_directory(self._dir)
        finally:
            temporary.unlink(missing_ok=True)


def _parse(tenant: TenantId, text: bytes) -> _TenantKey | None:
    try:
        fields = json.loads(text)
        if fields.get("destroyed") is True:
            return None
        key = _TenantKey(
            key_id=str(fields["key_id"]),
            master=base64.b64decode(fields["master"], validate=True),
            digest=base64.b64decode(fields["digest"], validate=True),
            earlier={k: base64.b64decode(v, validate=True) for k, v in fields.get("earlier", {}).items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        # The parser's own message would quote the file, so the cause is left out.
        raise IntegrityError(f"the key file of tenant {tenant} is damaged") from None
    if any(len(part) != _KEY_BYTES for part in (key.master, key.digest, *key.earlier.values())):
        raise IntegrityError(f"the key file of tenant {tenant} is damaged")
    return key


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _bond(tenant: TenantId, key_id: str, context: Mapping[str, str]) -> bytes:
    return json.dumps([tenant, key_id, sorted(context.items())], separators=(",", ":")).encode()


def _fsync_directory(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def _as_vendor_error(operation: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = errno.errorcode.get(error.errno or 0, "unknown")
        if error.errno in (errno.EACCES, errno.EPERM, errno.ELOOP):
            raise VendorRefused("key file", operation, reason=reason) from error
        raise VendorUnavailable("key file", operation, reason=reason) from error
