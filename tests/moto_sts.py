"""moto's STS, spoken to over HTTP: it gives sessions, notes who asked for which, and fails as it is told to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode
from xml.etree import ElementTree

from moto.core.request import Request
from moto.sts.responses import TokenResponse

ROLE = "arn:aws:iam::123456789012:role/earmark-tenant"
"""A role of the account that moto takes everybody for."""
_URL = "https://sts.eu-west-1.amazonaws.com/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A session that was given: who asked, for what, and the access key of it."""

    asker: str
    asked: dict[str, str]
    access_key: str

    @property
    def tags(self) -> dict[str, str]:
        """Give the session's tags."""
        return {
            self.asked[f"Tags.member.{number}.Key"]: self.asked[f"Tags.member.{number}.Value"]
            for number in range(1, 51)
            if f"Tags.member.{number}.Key" in self.asked
        }

    @property
    def policy(self) -> dict[str, Any]:
        """Give the session's policy."""
        return dict(json.loads(self.asked["Policy"]))


@dataclass(slots=True)
class MotoSts:
    """The stand-in: what it gave, how long its sessions last, and what it answers instead, as status and body."""

    endpoint: str = ""
    taken: list[Taken] = field(default_factory=list)
    lasts_s: int | None = None
    says: tuple[int, bytes] | None = None
    asked: int = 0

    def refuse(self, status: int, code: str) -> None:
        """Answer with an error from now on, as STS writes it."""
        error = f"<Type>Sender</Type><Code>{code}</Code><Message>nothing to be told</Message>"
        self.says = status, f"<ErrorResponse><Error>{error}</Error></ErrorResponse>".encode()

    def whose(self, access_key: str) -> str:
        """Name the tenant that a session was taken for."""
        return next(one.tags["earmark-tenant"] for one in self.taken if one.access_key == access_key)

    def answer(self, asker: str, headers: dict[str, str], body: str) -> tuple[int, bytes]:
        """Give a session, or what it was told to say."""
        self.asked += 1
        if self.says is not None:
            return self.says
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        if self.lasts_s is not None:
            body = urlencode({**asked, "DurationSeconds": str(self.lasts_s)})
        request = Request.from_primitives("POST", _URL, headers, body.encode())
        status, _, given = TokenResponse.dispatch(request, _URL, request.headers)
        text = given.encode() if isinstance(given, str) else given
        keys = [one.text or "" for one in ElementTree.fromstring(text).iter() if one.tag.endswith("AccessKeyId")]
        self.taken.append(Taken(asker=asker, asked=asked, access_key=keys[0]))
        return status, text


@contextmanager
def serve_moto_sts() -> Iterator[MotoSts]:
    """Serve it on a port of its own."""
    sts = MotoSts()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asker = self.headers["Authorization"].partition("Credential=")[2].split("/")[0]
            status, content = sts.answer(asker, dict(self.headers), body)
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: pytest's output is for failures."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        sts.endpoint = f"http://127.0.0.1:{server.server_port}"
        try:
            yield sts
        finally:
            server.shutdown()
