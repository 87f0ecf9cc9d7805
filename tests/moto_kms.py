"""moto's KMS, spoken to over HTTP, and the errors that KMS has and moto does not make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

from moto.core.request import Request
from moto.kms.responses import KmsResponse
from werkzeug.exceptions import HTTPException

from pipeline.vendors.kms_connect import KmsSettings

REGION = "eu-west-1"


class MotoKms(BaseHTTPRequestHandler):
    """moto's KMS behind a port of its own (moto's server mode needs Flask, which nothing else here needs)."""

    refusals: ClassVar[dict[str, tuple[str, int]]] = {}
    """Operation -> the error it is answered with, and how many calls are let through before."""
    askers: ClassVar[list[tuple[str, str]]] = []
    """Of each call: whose access key signed it, and the operation."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        self.askers.append((self.headers["Authorization"].partition("Credential=")[2].split("/")[0], operation))
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


@contextmanager
def serve_moto_kms() -> Iterator[KmsSettings]:
    """Serve moto's KMS on a port of its own."""
    with ThreadingHTTPServer(("127.0.0.1", 0), MotoKms) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        yield KmsSettings(
            region=REGION,
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            access_key="key",
            secret_key="a-secret",
        )
        server.shutdown()
