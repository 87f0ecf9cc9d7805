"""What every way to tenants' servers must do. An adapter's test class inherits these cases and gives its `side`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from pipeline.model.errors import VendorError, VendorRefused, VendorUnavailable
from pipeline.ports.events import EventPost
from pipeline.ports.notices import NoticeAddress

BODY = b'{"data":{"recording":"rec_1"},"id":"whd_1","type":"recording.published"}'
INNER = ("https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://localhost/", "https://db.internal/")


@dataclass(frozen=True, kw_only=True)
class EventSide:
    """The post, an address at a real server, what that server took, and how to have it answer otherwise."""

    post: EventPost
    address: NoticeAddress
    answer_with: Callable[[int], None]
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


class EventsContract:
    """Fixtures of the subclass: `side`."""

    def test_a_message_that_was_taken_gives_its_status_and_arrives_byte_by_byte(self, side: EventSide) -> None:
        side.post.check(side.address.to)
        assert side.post.post("whd_1", BODY, side.address) == 204
        ((headers, body),) = side.received
        assert (headers["webhook-id"], body) == ("whd_1", BODY)

    def test_a_server_that_asks_to_come_again_is_worth_another_attempt(self, side: EventSide) -> None:
        side.answer_with(503)
        with pytest.raises(VendorUnavailable) as told:
            side.post.post("whd_1", BODY, side.address)
        assert told.value.status == 503

    def test_a_server_that_refuses_or_sends_elsewhere_has_refused(self, side: EventSide) -> None:
        for status in (410, 302):
            side.answer_with(status)
            with pytest.raises(VendorRefused):
                side.post.post("whd_1", BODY, side.address)
        assert side.received == []

    @pytest.mark.parametrize("url", INNER)
    def test_nothing_is_spoken_to_in_an_inner_network(self, side: EventSide, url: str) -> None:
        with pytest.raises(VendorRefused):
            side.post.check(url)
        with pytest.raises(VendorRefused):
            side.post.post("whd_1", BODY, NoticeAddress(to=url, secret="s"))

    def test_no_error_repeats_the_address_or_the_secret(self, side: EventSide) -> None:
        side.answer_with(500)
        with pytest.raises(VendorError) as told:
            side.post.post("whd_1", BODY, side.address)
        assert side.address.to not in str(told.value)
        assert side.address.secret not in str(told.value)

    def test_it_says_what_it_sends_to_whom(self, side: EventSide) -> None:
        assert side.post.audit.processor
        assert side.post.audit.data_kind
