"""A small identity provider on this machine, over HTTP: it keeps the protocol, or breaks it where a test says so."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwk, jws

from pipeline.model.identity import Provider

KEY = jwk.RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
CURVE = jwk.ECKey.generate_key("P-256", {"kid": "curve", "use": "sig"})
STRANGER = jwk.RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})


@dataclass
class IdentityProvider:
    """What it says and does; a test changes it."""

    issuer: str = ""
    subject: str = "subject-of-ada"
    client_id: str = "earmark"
    client_secret: str = "a:secret/of+theirs"
    now: Callable[[], float] = time.time
    claims: dict[str, Any] = field(default_factory=dict)
    """Claims to change; None takes one away."""
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """Status and body in place of the right answer, by path."""
    said: dict[str, Any] = field(default_factory=dict)
    """What it says of itself otherwise."""
    sign: Callable[[dict[str, Any]], str] | None = None
    error: str = ""
    """What it sends people back with in place of a code."""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def provider(self) -> Provider:
        return Provider(issuer=self.issuer, client_id=self.client_id, client_secret=self.client_secret)

    def authorize(self, query: str) -> str:
        """Let the person in, as a browser would ask; gives where it is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        assert asked["response_type"] == "code"
        assert (asked["scope"], asked["code_challenge_method"]) == ("openid", "S256")
        assert asked["client_id"] == self.client_id
        if self.error:
            found = {"error": self.error, "error_description": "canary-of-the-provider", "state": asked["state"]}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            found = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(found)}"

    def token(self, form: dict[str, str], proof: str) -> tuple[int, bytes]:
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        is_right = (
            asked is not None
            and self._is_known(form, proof)
            and asked["code_challenge"] == challenge.decode().rstrip("=")
            and asked["redirect_uri"] == form.get("redirect_uri")
        )
        if asked is None or not is_right:
            return 400, b'{"error": "invalid_grant", "error_description": "canary-of-the-provider"}'
        now = int(self.now())
        claims = {
            "iss": self.issuer, "sub": self.subject, "aud": self.client_id, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"],
        } | self.claims  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = (self.sign or signed_by(KEY, "RS256"))(claims)
        return 200, json.dumps({"access_token": "x", "token_type": "Bearer", "id_token": signed}).encode()

    def _is_known(self, form: dict[str, str], proof: str) -> bool:
        if proof.startswith("Basic "):
            name, _, secret = base64.b64decode(proof[6:]).decode().partition(":")
            return (unquote(name), unquote(secret)) == (self.client_id, self.client_secret)
        return (form.get("client_id"), form.get("client_secret")) == (self.client_id, self.client_secret)

    def answer(self, path: str, form: dict[str, str], proof: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            where = {name: f"{self.issuer}/{place}" for name, place in places.items()}
            return 200, json.dumps({"issuer": self.issuer, **where, **self.said}).encode()
        if path == "/keys":
            shown = [KEY.as_dict(private=False), CURVE.as_dict(private=False), {"kty": "oct", "k": "c2VjcmV0"}]
            return 200, json.dumps({"keys": shown}).encode()
        return self.token(form, proof) if path == "/token" else (404, b"")


def signed_by(key: Any, algorithm: str, kid: str = "") -> Callable[[dict[str, Any]], str]:
    """Sign claims with a key, as that algorithm is named."""

    def sign(claims: dict[str, Any]) -> str:
        header = {"alg": algorithm, "kid": kid or key.kid}
        return jws.serialize_compact(header, json.dumps(claims).encode(), key, algorithms=[algorithm])

    return sign


def signed_by_nobody(claims: dict[str, Any]) -> str:
    """Write a token that says it is not signed."""
    parts = ({"alg": "none", "kid": "rsa"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


@contextmanager
def providing(now: Callable[[], float] = time.time) -> Iterator[IdentityProvider]:
    """Serve a provider on a free port of this machine."""
    known = IdentityProvider(now=now)

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self._write(302, b"", {"Location": known.authorize(parts.query)})
            else:
                self._write(*known.answer(parts.path, {}, ""))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._write(*known.answer(self.path, form, self.headers.get("Authorization", "")))

        def _write(self, status: int, body: bytes, more: dict[str, str] | None = None) -> None:
            self.send_response(status)
            if status == 307:
                more = {"Location": known.issuer + "/keys"}
            for name, value in {"Content-Length": str(len(body)), **(more or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    known.issuer = f"http://127.0.0.1:{server.server_port}"
    try:
        yield known
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
