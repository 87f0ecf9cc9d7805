"""Notices and events by a signed HTTP POST to the tenant's own server, in the form of Standard Webhooks.

`webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. Only https is spoken, but to this
machine; a redirect is not followed, and the answer's body is not read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from pipeline.model.errors import InvalidInput, VendorRefused, VendorUnavailable
from pipeline.model.outgoing import checked_host, is_public_address
from pipeline.model.this_machine import is_this_machine
from pipeline.ports.clock import Clock
from pipeline.ports.notices import News, Notice, NoticeAddress
from pipeline.ports.transcriber import AuditMeta

_NAME: Final = "webhook"
_ANNOUNCED: Final = "policy.version.announced"
_HAPPENED: Final = "tenant.notice"
_AGAIN: Final = (408, 425, 429)
_PREFIX: Final = "whsec_"


_AUDIT: Final = AuditMeta(
    processor="the tenant's own server",
    data_kind="policy, version, dates and changes; kind, ids and day of what happened",
    purpose="notice of a policy change or of what happened",
    region="where the tenant's server is",
    policy_url=None,
    log_safe_fields=("status",),
)

type Lookup = Callable[[str, int], Sequence[str]]
"""Gives the numeric addresses that a name leads to."""


class WebhookNotices:
    """Fills `pipeline.ports.notices.NoticeChannel`."""

    audit = _AUDIT

    def __init__(self, clock: Clock, *, timeout_s: float = 15.0) -> None:
        """Take the clock that signatures are dated by, and how long a server may take."""
        self._clock, self._timeout_s = clock, timeout_s

    def deliver(self, notice: Notice | News, address: NoticeAddress) -> int:
        """Post the notice once; give the 2xx it was answered with."""
        _check(address)
        body = _body(notice)
        headers = signed_headers(notice.id, body, at=int(self._clock.now().timestamp()), secret=address.secret)
        with httpx.Client(timeout=self._timeout_s, follow_redirects=False, trust_env=False) as client:
            return _sent(client, lambda: client.build_request("POST", address.to, content=body, headers=headers))


class WebhookEvents:
    """Fills `pipeline.ports.events.EventPost`. The address that was looked up and found public is the one spoken to."""

    audit = _AUDIT

    def __init__(
        self,
        clock: Clock,
        *,
        timeout_s: float = 10.0,
        lookup: Lookup | None = None,
        is_allowed: Callable[[str], bool] = is_public_address,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """Take clock and patience; the rest stands otherwise only where a test brings its own network.

        Args:
            clock: what signatures are dated by.
            timeout_s: how long a server may take for each part of an answer.
            lookup: how names are looked up.
            is_allowed: which numeric addresses may be spoken to.
            trust: whose certificates are believed.
        """
        self._clock, self._timeout_s, self._trust = clock, timeout_s, trust or ssl.create_default_context()
        self._lookup, self._is_allowed = lookup or _look_up, is_allowed

    def check(self, url: str) -> None:
        """Look up where an address leads; refuse it where any of its addresses is not public."""
        self._leads_to(url)

    def post(self, message: str, body: bytes, address: NoticeAddress) -> int:
        """Post a message once, to the very address that was checked; give the 2xx it was answered with."""
        parts = urlsplit(address.to)
        found, host = self._leads_to(address.to), parts.hostname or ""
        there = f"[{found}]" if ":" in found else found
        url = urlunsplit(parts._replace(netloc=f"{there}:{parts.port or 443}"))
        headers = signed_headers(message, body, at=int(self._clock.now().timestamp()), secret=address.secret)
        headers["host"] = parts.netloc
        with httpx.Client(
            timeout=self._timeout_s, follow_redirects=False, trust_env=False, verify=self._trust
        ) as client:
            named = {"sni_hostname": host}
            return _sent(
                client, lambda: client.build_request("POST", url, content=body, headers=headers, extensions=named)
            )

    def _leads_to(self, url: str) -> str:
        try:
            host = checked_host(url)
        except InvalidInput as error:
            raise VendorRefused(_NAME, "look up", reason=str(error)) from None
        try:
            found = self._lookup(host.strip("[]"), urlsplit(url).port or 443)
        except (OSError, UnicodeError):
            raise VendorUnavailable(_NAME, "look up", reason="its name is not known") from None
        if not found or not all(self._is_allowed(address) for address in found):
            raise VendorRefused(_NAME, "look up", reason="the address leads to an inner network")
        return found[0]


def _look_up(host: str, port: int) -> Sequence[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _sent(client: httpx.Client, request: Callable[[], httpx.Request]) -> int:
    """Send a request once; the answer's body is not read."""
    try:
        answer = client.send(request(), stream=True)
        answer.close()
    except httpx.InvalidURL:
        raise VendorRefused(_NAME, "deliver", reason="the address cannot be one") from None
    except httpx.HTTPError as error:
        raise VendorUnavailable(_NAME, "deliver", reason=type(error).__name__) from None
    status = answer.status_code
    if 200 <= status < 300:
        return status
    if status in _AGAIN or status >= 500:
        raise VendorUnavailable(_NAME, "deliver", status=status)
    raise VendorRefused(_NAME, "deliver", status=status)


def signed_headers(message: str, body: bytes, *, at: int, secret: str) -> dict[str, str]:
    """Write the headers by which the receiver knows the sender, the message and its time (seconds since 1970)."""
    signed = f"{message}.{at}.".encode() + body
    signature = base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "user-agent": "earmark",
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }


def _key(secret: str) -> bytes:
    """Read a secret: base64 after `whsec_`, or any words as they stand."""
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            raise VendorRefused(_NAME, "sign", reason="the secret is not base64") from None
    return secret.encode()


def _body(notice: Notice | News) -> bytes:
    if isinstance(notice, News):
        document = {"type": _HAPPENED, "data": _news(notice)}
    else:
        document = {"type": _ANNOUNCED, "data": _announced(notice)}
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _announced(notice: Notice) -> dict[str, object]:
    return {
        "tenant": notice.tenant,
        "policy": notice.policy,
        "version": notice.version,
        "digest": notice.digest,
        "effective_on": notice.effective_on.isoformat(),
        "changes": list(notice.changes),
        "text": notice.text,
    }


def _news(news: News) -> dict[str, object]:
    return {
        "tenant": news.tenant,
        "kind": news.kind,
        "subject_kind": news.subject_kind,
        "subject_id": news.subject_id,
        "noted_on": news.noted_on.isoformat(),
        "text": news.text,
    }


def _check(address: NoticeAddress) -> None:
    try:
        parts = urlsplit(address.to)
        is_here = is_this_machine(parts.hostname or "")
    except ValueError:
        raise VendorRefused(_NAME, "deliver", reason="the address cannot be one") from None
    if not address.secret:
        raise VendorRefused(_NAME, "deliver", reason="there is no secret to sign with")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise VendorRefused(_NAME, "deliver", reason="only https leaves this machine")
