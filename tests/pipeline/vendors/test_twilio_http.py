from __future__ import annotations

import httpx
import pytest

from pipeline.model.errors import NotFound, VendorBrokeContract, VendorRefused, VendorUnavailable
from pipeline.vendors.twilio_http import RestTransport, address, check_base, is_same_origin, network_errors, refuse


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        (301, VendorBrokeContract),
        (400, VendorRefused),
        (401, VendorRefused),
        (403, VendorRefused),
        (404, NotFound),
        (408, VendorUnavailable),
        (429, VendorUnavailable),
        (500, VendorUnavailable),
        (503, VendorUnavailable),
    ],
)
def test_each_status_means_one_thing(status: int, ours: type[Exception]) -> None:
    with pytest.raises(ours):
        refuse("ask", status)


@pytest.mark.parametrize("status", [200, 201, 204])
def test_success_passes(status: int) -> None:
    refuse("ask", status)


def test_the_official_client_can_be_led_to_no_other_host() -> None:
    carried: list[httpx.Request] = []

    def carry(request: httpx.Request) -> httpx.Response:
        carried.append(request)
        return httpx.Response(200, json={})

    transport = RestTransport(carry, build=httpx.Request, api_base="http://127.0.0.1:1", operation="ask")
    for uri in ("https://evil.example/x", "https://api.twilio.com.evil.example/x", "http://api.twilio.com/x", "/x"):
        with pytest.raises(VendorBrokeContract):
            transport.request("GET", uri, auth=("user", "secret"))
    assert carried == []


@pytest.mark.parametrize(
    ("api_base", "uri", "asked"),
    [
        ("https://api.twilio.com", "https://voice.twilio.com/v2/x", "https://voice.twilio.com/v2/x"),
        ("https://api.dublin.ie1.twilio.com", "https://voice.twilio.com/v2", "https://voice.dublin.ie1.twilio.com/v2"),
        ("http://127.0.0.1:1", "https://voice.twilio.com/v2/x", "http://127.0.0.1:1/v2/x"),
        ("http://127.0.0.1:1", "https://api.twilio.com/x", "http://127.0.0.1:1/x"),
        ("http://127.0.0.1:1", "https://video.twilio.com/x", None),
    ],
)
def test_each_of_twilios_hosts_has_its_place_at_the_configured_address(
    api_base: str, uri: str, asked: str | None
) -> None:
    assert address(uri, api_base) == asked


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ("https://api.twilio.com/x", True),
        ("https://api.twilio.com:443/x", True),
        ("http://api.twilio.com/x", False),
        ("https://api.twilio.com:444/x", False),
        ("https://api.twilio.com@evil.example/x", False),
        ("https://evil.example/api.twilio.com", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(other: str, is_same: bool) -> None:
    assert is_same_origin("https://api.twilio.com", other) is is_same


@pytest.mark.parametrize("base", ["", "api.twilio.com", "ftp://x", "https://u:p@x", "https://x/path", "https://x?y=z"])
def test_a_base_that_is_more_or_less_than_an_origin_is_refused(base: str) -> None:
    with pytest.raises(VendorRefused):
        check_base(base)


@pytest.mark.parametrize(
    "error", [httpx.ConnectTimeout, httpx.ReadError, httpx.RemoteProtocolError, httpx.ConnectError]
)
def test_what_was_not_answered_is_worth_another_attempt(error: type[httpx.TransportError]) -> None:
    with pytest.raises(VendorUnavailable, match=error.__name__), network_errors("ask"):
        raise error("jane doe")
