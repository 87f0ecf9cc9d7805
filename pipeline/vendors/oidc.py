"""A tenant's own OpenID Connect provider: authorization code with PKCE (S256), state and nonce.

The protocol is Authlib's; where bytes may go is held here: https alone, but for a provider on this machine; redirects
are not followed; an answer has a size and a time; few may ask at once, so that a slow provider takes no thread from the
calls. A provider elsewhere cannot lead us to this machine, and what answers to another name has no certificate for it.
"""

from __future__ import annotations

import json
import secrets
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final
from urllib.parse import quote

import httpx
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client

from pipeline.model.errors import VendorBrokeContract, VendorRefused, VendorUnavailable
from pipeline.model.identity import Provider, Trip, is_issuer_here, is_safe_address
from pipeline.ports.clock import Clock
from pipeline.ports.identity import Begun
from pipeline.ports.transcriber import AuditMeta
from pipeline.vendors.oidc_token import read_subject

_NAME: Final = "identity provider"
_AGAIN: Final = (408, 425, 429)
_MOST_BYTES: Final = 256 * 1024
_MOST_AT_ONCE: Final = 4
_KEPT: Final = timedelta(minutes=10)
_MOST_KEPT: Final = 200
_PLACES: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class _Known:
    """What a provider said of itself, and until when it is believed."""

    said: Mapping[str, Any]
    until: datetime


