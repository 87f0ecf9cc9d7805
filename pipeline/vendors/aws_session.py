"""Who asks AWS, and with which patience.

Each client has a session of its own: boto3's shared one remembers who signed in first, and would sign in others so.
"""

from __future__ import annotations

from typing import Protocol

import boto3
from botocore.config import Config


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
