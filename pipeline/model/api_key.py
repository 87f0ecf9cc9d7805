"""Keys by which a tenant's programs speak for it: what each may do, until when, and how it is written."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId, new_id

_TEXT: Final = re.compile(r"earmark_live_([0-9a-hjkmnp-tv-z]{26})_([0-9a-f]{64})")
_LABEL: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
LONGEST_LIFE: Final = timedelta(days=730)
LONGEST_OVERLAP: Final = timedelta(days=14)
NOTED_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use of a key is known."""


class Scope(StrEnum):
    """What a key may do. None of them opens what is sealed."""

    CALLS_READ = "calls:read"
    CALLS_WRITE = "calls:write"
    """Place calls, and tell what happens on one: withdrawals, children, people who join."""
    RECORDINGS_READ = "recordings:read"
    RECORDINGS_WRITE = "recordings:write"
    RECEIPTS_READ = "receipts:read"
    REVIEWS_READ = "reviews:read"
    REVIEWS_WRITE = "reviews:write"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    SUBJECTS_READ = "subjects:read"
    SUBJECTS_WRITE = "subjects:write"
    HOLDS_READ = "holds:read"
    HOLDS_WRITE = "holds:write"
    AUDIT_READ = "audit:read"


ALL_SCOPES: Final = frozenset(Scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """One key as it stands; its secret is known to nobody here."""

    id: str
    label: str
    scopes: frozenset[Scope]
    created_by: str
    created_at: datetime
    expires_at: datetime
    replaces: str | None = None
    """The key that this one takes over from."""
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    secret_sha256: str = field(default="", repr=False)

    def is_live(self, now: datetime) -> bool:
        """Say whether it opens anything."""
        return is_live(self.expires_at, self.revoked_at, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """For whom a key speaks, and what it may do."""

    tenant: TenantId
    scopes: frozenset[Scope]
    key: str | None = None
    """Id of the key; None for the one that a tenant was taken on with."""

    @property
    def actor(self) -> str:
        """The name under which its acts stand in the audit log."""
        return f"key:{self.key}" if self.key else f"api:{self.tenant}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """A key that was just made: the text is shown once, its digest is kept."""

    id: str
    text: str = field(repr=False)
    sha256: str = field(repr=False)


def new_secret() -> NewSecret:
    """Make an id and 256 bits of secret."""
    id, secret = new_id("key"), secrets.token_hex(32)
    return NewSecret(id=id, text=f"earmark_live_{id.removeprefix('key_')}_{secret}", sha256=_digest(secret))


def read_key(text: str) -> tuple[str, str] | None:
    """Take a key's text apart: its id, and the digest of its secret; None where it is no key of this form."""
    found = _TEXT.fullmatch(text)
    return None if found is None else (f"key_{found[1]}", _digest(found[2]))


def is_same_secret(one_sha256: str, other_sha256: str) -> bool:
    """Compare two digests in a time that tells nothing of where they differ."""
    return hmac.compare_digest(one_sha256, other_sha256)


def is_live(expires_at: datetime, revoked_at: datetime | None, *, now: datetime) -> bool:
    """Say whether a key with this end opens anything."""
    return revoked_at is None and now < expires_at


def key_label(text: str) -> str:
    """Accept what a key is called. It stands in the clear, so it is a short name and no sentence.

    Raises:
        InvalidInput: not 1 to 40 of a-z, 0-9, dot, underscore and hyphen.
    """
    if not _LABEL.fullmatch(text):
        raise InvalidInput("a key is called by 1 to 40 of a-z, 0-9, dot, underscore and hyphen")
    return text


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
