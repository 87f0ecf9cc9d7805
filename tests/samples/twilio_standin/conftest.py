"""A product as small as can be: it checks signatures, answers prepared TwiML, and remembers what it was sent."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
import soundfile as sf
from twilio.request_validator import RequestValidator

from samples.scenario import Scenario, parse_scenario
from samples.twilio_standin import Account, Standin

ACCOUNT_SID = "AC" + "a" * 32
TOKEN = "token-of-the-test"


@dataclass
class Got:
    method: str
    path: str
    query: str
    params: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass
class Product:
    """`twiml[path]` is answered: text, or a function of what was sent; `status[path]` are statuses to give first."""

    twiml: dict[str, str | Callable[[Got], str]] = field(default_factory=dict)
    status: dict[str, list[int]] = field(default_factory=dict)
    got: list[Got] = field(default_factory=list)
    otherwise: Callable[[Got], str] | None = None
    base: str = ""

    def to(self, path: str) -> list[Got]:
        return [got for got in self.got if got.path == path]

    def is_signed(self, got: Got, configured_query: str | None = None) -> bool:
        query = got.query if configured_query is None else configured_query
        url = self.base + got.path + (f"?{query}" if query else "")
        return bool(RequestValidator(TOKEN).validate(url, got.params, got.headers["X-Twilio-Signature"]))


def _handler(product: Product) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            got = Got(
                self.command, path, query, dict(parse_qsl(body, keep_blank_values=True)), dict(self.headers), body
            )
            product.got.append(got)
            statuses = product.status.get(path, [])
            status = statuses.pop(0) if statuses else 200
            answer = product.twiml.get(path) or product.otherwise or ""
            text = answer(got) if callable(answer) else answer
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def product() -> Iterator[Product]:
    product = Product()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(product))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    product.base = f"http://127.0.0.1:{server.server_port}"
    yield product
    server.shutdown()
    thread.join()
    server.server_close()


Build = Callable[..., Scenario]


@pytest.fixture
def a_scenario() -> Build:
    def build(**changes: Any) -> Scenario:
        plain = {"name": "test", "tenant": "acme", "from": "+12125550143", "to": "+13035550100", "conversation_s": 6}
        return parse_scenario(plain | changes)

    return build


Media = Callable[..., Any]


@pytest.fixture
def media(twilio: Standin, account: Account) -> Media:
    """Fetch a recording as (samples, channels)."""

    def fetch(sid: str, **query: str) -> Any:
        url = f"{twilio.url}/2010-04-01/Accounts/{account.sid}/Recordings/{sid}.wav"
        answer = httpx.get(url, params=query, auth=(account.sid, account.auth_token))
        assert answer.status_code == 200
        sound, rate = sf.read(io.BytesIO(answer.content), always_2d=True, dtype="int16")
        assert rate == 8000
        return sound

    return fetch


@pytest.fixture(scope="session")
def _one_twilio() -> Iterator[Standin]:
    with Standin() as standin:
        yield standin


@pytest.fixture
def twilio(_one_twilio: Standin) -> Standin:
    _one_twilio.ledger.forget()
    return _one_twilio


@pytest.fixture
def account(twilio: Standin) -> Account:
    return twilio.add_account(Account(sid=ACCOUNT_SID, auth_token=TOKEN))
