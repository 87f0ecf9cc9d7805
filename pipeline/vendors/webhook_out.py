"""Notices by a signed HTTP POST to the tenant's own server, in the form of Standard Webhooks.

`webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. Only https is spoken, but to this
machine; a redirect is not followed, and the answer's body is not read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Final
from urllib.parse import urlsplit

import httpx

from pipeline.model.errors import VendorRefused, VendorUnavailable
from pipeline.model.this_machine import is_this_machine
from pipeline.ports.clock import Clock
from pipeline.ports.notices import News, Notice, NoticeAddress
from pipeline.ports.transcriber import AuditMeta

_NAME: Final = "webhook"
_ANNOUNCED: Final = "policy.version.announced"
_HAPPENED: Final = "tenant.notice"
_AGAIN: Final = (408, 425, 429)
_PREFIX: Final = "whsec_"


class WebhookNotices:
    """Fills `pipeline.ports.notices.NoticeChannel`."""

    audit = AuditMeta(
        processor="the tenant's own server",
        data_kind="policy, version, dates and changes; kind, ids and day of what happened",
        purpose="notice of a policy change or of what happened",
        region="where the tenant's server is",
        policy_url=None,
        log_safe_fields=("status",),
    )

    def __init__(self, clock: Clock, *, timeout_s: float = 15.0) -> None:
        """Take the clock that signatures are dated by, and how long a server may take."""
        self._clock, self._timeout_s = clock, timeout_s

    def deliver(self, notice: Notice | News, address: NoticeAddress) -> int:
        """Post the notice once; give the 2xx it was answered with."""
        _check(address)
        body = _body(notice)
        try:
            with httpx.Client(timeout=self._timeout_s, follow_redirects=False, trust_env=False) as client:
                headers = signed_headers(notice.id, body, at=int(self._clock.now().timestamp()), secret=address.secret)
                with client.stream("POST", address.to, content=body, headers=headers) as answer:
                    status = answer.status_code
        except httpx.InvalidURL:
            raise VendorRefused(_NAME, "deliver", reason="the address cannot be one") from None
        except httpx.HTTPError as error:
            raise VendorUnavailable(_NAME, "deliver", reason=type(error).__name__) from None
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
