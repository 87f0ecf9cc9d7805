"""How to reach a bucket: whose, where, with which patience."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from pipeline.vendors.aws_session import asks_once, sign_in

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


def connect(settings: S3Settings, session: boto3.Session | None = None) -> S3Client:
    """Make a client that asks once and gives up in time. With a session it asks as who has that, else as `settings`."""
    spoken = Config(
        request_checksum_calculation="when_required",
        s3={"addressing_style": "path" if settings.endpoint_url else "auto"},
    )
    return (session or sign_in(settings)).client(
        "s3",
        endpoint_url=settings.endpoint_url,
        config=asks_once(connect_s=settings.connect_timeout_s, read_s=settings.read_timeout_s).merge(spoken),
    )
