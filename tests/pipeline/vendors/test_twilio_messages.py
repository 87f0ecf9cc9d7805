from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipeline.model.errors import InvalidInput, NotFound, VendorBrokeContract, VendorRefused, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.model.subject import IdentifierKind
from pipeline.ports.recordings import VendorAccount
from pipeline.vendors.twilio_line import TwilioLine
from pipeline.vendors.twilio_messages import TwilioMessages
from pipeline.vendors.twilio_pace import Patience
from tests.pipeline.vendors.contracts.codes import CodeContract
from tests.pipeline.vendors.said import Said, a_server

ACME = VendorAccount(tenant=TenantId("acme"), account_sid="AC" + "a" * 32, auth_token="the-token")
SENT = {"sid": "SM" + "5" * 32, "status": "queued"}


class SaidWorld:
    """A server that takes messages, or answers with a status."""

    account = ACME
    to, sender = "+15005550001", "+15005550006"
    refusals = (
        (503, VendorUnavailable), (429, VendorUnavailable), (400, VendorRefused), (404, NotFound),
        (302, VendorBrokeContract),
    )  # fmt: skip

    def __init__(self, said: Said) -> None:
        self.said = said
        said.by_path["Messages.json"] = (201, SENT)

    def texts(self) -> list[tuple[str, str]]:
        forms = [dict(one.form) for one in self.said.asked]
        return [(form["To"], form["Body"]) for form in forms]

    def asked(self) -> int:
        return len(self.said.asked)

    def answer(self, status: int) -> None:
        self.said.by_path["Messages.json"] = (
            status,
            {"code": 21211, "message": "the number +15005550001 is not valid"},
        )


@pytest.fixture
def said() -> Iterator[Said]:
    with a_server(Said()) as said:
        yield said


@pytest.fixture
def world(said: Said) -> SaidWorld:
    return SaidWorld(said)


@pytest.fixture
def channel(said: Said) -> TwilioMessages:
    return TwilioMessages(line=TwilioLine(api_base=said.url, patience=Patience(first_wait_s=0.001)))


class TestTwilioMessages(CodeContract):
    """The port's own cases."""


def test_a_message_goes_to_the_tenants_own_account_from_its_own_number(
    world: SaidWorld, channel: TwilioMessages
) -> None:
    channel.send_code(ACME, to=world.to, sender=world.sender, text="hello")
    (asked,) = world.said.asked
    assert asked.path == f"/2010-04-01/Accounts/{ACME.account_sid}/Messages.json"
    assert dict(asked.form)["From"] == world.sender
    assert channel.kind is IdentifierKind.NUMBER
    assert channel.audit.processor == "twilio"


@pytest.mark.parametrize(
    ("account", "error"),
    [(replace(ACME, account_sid="AC1"), InvalidInput), (replace(ACME, auth_token=""), VendorRefused)],
)
def test_an_account_that_cannot_be_one_is_not_asked(
    world: SaidWorld, channel: TwilioMessages, account: VendorAccount, error: type[Exception]
) -> None:
    with pytest.raises(error):
        channel.send_code(account, to=world.to, sender=world.sender, text="hello")
    assert world.texts() == []
