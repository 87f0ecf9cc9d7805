from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipeline.model.errors import VendorRefused, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.ports.recordings import VendorAccount
from pipeline.vendors.smtp_codes import SmtpCodes
from pipeline.vendors.smtp_session import SmtpServer
from tests.mail_server import Post, mail_server
from tests.pipeline.vendors.contracts.codes import CodeContract


class PostWorld:
    """A mail server, and what it took."""

    account = VendorAccount(tenant=TenantId("acme"), account_sid="", auth_token="")
    to, sender = "ana@example.com", "-"
    refusals = ((451, VendorUnavailable), (421, VendorUnavailable), (550, VendorRefused))

    def __init__(self, post: Post) -> None:
        self.post = post

    def texts(self) -> list[tuple[str, str]]:
        return [(to, message.get_content().strip()) for to, message in self.post.messages]

    def answer(self, status: int) -> None:
        self.post.status = status

    def asked(self) -> int:
        return self.post.asked


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as found:
        yield found


@pytest.fixture
def world(post: Post) -> PostWorld:
    return PostWorld(post)


@pytest.fixture
def server(post: Post) -> SmtpServer:
    return SmtpServer(host=post.host, port=post.port, sender="privacy@earmark.example", security="none", timeout_s=5)


@pytest.fixture
def channel(server: SmtpServer) -> SmtpCodes:
    return SmtpCodes(server)


class TestSmtpCodes(CodeContract):
    """The port's own cases."""


def test_the_code_stands_in_the_text_alone(channel: SmtpCodes, world: PostWorld) -> None:
    channel.send_code(world.account, to=world.to, sender="-", text="Acme: 123456 is your code.\n.\nQUIT")
    [(to, message)] = world.post.messages
    assert (to, message["To"], message["From"]) == (world.to, world.to, "privacy@earmark.example")
    assert "123456" in message.get_content()
    assert not [value for _, value in message.items() if "123456" in value or "Acme" in value]
    assert message["Message-ID"].endswith("@earmark.example>")


@pytest.mark.parametrize(
    "to",
    ["ana@example.com\r\nBcc: eve@example.com", "ana@example.com>\nRCPT TO:<eve@example.com", "an\u00e0@example.com"],
)
def test_an_address_that_cannot_be_one_is_refused_and_nothing_goes_out(
    channel: SmtpCodes, world: PostWorld, to: str
) -> None:
    with pytest.raises(VendorRefused) as caught:
        channel.send_code(world.account, to=to, sender="-", text="123456")
    assert "123456" not in str(caught.value)
    assert world.texts() == []


def test_without_encryption_no_code_leaves_this_machine(server: SmtpServer, world: PostWorld) -> None:
    with pytest.raises(VendorRefused, match="in the clear only on this machine"):
        replace(server, host="mail.example")
    with pytest.raises(VendorRefused):
        SmtpCodes(replace(server, security="starttls")).send_code(world.account, to=world.to, sender="-", text="123456")
    assert world.texts() == []
