"""What every channel of one-time codes must do. A vendor's test class inherits these cases and names its fixtures."""

from __future__ import annotations

from typing import Protocol

import pytest

from pipeline.model.errors import NotFound, VendorBrokeContract, VendorRefused, VendorUnavailable
from pipeline.ports.codes import CodeChannel
from pipeline.ports.recordings import VendorAccount


class World(Protocol):
    """What a test arranges at the vendor, and what it sees there."""

    account: VendorAccount
    to: str
    sender: str

    def texts(self) -> list[tuple[str, str]]: ...
    def answer(self, status: int) -> None: ...


class CodeContract:
    """Fixtures of the subclass: `channel` and its `world`."""

    def test_a_text_reaches_whom_it_is_for(self, channel: CodeChannel, world: World) -> None:
        channel.send_code(world.account, to=world.to, sender=world.sender, text="Your code: 123456.")
        assert world.texts() == [(world.to, "Your code: 123456.")]

    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (503, VendorUnavailable),
            (429, VendorUnavailable),
            (400, VendorRefused),
            (404, NotFound),
            (302, VendorBrokeContract),
        ],
    )
    def test_what_did_not_go_out_is_said_and_asked_once(
        self, channel: CodeChannel, world: World, status: int, error: type[Exception]
    ) -> None:
        world.answer(status)
        with pytest.raises(error) as caught:
            channel.send_code(world.account, to=world.to, sender=world.sender, text="Your code: 123456.")
        assert "123456" not in str(caught.value)
        assert world.to not in str(caught.value)
        assert len(world.texts()) == 1
