from __future__ import annotations

import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from moto.core.request import Request
from moto.kms.responses import KmsResponse
from werkzeug.exceptions import HTTPException

from pipeline.vendors.kms import KmsSettings
from pipeline.vendors.s3 import S3Settings
from tests.seaweedfs import serve_seaweedfs

pytest.register_assert_rewrite("tests.pipeline.vendors.contracts.artifacts", "tests.pipeline.vendors.contracts.keys")
pytest.register_assert_rewrite("tests.pipeline.vendors.contracts.notices")

NOBODY = 65534
REGION = "eu-west-1"


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
    with serve_seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as settings:
        yield settings
