"""How Twilio calls a webhook: signed, with its time limits, its retries and its habits (consent.md B.6).

- The signature covers the URL as configured, without the `#rc=..&rp=..` fragment; what is sent has the query sorted.
- Without a fragment only a failed connection is tried again, once: a 503 is not.
- A redirect turns POST into GET and drops the parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urldefrag, urljoin

import httpx

from samples.twilio_standin.ledger import Account, new_sid
from samples.twilio_standin.signing import sign

RETRIEVAL_FAILED: Final = 11200
CONNECT_FAILED: Final = 11205
_MOST_RETRIES: Final = 5
_LIMITS: Final = {"ct": 5000, "rt": 15000, "tt": 15000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request to a webhook with all its attempts.

    `statuses` has None where there was no answer; `failed_by` says why the last had none: `ct` connect, `rt` read.
    """

    event: str
    url: str
    params: Mapping[str, str]
    statuses: tuple[int | None, ...]
    failed_by: str = ""
    body: str = ""
    content_type: str = ""

    @property
    def is_ok(self) -> bool:
        """Say whether the last attempt was answered with 2xx."""
        status = self.statuses[-1]
        return status is not None and 200 <= status < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What the fragment of a URL asks for."""

    retries: int
    on: frozenset[str]
    timeout: httpx.Timeout

    def covers(self, status: int | None, kind: str) -> bool:
        """Say whether such a failure is tried again; `kind` is ct or rt where there was no status."""
        wanted = kind if status is None else f"{status // 100}xx"
        return "all" in self.on or wanted in self.on


def read_override(url: str) -> Override:
    """Read `#rc=3&rp=5xx,ct,rt&ct=2000`; what is absent has Twilio's defaults."""
    given = dict(parse_qsl(urldefrag(url).fragment, keep_blank_values=True))
    limits = {name: int(given.get(name, "") or default) / 1000 for name, default in _LIMITS.items()}
    return Override(
        retries=min(_MOST_RETRIES, int(given.get("rc", "") or 1)),
        on=frozenset((given.get("rp") or "ct").split(",")),
        timeout=httpx.Timeout(min(limits["rt"], limits["tt"]), connect=limits["ct"]),
    )


class Courier:
    """Sends signed requests for one account, as it signs at that moment."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._http = httpx.Client(follow_redirects=False)

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def send(self, event: str, url: str, params: Mapping[str, str], *, method: str = "POST") -> Delivery:
        """Send until answered or given up; never raises for what the webhook does."""
        override = read_override(url)
        token = new_sid("IT")
        statuses: list[int | None] = []
        response, kind = None, ""
        for _ in range(1 + override.retries):
            response, kind = self._attempt(url, params, method, override, token)
            statuses.append(None if response is None else response.status_code)
            if response is not None and response.is_success:
                break
            if not override.covers(statuses[-1], kind):
                break
        return Delivery(
            event=event,
            url=urldefrag(url).url,
            params=dict(params),
            statuses=tuple(statuses),
            failed_by=kind,
            body="" if response is None else response.text,
            content_type="" if response is None else response.headers.get("content-type", ""),
        )

    def _attempt(
        self, url: str, params: Mapping[str, str], method: str, override: Override, token: str
    ) -> tuple[httpx.Response | None, str]:
        try:
            response = self._request(url, params, method, override, token)
            for _ in range(5):
                if not response.is_redirect:
                    break
                target = urljoin(url, response.headers["location"])
                response = self._request(target, {}, "GET", override, token)
            return response, ""
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return None, "ct"
        except httpx.HTTPError:
            return None, "rt"

    def _request(
        self, url: str, params: Mapping[str, str], method: str, override: Override, token: str
    ) -> httpx.Response:
        signed = sign(self._account, urldefrag(url).url, params, method=method)
        headers = {**signed.headers, "I-Twilio-Idempotency-Token": token, "User-Agent": "TwilioProxy/1.1"}
        return self._http.request(method, signed.url, content=signed.body, headers=headers, timeout=override.timeout)
