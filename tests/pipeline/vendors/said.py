"""A server that answers what it is told to, for what Twilio could say and the stand-in does not."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    authorization: str | None
    form: list[tuple[str, str]]
    at: float


@dataclass(slots=True)
class Said:
    """What a server answers, and what it was asked. `replies` (status, headers) come first, one a request."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut_at: int | None = None
    takes_s: float = 0
    replies: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    by_path: dict[str, tuple[int, object]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]

    def gaps(self) -> list[float]:
        """Seconds between one request and the next."""
        return [after.at - before.at for before, after in zip(self.asked, self.asked[1:], strict=False)]

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if self.replies:
            status, headers = self.replies.popleft()
            return status, headers, self.body
        for part, (status, document) in self.by_path.items():
            if part in path:
                return status, {"Content-Type": "application/json"}, json.dumps(document).encode()
        return self.status, self.headers, self.body


@contextmanager
def a_server(said: Said) -> Iterator[Said]:
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers["Content-Length"] or 0)
            form = parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True)
            with lock:
                said.at_once += 1
                said.most_at_once = max(said.most_at_once, said.at_once)
                said.asked.append(
                    Asked(
                        method=self.command,
                        path=self.path,
                        authorization=self.headers["Authorization"],
                        form=form,
                        at=monotonic(),
                    )
                )
                status, headers, body = said.answer(self.path)
            sleep(said.takes_s)
            with lock:
                said.at_once -= 1
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: said.cut_at])

        do_POST = do_DELETE = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        said.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=(0.01,)).start()
        yield said
        server.shutdown()