class OidcIdentities:
    """Fills `pipeline.ports.identity.Identities`."""

    audit = AuditMeta(
        processor="the tenant's own identity provider",
        data_kind="client id and secret, one-time codes and random numbers; nothing of a call",
        purpose="proof of who signs in",
        region="where the tenant's provider is",
        policy_url=None,
        log_safe_fields=("status",),
    )

    def __init__(self, clock: Clock, *, timeout_s: float = 5.0, trust: ssl.SSLContext | None = None) -> None:
        """Take the clock that tokens are held against.

        Args:
            clock: tells the time.
            timeout_s: how long a provider may take to be reached, for each part of an answer, and for the whole of it.
            trust: whose certificates are believed, where it is not the system's own choice.
        """
        self._clock, self._timeout_s, self._trust = clock, timeout_s, trust or ssl.create_default_context()
        self._places = threading.BoundedSemaphore(_MOST_AT_ONCE)
        self._known: dict[str, _Known] = {}

    def begin(self, provider: Provider, *, back_to: str) -> Begun:
        """Give the address at which somebody proves who they are."""
        trip = Trip(
            state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48)
        )
        with self._at_once():
            said = self._discover(provider)
        with self._speaking("begin", provider) as http:
            address, _ = _client(http, provider, back_to).create_authorization_url(
                said["authorization_endpoint"], state=trip.state, code_verifier=trip.verifier, nonce=trip.nonce
            )
        return Begun(address=address, trip=trip)

    def finish(self, provider: Provider, trip: Trip, code: str, *, back_to: str) -> str:
        """Exchange the code, check the ID token, and give its subject."""
        with self._at_once():
            said = self._discover(provider)
            with self._speaking("exchange", provider) as http:
                tokens = _client(http, provider, back_to).fetch_token(
                    said["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=trip.verifier,
                    **_proof(said, provider),
                )
            keys = self._fetched("read keys", provider, said["jwks_uri"])
        now = int(self._clock.now().timestamp())
        return read_subject(tokens.get("id_token"), keys, provider=provider, nonce=trip.nonce, now=now)

    def _discover(self, provider: Provider) -> Mapping[str, Any]:
        known = self._known.get(provider.issuer)
        if known is not None and known.until > self._clock.now():
            return known.said
        where = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
        said = self._fetched("discover", provider, where)
        if said.get("issuer") != provider.issuer:
            raise VendorBrokeContract(_NAME, "discover", reason="it calls itself by another issuer")
        for place in _PLACES:
            if not isinstance(said.get(place), str):
                raise VendorBrokeContract(_NAME, "discover", reason=f"it names no {place}")
            _check_address("discover", said[place], provider)
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        self._known[provider.issuer] = _Known(said, self._clock.now() + _KEPT)
        return said

    def _fetched(self, operation: str, provider: Provider, url: str) -> dict[str, Any]:
        with self._speaking(operation, provider) as http:
            found = json.loads(http.get(url).content)
            if not isinstance(found, dict):
                raise ValueError
            return found

    @contextmanager
    def _speaking(self, operation: str, provider: Provider) -> Iterator[httpx.Client]:
        """Open the way to a provider; what goes wrong is told in our words, without a word of its answer."""
        way = _Careful(operation, provider, timeout_s=self._timeout_s, trust=self._trust)
        headers = {"user-agent": "earmark", "accept": "application/json", "accept-encoding": "identity"}
        try:
            with httpx.Client(
                transport=way, headers=headers, timeout=self._timeout_s, follow_redirects=False, trust_env=False
            ) as http:
                yield http
        except httpx.InvalidURL:
            raise VendorRefused(_NAME, operation, reason="the address cannot be one") from None
        except httpx.HTTPError as error:
            raise VendorUnavailable(_NAME, operation, reason=type(error).__name__) from None
        except OAuth2Error:
            raise VendorRefused(_NAME, operation, reason="it answers with an error") from None
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            raise VendorBrokeContract(_NAME, operation, reason="the answer has another form") from None

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise VendorUnavailable(_NAME, "ask", reason="too many ask at once")
        try:
            yield
        finally:
            self._places.release()


class _Careful(httpx.BaseTransport):
    """Lets a request out to where it may go, and an answer in that is 2xx, small, plain and in time."""

    def __init__(self, operation: str, provider: Provider, *, timeout_s: float, trust: ssl.SSLContext) -> None:
        self._operation, self._provider, self._timeout_s = operation, provider, timeout_s
        self._way = httpx.HTTPTransport(verify=trust, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        _check_address(self._operation, str(request.url), self._provider)
        ends, body = monotonic() + self._timeout_s, b""
        answer = self._way.handle_request(request)
        try:
            _check_status(self._operation, answer.status_code)
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise VendorBrokeContract(_NAME, self._operation, reason="the answer is packed")
            for piece in answer.iter_raw():
                body += piece
                if len(body) > _MOST_BYTES:
                    raise VendorBrokeContract(_NAME, self._operation, reason="the answer is too long")
                if monotonic() > ends:
                    raise VendorUnavailable(_NAME, self._operation, reason="the answer takes too long")
        finally:
            answer.close()
        return httpx.Response(answer.status_code, content=body)

    def close(self) -> None:
        """Let the connections go."""
        self._way.close()


def _client(http: httpx.Client, provider: Provider, back_to: str) -> Any:
    return OAuth2Client(
        http,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        scope="openid",
        redirect_uri=back_to,
        code_challenge_method="S256",
    )


def _proof(said: Mapping[str, Any], provider: Provider) -> dict[str, Any]:
    """Say how our secret is shown: as RFC 6749 (2.3.1) wants it, or in the form where only that is taken."""
    taken = said.get("token_endpoint_auth_methods_supported")
    if isinstance(taken, list) and "client_secret_basic" not in taken and "client_secret_post" in taken:
        nobody = httpx.Auth()
        return {"auth": nobody, "client_id": provider.client_id, "client_secret": provider.client_secret}
    return {"auth": httpx.BasicAuth(quote(provider.client_id, safe=""), quote(provider.client_secret, safe=""))}


def _check_address(operation: str, url: str, provider: Provider) -> None:
    if not is_safe_address(url, is_here=is_issuer_here(provider.issuer)):
        raise VendorRefused(_NAME, operation, reason="the address is not https, or leads to this machine")


def _check_status(operation: str, status: int) -> None:
    if status in _AGAIN or status >= 500:
        raise VendorUnavailable(_NAME, operation, status=status)
    if not 200 <= status < 300:
        raise VendorRefused(_NAME, operation, status=status)
