"""Asking again without doing again: a write that carries a name is done once, and answered the same each time.

Source: draft-ietf-httpapi-idempotency-key-header-07, "The Idempotency-Key HTTP Header Field".
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from pipeline.model.errors import InvalidInput

KEPT_FOR: Final = timedelta(hours=24)
_NAME: Final = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One write of one key, by digests alone."""

    key: str
    """Id of the API key, or `first` for the one that a tenant was taken on with."""
    name_sha256: str
    request_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What a write of that name was answered with; no status while nobody knows."""

    request_sha256: str
    status: int | None
    body: bytes = field(default=b"", repr=False)


def asked(key: str, name: str, *, method: str, target: str, body: bytes) -> Asked:
    """Name a write by digests.

    Args:
        key: who asks.
        name: what the header says.
        method: of HTTP.
        target: path and query.
        body: as it came.

    Raises:
        InvalidInput: a name that is empty, too long, or has spaces or other than ASCII in it.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput("an Idempotency-Key is 1 to 200 visible ASCII characters")
    head = f"{method} {target}\n".encode()
    return Asked(key=key, name_sha256=_sha256(name.encode()), request_sha256=_sha256(head + body))


def _sha256(what: bytes) -> str:
    return hashlib.sha256(what).hexdigest()
