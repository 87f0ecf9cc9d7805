"""Files that lie in a bucket, under a prefix. They are listed and read; nothing is put there and nothing deleted."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model.errors import InvalidInput, NotFound
from pipeline.ports.deposit import DepositedFile
from pipeline.ports.transcriber import AuditMeta
from pipeline.vendors.s3_connect import S3Settings, connect
from pipeline.vendors.s3_errors import as_store_error


class S3Deposit:
    """Fills `pipeline.ports.deposit.Deposit` from a bucket: AWS, or a server that speaks its API."""

    def __init__(self, settings: S3Settings, *, prefix: str = "") -> None:
        self.audit = AuditMeta(
            processor=settings.processor,
            data_kind="names of files that lie there already",
            purpose="taking in recordings",
            region=settings.region,
            policy_url="https://aws.amazon.com/privacy/" if settings.processor == "aws" else None,
        )
        self._bucket, self._prefix = settings.bucket, prefix
        self._client = connect(settings)

    def list_files(self) -> Iterator[DepositedFile]:
        """List the objects under the prefix; one whose name ends in a stroke is a folder and left out."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        with as_store_error("list", lenient=("NoSuchBucket",)) as refused:
            for page in pages:
                for one in page.get("Contents", ()):
                    if not one["Key"].endswith("/"):
                        yield DepositedFile(name=one["Key"], size_bytes=one["Size"])
        if refused.code:
            raise NotFound("there is no such bucket")

    def read(self, name: str, *, most_bytes: int) -> bytes:
        """Read one of them."""
        if not name.startswith(self._prefix):
            raise InvalidInput("the name of a file leads out of its place")
        with as_store_error("read"):
            found = self._client.get_object(Bucket=self._bucket, Key=name)
            body = found["Body"].read(most_bytes + 1)
        if len(body) > most_bytes:
            raise InvalidInput(f"a file is larger than {most_bytes} bytes")
        return body
