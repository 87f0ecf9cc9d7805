"""A port of its own for figures and health, for whoever watches: plain HTTP, three paths, and nothing to change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from pipeline.telemetry import metrics
from pipeline.telemetry.logs import log

type Faults = Callable[[], tuple[str, ...]]
"""Names what is wrong; nothing where all is well."""

_TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a listener answers with.

    `token` is what `/metrics` asks for as a bearer token; empty: nothing, since the port itself is the gate. `alive`
    names what keeps this process from living on, never what another machine does; `ready` what keeps it from working;
    `before` brings figures up to date that are read when they are asked for.
    """

    token: str = field(default="", repr=False)
    alive: Faults
    ready: Faults
    before: Callable[[], None] = lambda: None


class Listener:
    """Answers `/metrics`, `/healthz` and `/readyz`."""

    def __init__(self, host: str, port: int, told: Told) -> None:
        """Bind the port; 0 takes any that is free.

        Raises:
            OSError: the address cannot be listened on.
        """
        self._server = _Server((host, port), _Handler)
        self._server.told = told
        self._thread = threading.Thread(target=self._server.serve_forever, name="listener", daemon=True)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()
        log().info("metrics.listening", port=self.port)

    def close(self) -> None:
        """Answer no more."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


def is_allowed(authorization: str, token: str) -> bool:
    """Say whether a request shows the token."""
    return compare_digest(authorization.encode(), f"Bearer {token}".encode())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    told: Told

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever asked went away, and the library's own words would hold where from."""


class _Handler(BaseHTTPRequestHandler):
    timeout = 10
    server: _Server

    def do_GET(self) -> None:
        """Answer one request."""
        told = self.server.told
        if self.path == "/healthz":
            self._health(told.alive)
        elif self.path == "/readyz":
            self._health(told.ready)
        elif self.path != "/metrics":
            self._answer(HTTPStatus.NOT_FOUND, b"")
        elif told.token and not is_allowed(self.headers.get("Authorization", ""), told.token):
            self._answer(HTTPStatus.UNAUTHORIZED, b"")
        else:
            told.before()
            self._answer(HTTPStatus.OK, metrics.render(), metrics.CONTENT_TYPE)

    def version_string(self) -> str:
        """Name nothing that could be looked up."""
        return "earmark"

    def _health(self, faults: Faults) -> None:
        found = faults()
        status = HTTPStatus.SERVICE_UNAVAILABLE if found else HTTPStatus.OK
        self._answer(status, ("\n".join(found or ("ok",)) + "\n").encode())

    def _answer(self, status: HTTPStatus, body: bytes, kind: str = _TEXT) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Write no line: the library's own would hold paths."""
