"""The official `twilio` client, pointed at a stand-in: every https://*.twilio.com address is rewritten to it."""

from __future__ import annotations

import re
from typing import Any, Final

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

_TWILIO: Final = re.compile(r"https://[a-z0-9.-]+\.twilio\.com(?=/|$)")


class StandinHttpClient(TwilioHttpClient):  # type: ignore[misc]  # twilio ships no types
    """Twilio's own HTTP client with another host."""

    def __init__(self, base_url: str, **options: Any) -> None:
        super().__init__(**options)
        self._base_url = base_url.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        """Send the request to the stand-in."""
        return super().request(method, _TWILIO.sub(self._base_url, url, count=1), *args, **options)

    def close(self) -> None:
        """Let go of connections."""
        if self.session is not None:
            self.session.close()


def standin_client(base_url: str, account_sid: str, secret: str, *, user: str | None = None) -> Client:
    """Make a client of an account, signed in with its token or, as `user`, with an API key."""
    return Client(user or account_sid, secret, account_sid=account_sid, http_client=StandinHttpClient(base_url))
