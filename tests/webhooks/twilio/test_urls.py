from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from pipeline.model.ids import TenantId
from webhooks.twilio.urls import Gate, Urls

URLS = Urls(public_base="https://earmark.example.com/", tenant=TenantId("acme"))
ALL = (
    URLS.consent(Gate.RECORD, 2),
    URLS.consent(Gate.TRAINING),
    URLS.consent(Gate.TRAINING, mark="0123456789abcdef"),
    URLS.whisper("CA1"),
    URLS.whisper("CA1", 1),
    URLS.dial_end("CA1"),
    URLS.leg("CA1"),
    URLS.recording(),
    URLS.whisper("CA1", 1, leg=2),
    URLS.leg("CA1", leg=2),
    URLS.join("CA1"),
    URLS.join("CA1", 2, leg=2),
    URLS.let_go(),
    URLS.inside("CA1"),
    URLS.conference("CA1", 2),
    URLS.transfer("CA1", 2),
    URLS.transfer("CA1", 2, Gate.RECORD, 2),
    URLS.machine(),
    URLS.voice(),
    URLS.fallback(),
    URLS.status(),
)


def test_every_address_is_absolute_under_the_public_base_and_asks_for_retries_on_our_failures():
    for url in ALL:
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc) == ("https", "earmark.example.com")
        assert parts.path.startswith("/twilio/acme/")
        assert dict(parse_qsl(parts.fragment))["rp"] == "5xx,ct,rt"


def test_every_query_is_in_the_order_in_which_twilio_sends_it():
    for url in ALL:
        names = [name for name, _ in parse_qsl(urlsplit(url).query)]
        assert names == sorted(names)
    assert len({url for url in ALL}) == len(ALL)
