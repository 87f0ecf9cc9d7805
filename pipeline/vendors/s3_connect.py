"""How to reach a bucket: whose, where, with which patience."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Settings:
    """Where the bucket is and who asks. Without credentials boto3 looks for a role, as on EC2, ECS or EKS.

    `endpoint_url` is for servers other than AWS; `prefix` ends in `/` or is empty; `processor` is the name by which
    policies list who keeps the bucket, None where nobody but the operator does.
    """

    bucket: str
    region: str
    endpoint_url: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    prefix: str = ""
    connect_timeout_s: float = 5
    read_timeout_s: float = 60
    processor: str | None = "aws"


def connect(settings: S3Settings) -> S3Client:
    """Make a client that asks once and gives up in time."""
    return boto3.client(
        "s3",
        region_name=settings.region,
        endpoint_url=settings.endpoint_url,
        aws_access_key_id=settings.access_key,
        aws_secret_access_key=settings.secret_key,
        config=Config(
            retries={"total_max_attempts": 1},
            connect_timeout=settings.connect_timeout_s,
            read_timeout=settings.read_timeout_s,
            request_checksum_calculation="when_required",
            s3={"addressing_style": "path" if settings.endpoint_url else "auto"},
        ),
    )
