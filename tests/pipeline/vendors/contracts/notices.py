"""What every way of telling a tenant must do. A channel's test class inherits these cases and gives its `side`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from pipeline.model.errors import VendorError, VendorRefused, VendorUnavailable
from pipeline.ports.notices import Notice, NoticeAddress, NoticeChannel

NOTICE = Notice(
    id="policy-acme-0123456789abcdef",
    tenant="acme",
    policy="nejix",
    version="2027-06-01.1",
    digest="d" * 64,
    effective_on=date(2027, 7, 1),
    subject="Nejix Privacy Policy changes on 2027-07-01",
    text="What changes:\n- retention.recording.original.days: 90 -> 30 (tightening)\n",
    changes=("retention.recording.original.days: tightening",),
)


@dataclass(frozen=True, kw_only=True)
class Side:
    """The channel, an address at a real server, what that server took, and how to have it answer otherwise."""

    channel: NoticeChannel
    address: NoticeAddress
    answer_with: Callable[[int], None]
    again: int
    refusal: int
    received: list[str] = field(default_factory=list)
    """The id of each notice that was taken."""


class NoticesContract:
    """Fixtures of the subclass: `side`, `nobody_there` (the same channel and address, with no server behind)."""

    def test_a_notice_that_was_taken_gives_the_status_that_proves_it(self, side: Side) -> None:
        assert 200 <= side.channel.deliver(NOTICE, side.address) < 300
        assert side.received == [NOTICE.id]

    def test_a_second_attempt_bears_the_same_id(self, side: Side) -> None:
        for _ in range(2):
            side.channel.deliver(NOTICE, side.address)
        side.channel.deliver(replace(NOTICE, id="policy-acme-other"), side.address)
        assert side.received == [NOTICE.id, NOTICE.id, "policy-acme-other"]

    def test_a_server_that_asks_to_come_again_is_worth_another_attempt(self, side: Side) -> None:
        side.answer_with(side.again)
        with pytest.raises(VendorUnavailable) as told:
            side.channel.deliver(NOTICE, side.address)
        assert told.value.status == side.again
        assert side.received == []

    def test_a_server_that_refuses_is_not_asked_again(self, side: Side) -> None:
        side.answer_with(side.refusal)
        with pytest.raises(VendorRefused) as told:
            side.channel.deliver(NOTICE, side.address)
        assert (told.value.status, told.value.retryable) == (side.refusal, False)

    def test_a_server_that_is_not_there_is_worth_another_attempt(self, nobody_there: Side) -> None:
        with pytest.raises(VendorUnavailable):
            nobody_there.channel.deliver(NOTICE, nobody_there.address)

    def test_no_error_repeats_the_address_or_the_secret(self, side: Side, nobody_there: Side) -> None:
        side.answer_with(side.refusal)
        for one in (side, nobody_there):
            with pytest.raises(VendorError) as told:
                one.channel.deliver(NOTICE, one.address)
            assert one.address.to not in str(told.value) + repr(one.address)
            assert not one.address.secret or one.address.secret not in str(told.value) + repr(one.address)

    def test_it_says_what_it_sends_to_whom(self, side: Side) -> None:
        assert side.channel.audit.processor
        assert side.channel.audit.data_kind
