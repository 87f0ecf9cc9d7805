"""How an account signs its webhooks: HMAC-SHA1 by its token, or HMAC-SHA256 by a shared key, over a form or JSON.

A JSON body is covered by its digest in the signed address (`bodySHA256`), here in the query's order, since what is
sent is sorted and nothing says where the real one puts it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from twilio.request_validator import HMAC_SHA256, SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER, RequestValidator

from samples.twilio_standin.ledger import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A request as it is sent: `body` is None for GET."""

    url: str
    headers: Mapping[str, str]
    body: bytes | None


def sign(account: Account, url: str, params: Mapping[str, str], *, method: str) -> Signed:
    """Sign a request as the account is set up now. `url` has no fragment."""
    if method == "GET":
        asked = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url
        return Signed(url=_with_sorted_query(asked), headers=_headers(account, asked, {}), body=None)
    if account.sends_json:
        text = json.dumps(dict(params))
        digest = hashlib.sha256(text.encode()).hexdigest()
        asked = _with_sorted_query(f"{url}{'&' if '?' in url else '?'}bodySHA256={digest}")
        headers = {**_headers(account, asked, {}), "Content-Type": "application/json"}
        return Signed(url=asked, headers=headers, body=text.encode())
    headers = {**_headers(account, url, params), "Content-Type": "application/x-www-form-urlencoded"}
    return Signed(url=_with_sorted_query(url), headers=headers, body=urlencode(params).encode())


def _headers(account: Account, url: str, params: Mapping[str, str]) -> dict[str, str]:
    if account.webhook_key is None:
        return {SIGNATURE_HEADER: RequestValidator(account.auth_token).compute_signature(url, dict(params))}
    key, secret = account.webhook_key
    return {
        SIGNATURE_HEADER: RequestValidator(secret).compute_signature(url, dict(params), HMAC_SHA256),
        SIGNATURE_SETTINGS_HEADER: f"key={key},algorithm={HMAC_SHA256}",
    }


def _with_sorted_query(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(sorted(parts.query.split("&"))) if parts.query else ""))
