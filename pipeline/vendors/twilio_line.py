"""The way to Twilio that both adapters share: one set of connections, credentials for one host, a pace per account."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import httpx
from twilio.rest import Client

from pipeline.model.errors import VendorBrokeContract, VendorRefused, VendorUnavailable
from pipeline.model.ids import twilio_sid
from pipeline.ports.recordings import VendorAccount
from pipeline.vendors.twilio_http import RestTransport, check_base, is_same_origin, network_errors, refuse
from pipeline.vendors.twilio_pace import Paces, Patience

_API: Final = "/2010-04-01/Accounts"
_MOST_REDIRECTS: Final = 3
_NO_ENVIRONMENT: Final = {"TWILIO_EDGE": ""}
"""Given to the official client so that it does not read the process's own environment."""
_PLAIN: Final = {"Accept-Encoding": "identity"}


class TwilioLine:
    """Carries requests to one Twilio. What is safe to repeat is repeated a few times; the rest never is."""

    def __init__(
        self,
        *,
        api_base: str = "https://api.twilio.com",
        timeout_s: float = 30,
        patience: Patience | None = None,
    ) -> None:
        """Prepare to speak to Twilio.

        Args:
            api_base: scheme, host and port; another than Twilio's for a stand-in.
            timeout_s: for one request, and for each wait within a transfer of audio.
            patience: how often and how fast an account is asked.
        """
        self.api_base = check_base(api_base)
        self._paces = Paces(patience or Patience())
        self._http = httpx.Client(timeout=timeout_s, follow_redirects=False)
        weakref.finalize(self, self._http.close)

    def client(self, account: VendorAccount, operation: str, *, repeats: bool = True) -> Client:
        """Give the official client for one operation; `repeats` says that a second request does no harm."""
        user, secret = credentials(account)
        sid = twilio_sid("AC", account.account_sid)

        def carry(request: httpx.Request) -> httpx.Response:
            return self._carry(sid, operation, lambda: self._http.send(request), repeats=repeats)

        transport = RestTransport(carry, build=self._http.build_request, api_base=self.api_base, operation=operation)
        return Client(user, secret, account_sid=sid, http_client=transport, environment=_NO_ENVIRONMENT)

    def media_url(self, account: VendorAccount, recording_sid: str) -> str:
        """Build the address of a recording's audio from SIDs whose shape is checked."""
        account_sid = twilio_sid("AC", account.account_sid)
        return f"{self.api_base}{_API}/{account_sid}/Recordings/{twilio_sid('RE', recording_sid)}.wav"

    @contextmanager
    def stream(
        self, account: VendorAccount, url: str, operation: str, *, repeats: bool = False
    ) -> Iterator[httpx.Response]:
        """Open a transfer of audio, following redirects only as far as they stay at `api_base`."""
        auth = httpx.BasicAuth(*credentials(account))
        for _ in range(_MOST_REDIRECTS + 1):
            asked = self._http.build_request("GET", url, headers=_PLAIN)
            with self._opened(account.account_sid, operation, asked, auth, repeats=repeats) as answer:
                if not answer.has_redirect_location:
                    refuse(operation, answer.status_code)
                    yield answer
                    return
                url = str(answer.url.join(answer.headers["location"]))
                if not is_same_origin(url, self.api_base):
                    raise VendorBrokeContract("twilio", operation, reason="redirected to another host")
        raise VendorBrokeContract("twilio", operation, reason="redirected without end")

    def status_for_a_stranger(self, account: VendorAccount, url: str, operation: str) -> int:
        """Ask for an address without any credentials; give the status of the answer and read no more of it."""
        asked = self._http.build_request("GET", url, headers=_PLAIN)
        with self._opened(account.account_sid, operation, asked, None, repeats=True) as answer:
            return answer.status_code

    @contextmanager
    def _opened(
        self, account_sid: str, operation: str, asked: httpx.Request, auth: httpx.Auth | None, *, repeats: bool
    ) -> Iterator[httpx.Response]:
        def send() -> httpx.Response:
            return self._http.send(asked, auth=auth, stream=True)

        answer = self._carry(account_sid, operation, send, repeats=repeats)
        try:
            with network_errors(operation):
                yield answer
        finally:
            answer.close()

    def _carry(
        self, account_sid: str, operation: str, send: Callable[[], httpx.Response], *, repeats: bool
    ) -> httpx.Response:
        """Send at the account's pace, and again where that does no harm and the time allows."""
        patience = self._paces.patience
        until = time.monotonic() + patience.budget_s
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._send(account_sid, operation, send, until)
            except VendorUnavailable:
                wait_s = patience.wait_s(attempt)
                if not repeats or attempt >= patience.attempts or time.monotonic() + wait_s > until:
                    raise
                time.sleep(wait_s)

    def _send(
        self, account_sid: str, operation: str, send: Callable[[], httpx.Response], until: float
    ) -> httpx.Response:
        with self._paces.turn(account_sid, operation, until=until), network_errors(operation):
            answer = send()
            self._paces.note(account_sid, answer.status_code, _retry_after(answer.headers))
        if answer.status_code in (408, 429) or answer.status_code >= 500:
            answer.close()
            refuse(operation, answer.status_code)
        return answer


def credentials(account: VendorAccount) -> tuple[str, str]:
    """Prefer an API key: the auth token is for signatures.

    Raises:
        VendorRefused: the account has neither.
    """
    if account.api_key_sid and account.api_key_secret:
        return account.api_key_sid, account.api_key_secret
    if not account.auth_token:
        raise VendorRefused("twilio", "authenticate", reason="the tenant has no credentials at Twilio")
    return account.account_sid, account.auth_token


def _retry_after(headers: Mapping[str, str]) -> str | None:
    return headers.get("retry-after")
