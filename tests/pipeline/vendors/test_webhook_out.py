from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.model.errors import VendorRefused, VendorUnavailable
from pipeline.model.outgoing import is_public_address
from pipeline.ports.notices import NoticeAddress
from pipeline.vendors.webhook_out import WebhookEvents, WebhookNotices, signed_headers
from tests.answering import Receiver, a_certificate, receiving
from tests.conftest import MovableClock
from tests.pipeline.vendors.contracts.events import BODY, EventsContract, EventSide
from tests.pipeline.vendors.contracts.notices import NOTICE, NoticesContract, Side

SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes of key").decode()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def to(receiver: Receiver, secret: str = SECRET) -> NoticeAddress:
    return NoticeAddress(to=receiver.url, secret=secret)


class _Received(list[str]):
    """The ids of the posts that the server took, as it stands."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def __eq__(self, other: object) -> bool:
        return [headers["webhook-id"] for headers, _ in self._receiver.posts] == other

    __hash__ = None  # type: ignore[assignment]


class TestWebhook(NoticesContract):
    @pytest.fixture
    def side(self, receiver: Receiver) -> Side:
        def answer_with(status: int) -> None:
            receiver.status = status

        return Side(
            channel=WebhookNotices(MovableClock()),
            address=to(receiver),
            answer_with=answer_with,
            again=503,
            refusal=410,
            received=_Received(receiver),
        )

    @pytest.fixture
    def nobody_there(self, side: Side) -> Side:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        return replace(side, address=NoticeAddress(to=url, secret=SECRET))


@pytest.mark.parametrize("secret", [SECRET, "plain words"])
def test_the_receiver_can_prove_who_sent_it_and_that_nothing_was_changed(receiver: Receiver, secret: str) -> None:
    """The receiver's side of Standard Webhooks, written anew."""
    clock = MovableClock()
    assert WebhookNotices(clock).deliver(NOTICE, to(receiver, secret)) == 204

    [(headers, body)] = receiver.posts
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert int(headers["webhook-timestamp"]) == int(clock.now().timestamp())
    told = json.loads(body)
    assert told["type"] == "policy.version.announced"
    assert (told["data"]["version"], told["data"]["effective_on"]) == (NOTICE.version, "2027-07-01")
    assert told["data"]["changes"] == list(NOTICE.changes)


def test_one_changed_byte_time_or_id_breaks_the_signature() -> None:
    plain = signed_headers("id", b"body", at=1, secret=SECRET)["webhook-signature"]
    others = (("id", b"bodY", 1), ("id", b"body", 2), ("iD", b"body", 1))
    assert plain not in {signed_headers(i, b, at=t, secret=SECRET)["webhook-signature"] for i, b, t in others}


@pytest.mark.parametrize(
    "address",
    [
        NoticeAddress(to="http://example.com/", secret=SECRET),
        NoticeAddress(to="ftp://127.0.0.1/", secret=SECRET),
        NoticeAddress(to="http://[broken/", secret=SECRET),
        NoticeAddress(to="https://example.com/", secret=""),
        NoticeAddress(to="http://127.0.0.1:1/", secret="whsec_***"),
    ],
)
def test_what_must_not_be_spoken_to_or_cannot_be_signed_is_refused_before_anything_is_sent(
    address: NoticeAddress,
) -> None:
    with pytest.raises(VendorRefused):
        WebhookNotices(MovableClock()).deliver(NOTICE, address)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status = 307
    with pytest.raises(VendorRefused) as told:
        WebhookNotices(MovableClock()).deliver(NOTICE, to(receiver))
    assert told.value.status == 307
    assert receiver.posts == []


class TestEvents(EventsContract):
    @pytest.fixture
    def side(self, tmp_path: Path) -> Iterator[EventSide]:
        proves, believes = a_certificate(tmp_path)
        with receiving(proves) as receiver:
            post = WebhookEvents(
                MovableClock(), lookup=lambda *_: ["127.0.0.1"], is_allowed=lambda _: True, trust=believes
            )

            def answer_with(status: int) -> None:
                receiver.status = status

            yield EventSide(post=post, address=to(receiver), answer_with=answer_with, received=receiver.posts)


def leading_to(*found: str) -> WebhookEvents:
    return WebhookEvents(MovableClock(), lookup=lambda *_: list(found))


@pytest.mark.parametrize("found", [("127.0.0.1",), ("93.184.216.34", "10.0.0.7"), ("::ffff:192.168.0.1",), ()])
def test_a_name_that_leads_to_an_inner_network_by_any_address_is_refused_at_each_attempt(
    found: tuple[str, ...],
) -> None:
    post = leading_to(*found)
    with pytest.raises(VendorRefused, match="inner network"):
        post.check("https://hooks.example.com/")
    with pytest.raises(VendorRefused, match="inner network"):
        post.post("whd_1", BODY, NoticeAddress(to="https://hooks.example.com/", secret=SECRET))


def test_a_name_that_leads_elsewhere_between_two_looks_is_not_followed(tmp_path: Path) -> None:
    """The address that was found public is the one spoken to: nobody asks for the name a second time."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    proves, believes = a_certificate(tmp_path)
    with receiving(proves) as receiver:
        post = WebhookEvents(
            MovableClock(),
            lookup=lambda *_: next(answers),
            is_allowed=lambda found: found == "127.0.0.1" or is_public_address(found),
            trust=believes,
        )
        assert post.post("whd_1", BODY, to(receiver)) == 204
        with pytest.raises(VendorRefused):
            post.post("whd_2", BODY, to(receiver))
        assert [headers["webhook-id"] for headers, _ in receiver.posts] == ["whd_1"]


def test_a_server_whose_certificate_is_of_another_name_hears_nothing(tmp_path: Path) -> None:
    proves, believes = a_certificate(tmp_path)
    with receiving(proves) as receiver:
        post = WebhookEvents(MovableClock(), lookup=lambda *_: ["127.0.0.1"], is_allowed=lambda _: True, trust=believes)
        address = NoticeAddress(to=receiver.url.replace("hooks.", "other."), secret=SECRET)
        with pytest.raises(VendorUnavailable):
            post.post("whd_1", BODY, address)
        assert receiver.posts == []


def test_a_name_that_nobody_knows_is_worth_another_attempt() -> None:
    def unknown(*_: object) -> list[str]:
        raise OSError

    with pytest.raises(VendorUnavailable):
        WebhookEvents(MovableClock(), lookup=unknown).check("https://hooks.example.com/")
