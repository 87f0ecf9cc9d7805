"""A real S3 server on this machine, for tests and benchmarks."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.model.errors import StoreError
from pipeline.vendors.s3 import S3Artifacts, S3Settings

UP_WITHIN_S = 90
LISTENERS = (
    "s3.port",
    "s3.port.grpc",
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
)


def free_ports(count: int) -> list[int]:
    """Ask for ports that are free now, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def prepare_seaweedfs(home: Path, *, address: str = "127.0.0.1") -> tuple[S3Settings, list[str]]:
    """Write the server's settings into a folder; give how to reach it at an address and the command that starts it."""
    ports = dict(zip(LISTENERS, free_ports(len(LISTENERS)), strict=True))
    owner = {
        "name": "owner",
        "credentials": [{"accessKey": "owner", "secretKey": "owner-secret"}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (home / "s3.json").write_text(json.dumps({"identities": [owner]}))
    settings = S3Settings(
        bucket="vault",
        region="us-east-1",
        endpoint_url=f"http://{address}:{ports['s3.port']}",
        access_key="owner",
        secret_key="owner-secret",
        read_timeout_s=20,
        processor=None,
    )
    command = [
        str(Path(sysconfig.get_path("scripts")) / "weed"), "server", f"-dir={home}", f"-ip={address}",
        f"-ip.bind={address}", "-s3", f"-s3.config={home / 's3.json'}", "-volume.max=300",
        "-master.volumeSizeLimitMB=64", "-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]  # fmt: skip
    return settings, command


TENANT_ROLE = "arn:aws:iam::000000000000:role/tenant"
"""A role that may be taken where the server is its own STS; the role itself may read and write every tenant's."""


def let_roles_be_taken(home: Path) -> list[str]:
    """Write a role that the server gives sessions of, and a user who may take it; give what its command needs besides.

    The user `process` may by itself do what a worker may by `infra/cloud`: nothing under `tenants/`. The server holds a
    session to its role and to the session's own policy. Tags of a session it does not know (4.48, 2026-11).
    """
    users = json.loads((home / "s3.json").read_text())
    process = {"name": "process", "credentials": [{"accessKey": "process", "secretKey": "process-secret"}]}
    rights = [f"Admin:vault/{place}/*" for place in ("audit", "ledger", "kept", "readiness")]
    users["identities"].append({**process, "actions": rights})
    (home / "s3.json").write_text(json.dumps(users))
    objects = {"Action": ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*"], "Resource": "arn:aws:s3:::*/tenants/*"}
    names = {"Action": ["s3:ListBucket", "s3:ListBucketVersions"], "Resource": "arn:aws:s3:::*"}
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in (objects, names)]}
    takers = {"AWS": [f"arn:aws:iam::000000000000:user/{name}" for name in ("owner", "process")]}
    trust = {"Effect": "Allow", "Principal": takers, "Action": "sts:AssumeRole"}
    role = {
        "roleName": "tenant",
        "roleArn": TENANT_ROLE,
        "trustPolicy": {"Version": "2012-10-17", "Statement": [trust]},
        "attachedPolicies": ["tenant"],
    }
    known = {
        "sts": {
            "tokenDuration": "1h",
            "maxSessionLength": "12h",
            "issuer": "seaweedfs",
            "signingKey": base64.b64encode(b"k" * 32).decode(),
        },
        "policy": {"defaultEffect": "Deny", "storeType": "memory"},
        "policies": [{"name": "tenant", "document": allowed}],
        "roles": [role],
    }
    (home / "iam.json").write_text(json.dumps(known))
    return [f"-s3.iam.config={home / 'iam.json'}"]


@contextmanager
def serve_seaweedfs(home: Path, *, with_roles: bool = False) -> Iterator[S3Settings]:
    """Run the server and make one bucket in it; with roles it is an STS too."""
    settings, command = prepare_seaweedfs(home)
    command += let_roles_be_taken(home) if with_roles else []
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=home)
    try:
        wait_for_bucket(settings, server)
        yield settings
    finally:
        server.kill()  # a graceful stop takes 25 s, and nothing of it is kept
        server.wait(30)


def wait_for_bucket(settings: S3Settings, server: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + UP_WITHIN_S
    while True:
        try:
            return S3Artifacts(settings).create_bucket()
        except StoreError:
            if server.poll() is not None or time.monotonic() > give_up_at:
                raise
            time.sleep(0.2)
