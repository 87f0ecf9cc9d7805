from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from moto.core.request import Request
from moto.kms.responses import KmsResponse
from werkzeug.exceptions import HTTPException

from pipeline.vendors.kms_connect import KmsSettings
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

    refusals: ClassVar[dict[str, tuple[str, int]]] = {}
    """Operation -> the error it is answered with, and how many calls are let through before."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        if operation in self.refusals:
            code, let_through = self.refusals[operation]
            if let_through == 0:
                self._answer(400, {"Content-Type": "application/x-amz-json-1.1"}, f'{{"__type": "{code}"}}'.encode())
                return
            self.refusals[operation] = code, let_through - 1
        url = f"https://kms.{REGION}.amazonaws.com/"
        request = Request.from_primitives("POST", url, dict(self.headers), body)
        try:
            status, headers, answer = KmsResponse.dispatch(request, url, request.headers)
        except HTTPException as refused:
            status, headers, answer = refused.code or 500, dict(refused.get_headers()), refused.get_body()
        self._answer(status, headers, answer.encode() if isinstance(answer, str) else answer)

    def _answer(self, status: int, headers: Mapping[str, object], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() != "content-length":
                self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: pytest's output is for failures."""


@contextmanager
def kms_answers(operation: str, code: str, *, after: int = 0) -> Iterator[None]:
    """Have KMS answer an operation with an error that moto does not make, as KMS tells it."""
    MotoKms.refusals[operation] = code, after
    try:
        yield
    finally:
        del MotoKms.refusals[operation]


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
