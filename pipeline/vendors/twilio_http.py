"""How Earmark speaks to Twilio: to one host, in time, and without ever repeating what Twilio said.

The official client builds and reads the REST calls; httpx carries them. Failures become ours here, so the
client never makes an exception of its own, whose text would quote Twilio's answer.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import httpx
from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response

from pipeline.model.errors import (
    InvalidInput,
    NotFound,
    PipelineError,
    VendorBrokeContract,
    VendorRefused,
    VendorUnavailable,
)

_TWILIO: Final = "https://api.twilio.com"
_VOICE: Final = "https://voice.twilio.com"


class RestTransport(HttpClient):  # type: ignore[misc] # the official client ships no types
    """The official client's way out, for one operation: `api_base` stands for Twilio's hosts, others are refused."""

    def __init__(
        self,
        carry: Callable[[httpx.Request], httpx.Response],
        *,
        build: Callable[..., httpx.Request],
        api_base: str,
        operation: str,
    ) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._carry, self._build, self._api_base, self._operation = carry, build, api_base, operation

    def request(  # noqa: PLR0913 - the official client's signature
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Send one request; anything but success is raised as ours."""
        url = address(uri, self._api_base)
        if url is None:
            raise VendorBrokeContract("twilio", self._operation, reason="an address at another host")
        asked = self._build(method, url, params=_present(params), data=_present(data), headers=headers)
        if auth is not None:
            asked.headers["Authorization"] = _basic(*auth)
        answer = self._carry(asked)
        refuse(self._operation, answer.status_code)
        return Response(answer.status_code, answer.text, answer.headers)


def address(uri: str, api_base: str) -> str | None:
    """Put `api_base` in the place of Twilio's hosts; None for an address at any other.

    What Twilio answers at `voice.` is asked beside an `api.` host, and at a stand-in's one address.
    """
    if uri.startswith(f"{_TWILIO}/"):
        return api_base + uri.removeprefix(_TWILIO)
    if uri.startswith(f"{_VOICE}/"):
        return api_base.replace("://api.", "://voice.", 1) + uri.removeprefix(_VOICE)
    return None


@contextmanager
def network_errors(operation: str) -> Iterator[None]:
    """Translate what httpx raises: nothing was answered, or not to the end."""
    try:
        yield
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise VendorUnavailable("twilio", operation, reason=type(error).__name__) from error


@contextmanager
def shape_errors(operation: str) -> Iterator[None]:
    """Translate what reading another shape than agreed raises. The cause is left out: it may quote the answer."""
    try:
        yield
    except (TwilioException, ValueError, KeyError, TypeError, AttributeError, InvalidInput):
        raise VendorBrokeContract("twilio", operation, reason="an answer of another shape") from None


def refuse(operation: str, status: int) -> None:
    """Raise what a status means; 2xx passes.

    Raises:
        NotFound: 404.
        VendorUnavailable: 408, 429, 5xx.
        VendorRefused: another 4xx.
        VendorBrokeContract: anything else, a redirect among it.
    """
    if 200 <= status < 300:
        return
    error: PipelineError
    if status == 404:
        error = NotFound(f"twilio: {operation}: no such thing")
    elif status in (408, 429) or status >= 500:
        error = VendorUnavailable("twilio", operation, status=status)
    elif status >= 400:
        error = VendorRefused("twilio", operation, status=status)
    else:
        error = VendorBrokeContract("twilio", operation, status=status)
    raise error


def is_same_origin(one: str, other: str) -> bool:
    """Say whether two addresses have scheme, host and port in common: credentials go nowhere else."""
    first, second = httpx.URL(one), httpx.URL(other)
    return (first.scheme, first.host, first.port) == (second.scheme, second.host, second.port)


def check_base(api_base: str) -> str:
    """Accept the address that stands for Twilio's, without a path.

    Raises:
        VendorRefused: not http or https, or with user, path or query.
    """
    parts = urlsplit(api_base.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.path or parts.query:
        raise VendorRefused("twilio", "configure", reason="the address is not scheme, host and port alone")
    return api_base.rstrip("/")


def _basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


def _present(fields: dict[str, object] | None) -> dict[str, str | list[str]] | None:
    """Leave out what is not given; a list is sent as the same field several times."""
    if fields is None:
        return None
    return {
        name: [str(part) for part in value] if isinstance(value, list) else str(value)
        for name, value in fields.items()
        if value is not None
    }
