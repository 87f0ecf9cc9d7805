from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from moto.core.request import Request
from moto.kms.responses import KmsResponse
from werkzeug.exceptions import HTTPException

from pipeline.model.errors import StoreError
from pipeline.vendors.kms import KmsSettings
from pipeline.vendors.s3 import S3Artifacts, S3Settings

pytest.register_assert_rewrite("tests.pipeline.vendors.contracts.artifacts", "tests.pipeline.vendors.contracts.keys")
pytest.register_assert_rewrite("tests.pipeline.vendors.contracts.notices")

NOBODY = 65534
REGION = "eu-west-1"
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


@pytest.fixture
def as_somebody_else(tmp_path: Path) -> Iterator[None]:
    """Run the test as a user who may not open `tmp_path`."""
    if os.geteuid() == 0:
        tmp_path.chmod(0o700)
        os.seteuid(NOBODY)
        yield
        os.seteuid(0)
    else:
        tmp_path.chmod(0)
        yield
        tmp_path.chmod(0o700)


def free_ports(count: int) -> list[int]:
    """Ask for ports that are free now, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class MotoKms(BaseHTTPRequestHandler):
    """moto's KMS behind a port of its own (moto's server mode needs Flask, which nothing else here needs)."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        url = f"https://kms.{REGION}.amazonaws.com/"
        request = Request.from_primitives("POST", url, dict(self.headers), body)
        try:
            status, headers, answer = KmsResponse.dispatch(request, url, request.headers)
        except HTTPException as refused:
            status, headers, answer = refused.code or 500, dict(refused.get_headers()), refused.get_body()
        content = answer.encode() if isinstance(answer, str) else answer
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() != "content-length":
                self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: pytest's output is for failures."""


@pytest.fixture(scope="session")
def moto_kms() -> Iterator[KmsSettings]:
    """Run moto's KMS for the session, spoken to over HTTP."""
    with ThreadingHTTPServer(("127.0.0.1", 0), MotoKms) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        yield KmsSettings(
            region=REGION,
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            access_key="key",
            secret_key="a-secret",
        )
        server.shutdown()


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Settings]:
    """Run a real S3 server for the session and make one bucket in it."""
    home = tmp_path_factory.mktemp("seaweedfs")
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
        endpoint_url=f"http://127.0.0.1:{ports['s3.port']}",
        access_key="owner",
        secret_key="owner-secret",
        read_timeout_s=20,
        processor=None,
    )
    command = [
        str(Path(sysconfig.get_path("scripts")) / "weed"), "server", f"-dir={home}", "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1", "-s3", f"-s3.config={home / 's3.json'}", "-volume.max=300",
        "-master.volumeSizeLimitMB=64", "-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]  # fmt: skip
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
