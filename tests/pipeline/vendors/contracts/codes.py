"""What every channel of one-time codes must do. A vendor's test class inherits these cases and names its fixtures."""

from __future__ import annotations

from typing import Protocol

import pytest

from pipeline.ports.codes import CodeChannel
from pipeline.ports.recordings import VendorAccount


class World(Protocol):
    """What a test arranges at the vendor, and what it sees there."""

    account: VendorAccount
    to: str
    sender: str
    refusals: tuple[tuple[int, type[Exception]], ...]
    """What the vendor may answer when nothing goes out, and what that is to us: at least again, and never."""

    def texts(self) -> list[tuple[str, str]]: ...
    def answer(self, status: int) -> None: ...
    def asked(self) -> int: ...


class CodeContract:
    """Fixtures of the subclass: `channel` and its `world`."""

    def test_a_text_reaches_whom_it_is_for(self, channel: CodeChannel, world: World) -> None:
        channel.send_code(world.account, to=world.to, sender=world.sender, text="Your code: 123456.")
        assert world.texts() == [(world.to, "Your code: 123456.")]

    def test_what_did_not_go_out_is_said_and_asked_once(self, channel: CodeChannel, world: World) -> None:
        for asked, (status, error) in enumerate(world.refusals, 1):
            world.answer(status)
            with pytest.raises(error) as caught:
                channel.send_code(world.account, to=world.to, sender=world.sender, text="Your code: 123456.")
            assert "123456" not in str(caught.value)
            assert world.to not in str(caught.value)
            assert world.asked() == asked
