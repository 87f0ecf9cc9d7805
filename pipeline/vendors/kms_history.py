"""Which KMS keys are a tenant's: the present one by its alias, and every one that it had, by numbered aliases.

    alias/<prefix>/<tenant>      the present key
    alias/<prefix>/<tenant>/<n>  its n-th key; set when a rotation claims the number, so that of two that rotate at once
                                 one alone counts, and a key that ever sealed something is always found again

A key's description holds its number and the tenant's digest key, wrapped under that very key.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.model.errors import NotFound, VendorBrokeContract
from pipeline.model.ids import TenantId, tenant_id
from pipeline.ports.keys import KeyState
from pipeline.vendors.kms_connect import as_vendor_error

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

_DESCRIPTION: Final = re.compile(r"Earmark tenant key(?: ([1-9][0-9]{0,5}))?; wrapped digest key: (.+)")
_DESTROYED: Final = ("PendingDeletion", "PendingReplicaDeletion")


@dataclass(frozen=True, slots=True, kw_only=True)
class KmsKey:
    """One KMS key as KMS tells of it. Number and digest key are None where its description is none of ours."""

    id: str
    arn: str
    kms_state: str
    number: int | None
    wrapped_digest_key: bytes | None

    @property
    def state(self) -> KeyState:
        """Say whether it can be used; whatever is neither enabled nor to be deleted may come back."""
        if self.kms_state in _DESTROYED:
            return KeyState.DESTROYED
        return KeyState.USABLE if self.kms_state == "Enabled" else KeyState.AWAY


class KmsHistory:
    """Looks up the keys of tenants; changes nothing."""

    def __init__(self, kms: KMSClient, prefix: str) -> None:
        self._kms = kms
        self._prefix = prefix

    def alias(self, tenant: TenantId, number: int | None = None) -> str:
        """Name the alias of the present key, or of the key with a number."""
        name = f"alias/{self._prefix}/{tenant_id(tenant)}"
        return name if number is None else f"{name}/{number}"

    def find(self, tenant: TenantId, number: int | None = None) -> KmsKey | None:
        """Look at the present key, or the one with a number; None: KMS knows none."""
        try:
            return self.look(tenant, self.alias(tenant, number))
        except NotFound:
            return None

    def look(self, tenant: TenantId, name: str) -> KmsKey:
        """Look at a key by its ARN or alias.

        Raises:
            NotFound: KMS knows no such key.
        """
        with as_vendor_error("DescribeKey", tenant):
            return _read(self._kms.describe_key(KeyId=name)["KeyMetadata"])

    def every(self, tenant: TenantId) -> Iterator[KmsKey]:
        """Give all keys that KMS still knows, oldest first and the present one last; a deleted one leaves a gap."""
        present = self.find(tenant)
        if present is None:
            return
        number = 1
        while True:
            key = self.find(tenant, number)
            if key is not None and key.arn != present.arn:
                yield key
            if key is None and number > number_of(present):
                break
            number += 1
        yield present


def number_of(key: KmsKey) -> int:
    """Give a key's number.

    Raises:
        VendorBrokeContract: its description is none of ours, so somebody moved the alias by hand.
    """
    if key.number is None:
        raise VendorBrokeContract("kms", "DescribeKey", reason="the key's description does not hold a digest key")
    return key.number


def describe(number: int, wrapped_digest_key: bytes) -> str:
    """Write the description of a key; that of the first is as it was before keys had numbers."""
    which = "" if number == 1 else f" {number}"
    return f"Earmark tenant key{which}; wrapped digest key: {base64.b64encode(wrapped_digest_key).decode()}"


def _read(found: KeyMetadataTypeDef) -> KmsKey:
    parts = _DESCRIPTION.fullmatch(found.get("Description", ""))
    wrapped = None
    if parts is not None:
        try:
            wrapped = base64.b64decode(parts[2], validate=True) or None
        except binascii.Error:
            wrapped = None
    number = int(parts[1] or 1) if parts is not None and wrapped is not None else None
    return KmsKey(
        id=found["KeyId"], arn=found["Arn"], kms_state=found["KeyState"], number=number, wrapped_digest_key=wrapped
    )
