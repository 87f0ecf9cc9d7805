"""How webhooks are called."""

from __future__ import annotations

import threading

import pytest

from samples.twilio_standin.delivery import Courier, read_override
from samples.twilio_standin.ledger import Account


@pytest.fixture
def courier():
    courier = Courier(Account(sid="AC" + "a" * 32, auth_token="token-of-the-test"))
    yield courier
    courier.close()


def test_what_is_sent_is_sorted_and_what_is_signed_is_not(product, courier):
    courier.send("x", f"{product.base}/rec?b=2&a=1#rc=3", {"A": "1"})
    [got] = product.got
    assert got.query == "a=1&b=2"
    assert product.is_signed(got, "b=2&a=1")
    assert not product.is_signed(got)


def test_a_get_has_its_parameters_in_the_address(product, courier):
    courier.send("x", f"{product.base}/rec", {"Digits": "1"}, method="GET")
    [got] = product.got
    assert (got.method, got.query, got.params) == ("GET", "Digits=1", {})
    assert product.is_signed(got)


def test_a_503_is_not_tried_again_by_default(product, courier):
    product.status["/rec"] = [503]
    delivery = courier.send("x", f"{product.base}/rec", {})
    assert delivery.statuses == (503,)
    assert not delivery.is_ok


def test_a_503_is_tried_again_where_the_fragment_says_so_with_the_same_token(product, courier):
    product.status["/rec"] = [503, 502]
    delivery = courier.send("x", f"{product.base}/rec#rc=3&rp=5xx,ct,rt", {"A": "1"})
    assert delivery.statuses == (503, 502, 200)
    assert len({got.headers["I-Twilio-Idempotency-Token"] for got in product.got}) == 1


def test_a_failed_connection_is_tried_once_more_by_default(courier):
    assert courier.send("x", "http://127.0.0.1:9/rec", {}).statuses == (None, None)


def test_a_webhook_that_does_not_answer_in_time_is_a_failed_read_and_not_tried_again(product, courier):
    enough = threading.Event()
    product.twiml["/rec"] = lambda got: str(enough.wait(10))
    delivery = courier.send("x", f"{product.base}/rec#rt=20", {})
    enough.set()
    assert (delivery.statuses, delivery.failed_by) == ((None,), "rt")


def test_a_4xx_is_not_covered_by_5xx(product, courier):
    product.status["/rec"] = [403, 403]
    assert courier.send("x", f"{product.base}/rec#rc=2&rp=5xx", {}).statuses == (403,)


def test_a_redirect_turns_post_into_get_and_drops_the_parameters(product, courier):
    product.status["/rec"] = [302]
    courier.send("x", f"{product.base}/rec", {"A": "1"})
    first, second = product.got
    assert (first.method, second.method, second.path, second.params) == ("POST", "GET", "/elsewhere", {})


@pytest.mark.parametrize(
    ("url", "retries", "on"),
    [("http://h/", 1, {"ct"}), ("http://h/#rc=9&rp=all", 5, {"all"}), ("http://h/#rc=0", 0, {"ct"})],
)
def test_the_fragment_overrides_retries_within_twilios_bounds(url, retries, on):
    override = read_override(url)
    assert (override.retries, override.on) == (retries, on)


def test_the_fragment_overrides_time_limits_in_milliseconds():
    timeout = read_override("http://h/#ct=2000&rt=4000").timeout
    assert (timeout.connect, timeout.read) == (2.0, 4.0)
