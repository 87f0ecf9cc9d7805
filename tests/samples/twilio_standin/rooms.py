"""A product that puts a caller into a room and calls somebody else into it, as small as can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samples.twilio_standin import Account, Standin
from samples.twilio_standin.client import standin_client
from tests.samples.twilio_standin.conftest import Got, Product

VOICE, JOIN, ROOM, END, AFTER = (f"/twilio/acme/{name}" for name in ("voice", "join", "conference", "end", "after"))
DESK, OTHER = "+13035550188", "+13035550177"


def a_room(*, ends: bool = False, action: str = "") -> str:
    return (
        f'<Response><Dial action="{action}"><Conference endConferenceOnExit="{str(ends).lower()}" '
        f'statusCallback="{ROOM}" statusCallbackEvent="start end join leave">room-1</Conference></Dial></Response>'
    )


class Rooms:
    """Calls the desk when the caller comes in; `on[event]` is asked for more, with what was posted."""

    def __init__(self, product: Product, twilio: Standin, account: Account) -> None:
        self.product, self.twilio, self.account = product, twilio, account
        self.on: dict[str, Callable[[Got], object]] = {}
        self.caller = self.desk = ""
        product.twiml |= {VOICE: self._voice, JOIN: self._join, ROOM: self._told, END: "<Response/>"}

    def client(self) -> Any:
        return standin_client(self.twilio.url, self.account.sid, self.account.auth_token)

    def rest(self, ask: Callable[[Any], Any]) -> Any:
        """Ask something of Twilio with its own client."""
        client = self.client()
        try:
            return ask(client)
        finally:
            client.http_client.close()

    def call(self, number: str = DESK, **options: object) -> str:
        url = f"{self.product.base}{JOIN}?call={self.caller}"
        placed = self.rest(lambda c: c.calls.create(to=number, from_="+13035550100", url=url, **options))
        return str(placed.sid)

    def events(self) -> list[str]:
        return [got.params["StatusCallbackEvent"] for got in self.product.to(ROOM)]

    def _voice(self, got: Got) -> str:
        self.caller = got.params["CallSid"]
        self.desk = self.call()
        return a_room(ends=True, action=END)

    def _join(self, got: Got) -> str:
        if got.params.get("Digits") == "1":
            return a_room(action=AFTER)
        if "Digits" in got.params:
            return "<Response><Hangup/></Response>"
        return f'<Response><Gather numDigits="1" action="{JOIN}"><Say>Press one.</Say></Gather></Response>'

    def _told(self, got: Got) -> str:
        ask = self.on.get(got.params["StatusCallbackEvent"])
        if ask is not None:
            ask(got)
        return ""
