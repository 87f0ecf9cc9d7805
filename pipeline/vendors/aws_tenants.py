"""A session of AWS for each tenant: the operator's role, taken by `sts:AssumeRole` for one tenant at a time.

The session carries the tag `earmark-tenant`, by which the role's own policy goes (`aws:PrincipalTag/earmark-tenant`),
and a policy that names the tenant literally, so that a role that was given too much still opens nothing of another.
What may be done is for the role to say; whose things it is done to, for the session. botocore renews the credentials
before they end; nothing is asked of STS before the first call of a tenant.

No SourceIdentity is set: it names a person behind a role, and behind this one is a process, which the role's own events
in CloudTrail name. The session is named after the tenant, so that every event of S3 and KMS names it too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any, Final

import boto3
import botocore.session
from botocore.credentials import CredentialProvider, CredentialResolver, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from pipeline.model.cloud_tenants import TENANT_TAG
from pipeline.model.ids import TenantId, tenant_id
from pipeline.vendors.aws_session import (
    NOT_SIGNED_IN,
    AwsLogin,
    SessionRefused,
    SessionUnavailable,
    asks_once,
    is_skewed,
    sign_in,
)

MOST_TENANTS: Final = 128
"""Tenants whose clients a process keeps; about 1 MB and 60 ms each for S3 and KMS together (2026-11, boto3 1.44)."""

MOST_POLICY_CHARS: Final = 2048
"""What STS takes as a session's policy (AWS: "AssumeRole", parameter Policy)."""

_SECONDS: Final = 3600
"""As long as AWS lets a session last that a role takes by another role."""

type Statement = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRole:
    """The role that is taken for tenants. Without `sts_endpoint_url` the region's own STS is asked."""

    arn: str
    sts_endpoint_url: str | None = None

    @property
    def partition(self) -> str:
        """Give AWS's name of the part of the world the role is in, such as `aws` or `aws-cn`."""
        return self.arn.split(":")[1]


class TenantSessions:
    """Opens sessions, each for one tenant."""

    def __init__(self, login: AwsLogin, role: TenantRole, *, allows: Callable[[TenantId], Sequence[Statement]]) -> None:
        """Ask nothing yet.

        Args:
            login: who takes the role, and where.
            role: which.
            allows: gives the statements of a tenant's session policy.
        """
        self._role, self._region, self._allows = role, login.region, allows
        self._sts: Any = sign_in(login).client(
            "sts", endpoint_url=role.sts_endpoint_url, config=asks_once(connect_s=5, read_s=10)
        )
        # Read once: each session's own would be 20 MB of API descriptions, and 0.3 s.
        self._descriptions = botocore.session.Session().get_component("data_loader")

    def open(self, tenant: TenantId) -> boto3.Session:
        """Give a session whose clients ask as the role, for this tenant alone.

        They raise SessionRefused where STS denies it and SessionUnavailable where it gives no session, at any call.

        Raises:
            InvalidInput: no name of a tenant.
        """
        known = tenant_id(tenant)
        core = botocore.session.Session()
        core.register_component("data_loader", self._descriptions)
        core.register_component("credential_provider", CredentialResolver([_Lent(lambda: self._take(known))]))
        return boto3.Session(botocore_session=core, region_name=self._region)

    def _take(self, tenant: TenantId) -> dict[str, str]:
        """Take the role for a tenant; what goes wrong is never told as S3's or KMS's own answer."""
        policy = {"Version": "2012-10-17", "Statement": list(self._allows(tenant))}
        try:
            answer = self._sts.assume_role(
                RoleArn=self._role.arn,
                RoleSessionName=tenant,
                DurationSeconds=_SECONDS,
                Tags=[{"Key": TENANT_TAG, "Value": tenant}],
                Policy=json.dumps(policy, separators=(",", ":")),
            )
            return _credentials(answer["Credentials"])
        except ClientError as error:
            raise _translate(error) from error
        except (ResponseParserError, KeyError, TypeError, AttributeError, ValueError) as error:
            raise SessionUnavailable(reason="an answer of another shape") from error
        except NOT_SIGNED_IN as error:
            raise SessionRefused(reason="this process has no credentials") from error
        except SessionUnavailable:
            raise
        except BotoCoreError as error:
            raise SessionUnavailable(reason=type(error).__name__) from error


class PerTenant[Thing]:
    """Keeps what is made for each tenant: the least lately used of too many is given up, and made again when needed."""

    def __init__(self, make: Callable[[TenantId], Thing], *, most: int = MOST_TENANTS) -> None:
        self._made, self._lock = lru_cache(maxsize=most)(make), Lock()

    def of(self, tenant: TenantId) -> Thing:
        """Give the tenant's, one and the same to every thread."""
        with self._lock:  # without it, two threads that come first would each make one, and each take the role
            return self._made(tenant)


class _Lent(CredentialProvider):
    """Gives a session credentials that are got when they are first needed, and again before they end."""

    METHOD = TENANT_TAG

    def __init__(self, take: Callable[[], dict[str, str]]) -> None:
        super().__init__()
        self._take = take

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(refresh_using=self._take, method=self.METHOD)


def _credentials(given: Mapping[str, Any]) -> dict[str, str]:
    """Read what STS gave, in botocore's words; a part that is empty, or a session that has ended, is none."""
    ends = given["Expiration"]
    if ends <= datetime.now(UTC) + timedelta(seconds=1):
        raise SessionUnavailable(reason="a session that has ended")
    parts = {"access_key": "AccessKeyId", "secret_key": "SecretAccessKey", "token": "SessionToken"}
    found = {ours: given[theirs] for ours, theirs in parts.items()}
    if not all(isinstance(part, str) and part for part in found.values()):
        raise SessionUnavailable(reason="an answer of another shape")
    return {**found, "expiry_time": ends.isoformat()}


def _translate(error: ClientError) -> BotoCoreError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status in (408, 429) or status >= 500 or "Throttl" in code or is_skewed(error):
        return SessionUnavailable(reason=code)
    return SessionRefused(reason=code)
