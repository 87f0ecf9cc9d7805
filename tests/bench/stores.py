"""What sealing and storing cost against the least that it could: one SHA-256 pass, and a put by boto3 alone.

`python -m tests.bench.stores [--megabytes 64] [--objects 200]`: sealing as the vault does it, from file to file,
without waiting for the disk, by processor time; and objects of a megabyte into a real S3 server by the adapter and by
boto3 itself, in turns, by wall time. Only ratios within a run count.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import boto3

from pipeline.model.ids import TenantId
from pipeline.store.seal import seal
from pipeline.store.vault_names import artifact_name
from pipeline.vendors.key_file import FileKeys
from pipeline.vendors.s3 import S3Artifacts, S3Settings
from tests.seaweedfs import serve_seaweedfs

ROUNDS = 5
_TENANT = TenantId("acme")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--objects", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as name:
        _bench_sealing(Path(name), given.megabytes)
        (Path(name) / "s3").mkdir()
        with serve_seaweedfs(Path(name) / "s3") as settings:
            _bench_put(settings, given.objects)


def _bench_sealing(folder: Path, megabytes: int) -> None:
    keys = FileKeys(folder / "keys")
    keys.create_tenant_key(_TENANT)
    source, target = folder / "plain", folder / "sealed"
    source.write_bytes(os.urandom(1 << 20) * megabytes)
    plain = source.read_bytes()
    sealed = seal(plain, keys=keys, tenant=_TENANT, context={})
    name_key = keys.digest_key(_TENANT)

    def from_file_to_file() -> None:
        body = source.read_bytes()
        artifact_name(body, name_key)
        made = seal(body, keys=keys, tenant=_TENANT, context={})
        hashlib.sha256(made).hexdigest()
        target.write_bytes(made)

    parts: Mapping[str, Callable[[], object]] = {
        "one SHA-256 pass": lambda: hashlib.sha256(plain).digest(),
        "naming by content": lambda: artifact_name(plain, name_key),
        "encrypting": lambda: seal(plain, keys=keys, tenant=_TENANT, context={}),
        "digest of what is sealed": lambda: hashlib.sha256(sealed).hexdigest(),
        "a plain copy, from file to file": lambda: target.write_bytes(source.read_bytes()),
        "all, from file to file": from_file_to_file,
    }
    took = {name: _processor_seconds(part) for name, part in parts.items()}
    floor = took["one SHA-256 pass"]
    print(f"| {megabytes} MiB | MB/s | rate ÷ one SHA-256 pass |\n|---|---|---|")
    for name, seconds in took.items():
        print(f"| {name} | {megabytes * 1.048576 / seconds:.0f} | {floor / seconds:.2f} |")


def _processor_seconds(part: Callable[[], object]) -> float:
    part()
    found = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        part()
        found.append(time.process_time() - begun)
    return statistics.median(found)


def _bench_put(settings: S3Settings, objects: int) -> None:
    ours = S3Artifacts(settings)
    bare = boto3.client(
        "s3",
        region_name=settings.region,
        endpoint_url=settings.endpoint_url,
        aws_access_key_id=settings.access_key,
        aws_secret_access_key=settings.secret_key,
    )
    took: dict[str, list[float]] = {"boto3 alone": [], "the adapter": []}
    for number in range(objects):
        body = os.urandom(1 << 20)
        digest = hashlib.sha256(body).hexdigest()
        key = f"tenants/acme/2026/11/28/rec_{number}/summary/{digest}"
        begun = time.perf_counter()
        bare.put_object(Bucket=settings.bucket, Key=f"bare/{number}", Body=body)
        middle = time.perf_counter()
        ours.put_if_absent(key, body, metadata={"kind": "summary"}, tags={"tenant": "acme"})
        took["the adapter"].append(time.perf_counter() - middle)
        took["boto3 alone"].append(middle - begun)
    floor = statistics.median(took["boto3 alone"])
    print(f"\n| {objects} objects of 1 MiB | a second | rate ÷ boto3 alone |\n|---|---|---|")
    for name, each in took.items():
        print(f"| {name} | {1 / statistics.median(each):.0f} | {floor / statistics.median(each):.2f} |")


if __name__ == "__main__":
    main()
