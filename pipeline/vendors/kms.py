"""Tenant keys in AWS KMS: symmetric keys of each tenant's own, their material never outside of KMS.

Data keys come from GenerateDataKey with the encryption context that the seal is bound to, so KMS itself refuses to
open one tenant's data for another, IAM can refuse kinds, and KMS's own log names what was opened. The digest key is a
data key too; KMS gives no place to keep it, so its wrapped form (worth nothing without KMS) stands in a key's
description.

Rotating makes another KMS key, wraps the digest key under it and moves the alias; a wrapped data key says which key
wrapped it, and that one goes on opening it. AWS's own yearly rotation of the material is on beside that.

Destroying disables every key the tenant had at once and has AWS delete them after the shortest wait it allows, seven
days; within them an AWS administrator could still cancel. The alias stays until then as the tombstone. After that KMS
no longer knows that there was a key: that the tenant's name is not used again is what the tenant's row is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import ClientError

from pipeline.model.cloud_tenants import TENANT_TAG
from pipeline.model.errors import Conflict, IntegrityError, NotFound, VendorUnavailable
from pipeline.ports.keys import KeyState, TenantKey, WrappedKey
from pipeline.ports.transcriber import AuditMeta
from pipeline.vendors.kms_connect import KmsSettings, as_vendor_error, connect
from pipeline.vendors.kms_history import KmsHistory, KmsKey, describe, number_of

if TYPE_CHECKING:
    from pipeline.model.ids import TenantId

_DIGEST_CONTEXT: Final = {"purpose": "digest"}
_WAIT_DAYS: Final = 7


class KmsKeys:
    """Fills `pipeline.ports.keys.Keys` from AWS KMS."""

    def __init__(self, settings: KmsSettings, session: boto3.Session | None = None) -> None:
        self.audit = audit_of(settings)
        self._kms = connect(settings, session)
        self._history = KmsHistory(self._kms, settings.alias_prefix)
        # A key that was once a tenant's never becomes another's, so what was found to be stays true.
        self._owned: set[tuple[TenantId, str]] = set()

    def create_tenant_key(self, tenant: TenantId) -> None:
        """Make the tenant's key; one that is there stays, a destroyed one is never made again (Conflict).

        The alias is set last and makes it count: of two that are made at once, the one without alias is given up.
        """
        found = self._history.find(tenant)
        if found is None:
            self._make(tenant)
        elif found.state is KeyState.DESTROYED:
            raise Conflict(f"the key of tenant {tenant} was destroyed and cannot be made again")

    def new_data_key(self, tenant: TenantId, context: Mapping[str, str]) -> tuple[bytes, WrappedKey]:
        """Have KMS make a data key under the present key."""
        key = self._present(tenant)
        with as_vendor_error("GenerateDataKey", tenant):
            answer = self._kms.generate_data_key(
                KeyId=key.arn, KeySpec="AES_256", EncryptionContext=_bound(tenant, context)
            )
        return answer["Plaintext"], WrappedKey(key_id=key.arn, wrapped=answer["CiphertextBlob"])

    def unwrap(self, tenant: TenantId, wrapped: WrappedKey, context: Mapping[str, str]) -> bytes:
        """Have KMS open a data key, under the key that wrapped it, which must be one of this tenant's."""
        present = self._present(tenant)
        is_ours = wrapped.key_id == present.arn or self._has_owned(tenant, wrapped.key_id)
        if not is_ours or not wrapped.wrapped:
            raise IntegrityError("the data key was not wrapped under this tenant's key")
        return self._decrypt(tenant, wrapped.key_id, wrapped.wrapped, context)

    def digest_key(self, tenant: TenantId) -> bytes:
        """Have KMS open the tenant's key for keyed digests, which stays the same through every rotation."""
        key = self._present(tenant)
        return self._decrypt(tenant, key.arn, key.wrapped_digest_key or b"", _DIGEST_CONTEXT)

    def list_tenant_keys(self, tenant: TenantId) -> tuple[TenantKey, ...]:
        """Look at every key that the tenant had and KMS still knows; the present one stands last."""
        self._present(tenant, is_to_be_used=False)
        every = tuple(self._history.every(tenant))
        return tuple(
            TenantKey(key_id=key.arn, state=key.state, is_present=index == len(every) - 1)
            for index, key in enumerate(every)
        )

    def rotate_tenant_key(self, tenant: TenantId) -> str:
        """Make the next key, claim its number, and move the alias to it.

        A rotation that was cut off after it claimed its number is finished, and nothing new is begun.
        """
        present = self._present(tenant)
        number = number_of(present)
        if number == 1:
            self._claim(tenant, 1, present.id)
        following = self._history.find(tenant, number + 1) or self._follow(tenant, present)
        if following.state is not KeyState.USABLE:
            raise VendorUnavailable("kms", "DescribeKey", reason="the key that follows is not enabled")
        with as_vendor_error("UpdateAlias", tenant):
            self._kms.update_alias(AliasName=self._history.alias(tenant), TargetKeyId=following.id)
        if self._history.look(tenant, present.arn).state is KeyState.DESTROYED:
            self._schedule_deletion(tenant, following.id)
            raise NotFound(f"the key of tenant {tenant} was destroyed")
        return following.arn

    def destroy_tenant_key(self, tenant: TenantId) -> None:
        """Disable every key at once and schedule their deletion. A tenant that never had one gets a destroyed one.

        The present key goes last, so that what was cut off in between is done to its end by repeating it.
        """
        if self._history.find(tenant) is None:
            self._make(tenant)
        while living := [key for key in self._history.every(tenant) if key.state is not KeyState.DESTROYED]:
            for key in living:
                self._schedule_deletion(tenant, key.id)

    def _present(self, tenant: TenantId, *, is_to_be_used: bool = True) -> KmsKey:
        found = self._history.find(tenant)
        if found is None:
            raise NotFound(f"tenant {tenant} has no key")
        if found.state is KeyState.DESTROYED:
            raise NotFound(f"the key of tenant {tenant} was destroyed")
        if found.state is KeyState.AWAY and is_to_be_used:
            raise VendorUnavailable("kms", "DescribeKey", reason="the tenant's key is not enabled")
        number_of(found)
        return found

    def _has_owned(self, tenant: TenantId, key_id: str) -> bool:
        if (tenant, key_id) not in self._owned:
            self._owned |= {(tenant, key.arn) for key in self._history.every(tenant)}
        return (tenant, key_id) in self._owned

    def _decrypt(self, tenant: TenantId, arn: str, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        try:
            with as_vendor_error("Decrypt", tenant):
                answer = self._kms.decrypt(KeyId=arn, CiphertextBlob=wrapped, EncryptionContext=_bound(tenant, context))
        except VendorUnavailable as error:
            # KMS has one answer for a key that is disabled for an hour and for one that is destroyed.
            is_of_state = error.reason == "KMSInvalidStateException"
            if is_of_state and self._history.look(tenant, arn).state is KeyState.DESTROYED:
                raise NotFound(f"the key of tenant {tenant} was destroyed") from error
            raise
        return answer["Plaintext"]

    def _make(self, tenant: TenantId) -> None:
        """Make a key with its digest key, then claim the alias; a key that lost the alias to another is given up."""
        made = self._create(tenant)
        with as_vendor_error("GenerateDataKeyWithoutPlaintext", tenant):
            wrapped = self._kms.generate_data_key_without_plaintext(
                KeyId=made, KeySpec="AES_256", EncryptionContext=_bound(tenant, _DIGEST_CONTEXT)
            )["CiphertextBlob"]
            self._kms.update_key_description(KeyId=made, Description=describe(1, wrapped))
        if not self._claim(tenant, None, made):
            self._give_up(made)

    def _follow(self, tenant: TenantId, present: KmsKey) -> KmsKey:
        """Make the key after the present one; where another rotation claimed the number meanwhile, its key counts."""
        number, made = number_of(present) + 1, self._create(tenant)
        bound = _bound(tenant, _DIGEST_CONTEXT)
        with as_vendor_error("ReEncrypt", tenant):
            wrapped = self._kms.re_encrypt(
                CiphertextBlob=present.wrapped_digest_key or b"",
                SourceKeyId=present.arn,
                SourceEncryptionContext=bound,
                DestinationKeyId=made,
                DestinationEncryptionContext=bound,
            )["CiphertextBlob"]
            self._kms.update_key_description(KeyId=made, Description=describe(number, wrapped))
        if not self._claim(tenant, number, made):
            self._give_up(made)
        following = self._history.find(tenant, number)
        if following is None:
            raise VendorUnavailable("kms", "DescribeKey", reason="the key that was just made is not seen yet")
        return following

    def _create(self, tenant: TenantId) -> str:
        with as_vendor_error("CreateKey", tenant):
            made = self._kms.create_key(Tags=[{"TagKey": TENANT_TAG, "TagValue": tenant}])["KeyMetadata"]["KeyId"]
            self._kms.enable_key_rotation(KeyId=made)
        return made

    def _claim(self, tenant: TenantId, number: int | None, key_id: str) -> bool:
        """Set an alias that nobody has set; False: it is taken."""
        with as_vendor_error("CreateAlias", tenant):
            try:
                self._kms.create_alias(AliasName=self._history.alias(tenant, number), TargetKeyId=key_id)
            except self._kms.exceptions.AlreadyExistsException:
                return False
        return True

    def _give_up(self, key_id: str) -> None:
        """Have a key deleted that lost its place to another. It sealed nothing, so one that stays does no harm."""
        with suppress(ClientError):
            self._kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=_WAIT_DAYS)

    def _schedule_deletion(self, tenant: TenantId, key_id: str) -> None:
        with as_vendor_error("ScheduleKeyDeletion", tenant):
            self._kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=_WAIT_DAYS)


def audit_of(settings: KmsSettings) -> AuditMeta:
    """Say what goes to KMS."""
    return AuditMeta(
        processor="aws",
        data_kind="tenant keys, and the ids that an encryption context names",
        purpose="key custody",
        region=settings.region,
        policy_url="https://aws.amazon.com/privacy/",
    )


def _bound(tenant: TenantId, context: Mapping[str, str]) -> dict[str, str]:
    return {**context, "tenant": tenant}
