"""Tenant keys in AWS KMS: one symmetric key a tenant, found by its alias, its material never outside of KMS.

Data keys come from GenerateDataKey with the encryption context that the seal is bound to, so KMS itself refuses to
open one tenant's data for another, and its own log names what was opened. The digest key is a data key too; KMS gives
no place to keep it, so its wrapped form (worth nothing without KMS) stands in the key's description.

Destroying disables the key at once and has AWS delete it after the shortest wait it allows, seven days; within them an
AWS administrator could still cancel. The alias stays until then as the tombstone. After that KMS no longer knows that
there was a key: that the tenant's name is not used again is what the tenant's row is for.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
)

from pipeline.model.errors import (
    Conflict,
    IntegrityError,
    NotFound,
    PipelineError,
    VendorBrokeContract,
    VendorRefused,
    VendorUnavailable,
)
from pipeline.model.ids import TenantId, tenant_id
from pipeline.ports.keys import WrappedKey
from pipeline.ports.transcriber import AuditMeta

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

_DESCRIPTION: Final = "Earmark tenant key; wrapped digest key: "
_DIGEST_CONTEXT: Final = {"purpose": "digest"}
_DESTROYED: Final = ("PendingDeletion", "PendingReplicaDeletion")
_WAIT_DAYS: Final = 7
_RETRYABLE: Final = (
    "ThrottlingException",
    "LimitExceededException",
    "DependencyTimeoutException",
    "KMSInternalException",
    "KeyUnavailableException",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KmsSettings:
    """Which KMS, and who asks. Without credentials boto3 looks for a role, as on EC2, ECS or EKS."""

    region: str
    endpoint_url: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    alias_prefix: str = "earmark"
    timeout_s: float = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _TenantKey:
    arn: str
    wrapped_digest_key: bytes


class KmsKeys:
    """Fills `pipeline.ports.keys.Keys` from AWS KMS."""

    def __init__(self, settings: KmsSettings) -> None:
        self.audit = AuditMeta(
            processor="aws",
            data_kind="tenant keys, and the ids that an encryption context names",
            purpose="key custody",
            region=settings.region,
            policy_url="https://aws.amazon.com/privacy/",
        )
        self._prefix = settings.alias_prefix
        self._kms: KMSClient = boto3.client(
            "kms",
            region_name=settings.region,
            endpoint_url=settings.endpoint_url,
            aws_access_key_id=settings.access_key,
            aws_secret_access_key=settings.secret_key,
            config=Config(
                retries={"total_max_attempts": 1},
                connect_timeout=settings.timeout_s,
                read_timeout=settings.timeout_s,
            ),
        )

    def create_tenant_key(self, tenant: TenantId) -> None:
        """Make the tenant's key; one that is there stays, a destroyed one is never made again (Conflict).

        The alias is set last and makes it count: of two that are made at once, the one without alias is given up.
        """
        if self._find(tenant) is None:
            self._make(tenant)
        elif self._is_destroyed(tenant):
            raise Conflict(f"the key of tenant {tenant} was destroyed and cannot be made again")

    def new_data_key(self, tenant: TenantId, context: Mapping[str, str]) -> tuple[bytes, WrappedKey]:
        """Have KMS make a data key."""
        key = self._key(tenant)
        with _as_vendor_error("GenerateDataKey", tenant):
            answer = self._kms.generate_data_key(
                KeyId=key.arn, KeySpec="AES_256", EncryptionContext=_bound(tenant, context)
            )
        return answer["Plaintext"], WrappedKey(key_id=key.arn, wrapped=answer["CiphertextBlob"])

    def unwrap(self, tenant: TenantId, wrapped: WrappedKey, context: Mapping[str, str]) -> bytes:
        """Have KMS open a data key, under this tenant's key and no other."""
        key = self._key(tenant)
        if wrapped.key_id != key.arn or not wrapped.wrapped:
            raise IntegrityError("the data key was not wrapped under this tenant's key")
        with _as_vendor_error("Decrypt", tenant):
            answer = self._kms.decrypt(
                KeyId=key.arn, CiphertextBlob=wrapped.wrapped, EncryptionContext=_bound(tenant, context)
            )
        return answer["Plaintext"]

    def digest_key(self, tenant: TenantId) -> bytes:
        """Have KMS open the tenant's key for keyed digests."""
        key = self._key(tenant)
        with _as_vendor_error("Decrypt", tenant):
            answer = self._kms.decrypt(
                KeyId=key.arn,
                CiphertextBlob=key.wrapped_digest_key,
                EncryptionContext=_bound(tenant, _DIGEST_CONTEXT),
            )
        return answer["Plaintext"]

    def destroy_tenant_key(self, tenant: TenantId) -> None:
        """Disable the key at once and schedule its deletion. A tenant that never had one gets a destroyed one."""
        if self._find(tenant) is None:
            self._make(tenant)
        if not self._is_destroyed(tenant):
            key_id = self._get(tenant)["KeyId"]
            with _as_vendor_error("ScheduleKeyDeletion", tenant):
                self._kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=_WAIT_DAYS)

    def _alias(self, tenant: TenantId) -> str:
        return f"alias/{self._prefix}/{tenant_id(tenant)}"

    def _get(self, tenant: TenantId) -> KeyMetadataTypeDef:
        with _as_vendor_error("DescribeKey", tenant):
            return self._kms.describe_key(KeyId=self._alias(tenant))["KeyMetadata"]

    def _find(self, tenant: TenantId) -> KeyMetadataTypeDef | None:
        try:
            return self._get(tenant)
        except NotFound:
            return None

    def _is_destroyed(self, tenant: TenantId) -> bool:
        return self._get(tenant)["KeyState"] in _DESTROYED

    def _key(self, tenant: TenantId) -> _TenantKey:
        found = self._get(tenant)
        if found["KeyState"] in _DESTROYED:
            raise NotFound(f"the key of tenant {tenant} was destroyed")
        if found["KeyState"] != "Enabled":
            raise VendorRefused("kms", "DescribeKey", reason="the tenant's key is not enabled")
        _, ours, kept = found.get("Description", "").partition(_DESCRIPTION)
        try:
            wrapped = base64.b64decode(kept, validate=True)
        except binascii.Error:
            ours = ""
        if not ours or not wrapped:
            raise VendorBrokeContract("kms", "DescribeKey", reason="the key's description does not hold a digest key")
        return _TenantKey(arn=found["Arn"], wrapped_digest_key=wrapped)

    def _make(self, tenant: TenantId) -> None:
        """Make a key with its digest key, then claim the alias; a key that lost the alias to another is given up."""
        with _as_vendor_error("CreateKey", tenant):
            made = self._kms.create_key(Tags=[{"TagKey": "earmark-tenant", "TagValue": tenant}])["KeyMetadata"]["KeyId"]
            wrapped = self._kms.generate_data_key_without_plaintext(
                KeyId=made, KeySpec="AES_256", EncryptionContext=_bound(tenant, _DIGEST_CONTEXT)
            )["CiphertextBlob"]
            self._kms.enable_key_rotation(KeyId=made)
            kept = base64.b64encode(wrapped).decode()
            self._kms.update_key_description(KeyId=made, Description=f"{_DESCRIPTION}{kept}")
            try:
                self._kms.create_alias(AliasName=self._alias(tenant), TargetKeyId=made)
            except self._kms.exceptions.AlreadyExistsException:
                self._kms.schedule_key_deletion(KeyId=made, PendingWindowInDays=_WAIT_DAYS)


def _bound(tenant: TenantId, context: Mapping[str, str]) -> dict[str, str]:
    return {**context, "tenant": tenant}


@contextmanager
def _as_vendor_error(operation: str, tenant: TenantId) -> Iterator[None]:
    """Run calls of boto3 and translate what they raise; KMS's own message is left out of the text."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise _translate(operation, tenant, code, status) from error
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError) as error:
        raise VendorRefused("kms", operation, reason="no credentials") from error
    except BotoCoreError as error:
        raise VendorUnavailable("kms", operation, reason=type(error).__name__) from error


def _translate(operation: str, tenant: TenantId, code: str, status: int) -> PipelineError:
    if code in ("InvalidCiphertextException", "IncorrectKeyException"):
        return IntegrityError("the data key was wrapped under another key or context, or altered")
    if code == "KMSInvalidStateException":  # destroyed between our look and the call
        return NotFound(f"the key of tenant {tenant} was destroyed")
    if code == "NotFoundException":
        return NotFound(f"tenant {tenant} has no key")
    if code in _RETRYABLE or status in (408, 429) or status >= 500:
        return VendorUnavailable("kms", operation, status=status, reason=code)
    return VendorRefused("kms", operation, status=status, reason=code)
