"""Envelope encryption of artifacts: what enters the store is sealed, what leaves it was checked to the last byte.

Each artifact has its own data key, wrapped by the tenant's key and carried in the artifact's own header, so destroying
the tenant's key ends every copy wherever it lies. AES-256-GCM in frames of 1 MiB, so that a large recording is
encrypted in cache and not in one pass over memory.

    header   magic(8) version(1) | key id | wrapped data key | SHA-256 of the context(32)
    frame i  ciphertext(<= 1 MiB) tag(16)

A data key seals one artifact once, therefore the frame number is the nonce. Each frame is bound to the whole header,
to its number and to whether it is the last: a frame that is missing, moved, repeated or added fails as a changed byte
does. Nothing is returned before the last frame was verified.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipeline.model.errors import IntegrityError, InvalidInput
from pipeline.model.ids import TenantId
from pipeline.ports.keys import Keys, WrappedKey

FRAME_BYTES: Final = 1 << 20
_TAG_BYTES: Final = 16
_MAGIC: Final = b"EARMARK\x00"
_VERSION: Final = 1
_BROKEN: Final = "the sealed artifact was altered, cut or is not one of ours"


def seal(plaintext: bytes, *, keys: Keys, tenant: TenantId, context: Mapping[str, str]) -> bytes:
    """Encrypt under a new data key of the tenant, bound to `context`.

    Args:
        plaintext: any length, also none.
        keys: who wraps the data key.
        tenant: whose key; part of the context.
        context: what the bytes are (artifact, kind, recording); the same must be given to open them. Ids only.

    Raises:
        NotFound: the tenant has no key, or its key was destroyed.
    """
    bound = _bound(tenant, context)
    data_key, wrapped = keys.new_data_key(tenant, bound)
    header = _header(wrapped, _context_digest(bound))
    cipher, header_digest = AESGCM(data_key), hashlib.sha256(header).digest()
    source, frames = memoryview(plaintext), _frames(len(plaintext), FRAME_BYTES)
    sealed = _room(len(header) + len(plaintext) + len(frames) * _TAG_BYTES)
    sealed.write(header)
    with sealed.getbuffer() as room:
        for number, start, end in frames:
            at = len(header) + start + number * _TAG_BYTES
            cipher.encrypt_into(
                _nonce(number),
                source[start:end],
                _bond(header_digest, number, end == len(plaintext)),
                room[at : at + end - start + _TAG_BYTES],
            )
    return sealed.getvalue()


def open_sealed(sealed: bytes, *, keys: Keys, tenant: TenantId, context: Mapping[str, str]) -> bytes:
    """Decrypt what `seal` made.

    Raises:
        IntegrityError: a byte differs, bytes are missing or too many, or tenant or context are not those of sealing.
        NotFound: the tenant's key was destroyed.
    """
    bound = _bound(tenant, context)
    wrapped, context_digest, body_at = _read_header(sealed)
    if context_digest != _context_digest(bound):
        raise IntegrityError("the artifact was sealed for another tenant or context")
    cipher = AESGCM(_data_key(keys, tenant, wrapped, bound))
    header_digest = hashlib.sha256(memoryview(sealed)[:body_at]).digest()
    source = memoryview(sealed)[body_at:]
    if len(source) < _TAG_BYTES:
        raise IntegrityError(_BROKEN)
    frames = _frames(len(source), FRAME_BYTES + _TAG_BYTES)
    if len(source) - frames[-1][1] < _TAG_BYTES:
        raise IntegrityError(_BROKEN)
    plaintext = _room(len(source) - len(frames) * _TAG_BYTES)
    with plaintext.getbuffer() as room:
        for number, start, end in frames:
            at = number * FRAME_BYTES
            into = room[at : at + end - start - _TAG_BYTES]
            try:
                cipher.decrypt_into(
                    _nonce(number), source[start:end], _bond(header_digest, number, end == len(source)), into
                )
            except InvalidTag as error:
                raise IntegrityError(_BROKEN) from error
    return plaintext.getvalue()


def _bound(tenant: TenantId, context: Mapping[str, str]) -> dict[str, str]:
    if context.get("tenant", tenant) != tenant:
        raise InvalidInput("the context names another tenant")
    return {**context, "tenant": tenant}


def _context_digest(bound: Mapping[str, str]) -> bytes:
    return hashlib.sha256(json.dumps(bound, sort_keys=True, separators=(",", ":")).encode()).digest()


def _data_key(keys: Keys, tenant: TenantId, wrapped: WrappedKey, bound: Mapping[str, str]) -> bytes:
    data_key = keys.unwrap(tenant, wrapped, bound)
    if len(data_key) != 32:
        raise IntegrityError("the data key is not of 32 bytes")
    return data_key


def _header(wrapped: WrappedKey, context_digest: bytes) -> bytes:
    key_id = wrapped.key_id.encode()
    return b"".join(
        (
            _MAGIC,
            struct.pack(">BH", _VERSION, len(key_id)),
            key_id,
            struct.pack(">H", len(wrapped.wrapped)),
            wrapped.wrapped,
            context_digest,
        )
    )


def _read_header(sealed: bytes) -> tuple[WrappedKey, bytes, int]:
    """Take the header apart: the wrapped key, the context's digest, and where the frames begin."""
    try:
        at = len(_MAGIC)
        version, key_id_bytes = struct.unpack_from(">BH", sealed, at)
        at += 3
        key_id = sealed[at : at + key_id_bytes].decode()
        at += key_id_bytes
        (wrapped_bytes,) = struct.unpack_from(">H", sealed, at)
        at += 2
        wrapped = sealed[at : at + wrapped_bytes]
        at += wrapped_bytes
    except (struct.error, UnicodeDecodeError) as error:
        raise IntegrityError(_BROKEN) from error
    if sealed[: len(_MAGIC)] != _MAGIC or version != _VERSION or len(sealed) < at + 32:
        raise IntegrityError(_BROKEN)
    return WrappedKey(key_id=key_id, wrapped=wrapped), sealed[at : at + 32], at + 32


def _frames(total: int, size: int) -> list[tuple[int, int, int]]:
    """Number and bounds of each frame; nothing at all is still one empty frame, so that its absence shows."""
    starts = range(0, max(total, 1), size)
    return [(number, start, min(start + size, total)) for number, start in enumerate(starts)]


def _room(size: int) -> io.BytesIO:
    """Make room to work in place: what is written there is given out as bytes, without being copied once more."""
    room = io.BytesIO()
    if size:
        room.seek(size - 1)
        room.write(b"\0")
        room.seek(0)
    return room


def _nonce(number: int) -> bytes:
    return struct.pack(">4xQ", number)


def _bond(header_digest: bytes, number: int, is_last: bool) -> bytes:
    return header_digest + struct.pack(">Q?", number, is_last)
