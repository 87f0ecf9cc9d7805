"""Keys that never leave their keeper: a tenant's key wraps data keys, signs, and can be destroyed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pipeline.model.ids import TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedKey:
    """A data key wrapped under a tenant key; useless without the keeper."""

    key_id: str
    wrapped: bytes


class KeyState(StrEnum):
    """Whether a tenant's key opens what it wrapped: now, perhaps later, or never again."""

    USABLE = "usable"
    AWAY = "away"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantKey:
    """One of the keys that a tenant has or had. New data keys are wrapped by the present one alone."""

    key_id: str
    state: KeyState
    is_present: bool


class Keys(Protocol):
    """A keeper of tenant keys (a local file, AWS KMS).

    Raises, in every method:
        VendorUnavailable: the keeper cannot be reached, or the key cannot be used at present; never "no such key".
        VendorRefused: the keeper denies it.
    """

    def create_tenant_key(self, tenant: TenantId) -> None:
        """Make the tenant's key. Making it again changes nothing."""
        ...

    def new_data_key(self, tenant: TenantId, context: Mapping[str, str]) -> tuple[bytes, WrappedKey]:
        """Make a 32-byte data key and the same wrapped, bound to `context`.

        Raises:
            NotFound: the tenant has no key, or its key was destroyed.
        """
        ...

    def unwrap(self, tenant: TenantId, wrapped: WrappedKey, context: Mapping[str, str]) -> bytes:
        """Open a wrapped data key.

        Raises:
            NotFound: the tenant's key was destroyed.
            IntegrityError: wrapped under another key or context, or altered.
        """
        ...

    def digest_key(self, tenant: TenantId) -> bytes:
        """Give the tenant's 32-byte key for keyed digests (names of artifacts, references to numbers).

        Raises:
            NotFound: the tenant has no key, or its key was destroyed.
        """
        ...

    def list_tenant_keys(self, tenant: TenantId) -> tuple[TenantKey, ...]:
        """List the keys that the tenant has, oldest first, the present one last. A key that is away is listed too.

        Raises:
            NotFound: the tenant has no key, or its key was destroyed.
        """
        ...

    def rotate_tenant_key(self, tenant: TenantId) -> str:
        """Wrap data keys with a new key from now on, and give its id; earlier keys open what they wrapped.

        The digest key stays the same. Repeating it after a failure finishes what was begun, or rotates again.

        Raises:
            NotFound: the tenant has no key, or its key was destroyed.
        """
        ...

    def destroy_tenant_key(self, tenant: TenantId) -> None:
        """Destroy every key of the tenant: nothing sealed under them can ever be read. Repeating it changes nothing."""
        ...
