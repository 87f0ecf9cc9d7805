"""Who asks AWS, and with which patience.

Each client has a session of its own: boto3's shared one remembers who signed in first, and would sign in others so.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
)

SKEWED: Final = "RequestTimeTooSkewed"
_TOLERANCE: Final = timedelta(minutes=15)


class SessionRefused(BotoCoreError):
    """STS does not let this process take the role of a tenant, and will not."""

    fmt = "STS refused the role of a tenant: {reason}"


class SessionUnavailable(BotoCoreError):
    """STS was not reached, failed, or gave no session that can be used: worth another attempt."""

    fmt = "STS gave no session: {reason}"


NOT_SIGNED_IN: Final = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, SessionRefused)
"""What is raised where nobody may ask: nothing was sent."""


class AwsLogin(Protocol):
    """Who asks, and where. Without credentials boto3 looks for a role, as on EC2, ECS or EKS."""

    @property
    def region(self) -> str:
        """AWS's name of a region, such as `ap-southeast-2`."""

    @property
    def access_key(self) -> str | None:
        """Whose key."""

    @property
    def secret_key(self) -> str | None:
        """Its secret."""


def sign_in(login: AwsLogin) -> boto3.Session:
    """Open a session; nothing is asked of AWS yet."""
    return boto3.Session(
        region_name=login.region, aws_access_key_id=login.access_key, aws_secret_access_key=login.secret_key
    )


def asks_once(*, connect_s: float, read_s: float) -> Config:
    """Give the patience of a client that asks once, for attempts belong to whoever repeats the step; in seconds."""
    return Config(retries={"total_max_attempts": 1}, connect_timeout=connect_s, read_timeout=read_s)


def why_not_signed_in(error: BotoCoreError) -> str:
    """Say in few words why nobody may ask; nothing of credentials is in them."""
    return str(error) if isinstance(error, SessionRefused) else "no credentials"


def is_skewed(error: ClientError) -> bool:
    """Say whether a refusal is of our clock and not of us; it ends by itself once the clock is right.

    An answer to HEAD has no code, but it has the server's time. AWS refuses what was signed more than a quarter of an
    hour from it (S3: "Error responses", RequestTimeTooSkewed).
    """
    if error.response.get("Error", {}).get("Code") == SKEWED:
        return True
    told = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        theirs = parsedate_to_datetime(told)
    except ValueError:
        return False
    return theirs.tzinfo is not None and abs(datetime.now(UTC) - theirs) > _TOLERANCE
