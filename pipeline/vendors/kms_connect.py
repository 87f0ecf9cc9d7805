"""How AWS KMS is reached, and what its errors mean in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from pipeline.model.errors import IntegrityError, NotFound, PipelineError, VendorRefused, VendorUnavailable
from pipeline.vendors.aws_session import NOT_SIGNED_IN, asks_once, sign_in, why_not_signed_in

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

    from pipeline.model.ids import TenantId

_RETRYABLE: Final = (
    "ThrottlingException",
    "LimitExceededException",
    "DependencyTimeoutException",
    "KMSInternalException",
    "KeyUnavailableException",
    # A key that is disabled, being made, or to be deleted: only a look at its state tells which.
    "DisabledException",
    "KMSInvalidStateException",
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


def connect(settings: KmsSettings, session: boto3.Session | None = None) -> KMSClient:
    """Make a client that asks once: attempts belong to whoever repeats the step. With a session, as who has that."""
    return (session or sign_in(settings)).client(
        "kms",
        endpoint_url=settings.endpoint_url,
        config=asks_once(connect_s=settings.timeout_s, read_s=settings.timeout_s),
    )


@contextmanager
def as_vendor_error(operation: str, tenant: TenantId) -> Iterator[None]:
    """Run calls of boto3 and translate what they raise; KMS's own message is left out of the text.

    Raises:
        IntegrityError: the ciphertext was made under another key or context, or altered.
        NotFound: KMS knows no such key or alias.
        VendorUnavailable: no answer, or the key is in a state in which it cannot be used.
        VendorRefused: KMS denies it, or nobody is signed in.
    """
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise _translate(operation, tenant, code, status) from error
    except NOT_SIGNED_IN as error:
        raise VendorRefused("kms", operation, reason=why_not_signed_in(error)) from error
    except BotoCoreError as error:
        raise VendorUnavailable("kms", operation, reason=type(error).__name__) from error


def _translate(operation: str, tenant: TenantId, code: str, status: int) -> PipelineError:
    if code in ("InvalidCiphertextException", "IncorrectKeyException"):
        return IntegrityError("the data key was wrapped under another key or context, or altered")
    if code == "NotFoundException":
        return NotFound(f"tenant {tenant} has no key")
    if code in _RETRYABLE or status in (408, 429) or status >= 500:
        return VendorUnavailable("kms", operation, status=status, reason=code)
    return VendorRefused("kms", operation, status=status, reason=code)
