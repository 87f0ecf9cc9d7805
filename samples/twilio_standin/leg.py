"""One leg of a call as TwiML sees it: whom it connects, where its documents come from, what has been said on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from samples.scenario import Answer, Place, Scenario
from samples.twilio_standin.callbacks import Callback, Outbox
from samples.twilio_standin.delivery import CONNECT_FAILED, RETRIEVAL_FAILED, Courier, Delivery
from samples.twilio_standin.ledger import CallEntry
from samples.twilio_standin.live import LiveCall
from samples.twilio_standin.twiml import TwimlError, Verb, parse_twiml

if TYPE_CHECKING:
    from samples.twilio_standin.attend import Company
    from samples.twilio_standin.room import Room

CALLER_TRACK: Final = 0
TWILIO_TRACK: Final = 1
_XML: Final = ("text/xml", "application/xml", "text/html")
_SILENCE: Final = Answer(kind="silence")
_MOST_DOCUMENTS: Final = 60
_NOT_QUESTIONS: Final = ("announced", "message")


class CallEnds(Exception):
    """The leg is over. `by` is caller, agent, callee, twiml, api or error."""

    def __init__(self, by: str) -> None:
        self.by = by
        super().__init__(by)


class NewDocument(Exception):
    """Another document replaces the one being executed."""

    def __init__(self, verbs: tuple[Verb, ...]) -> None:
        self.verbs = verbs
        super().__init__("new document")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A line that Twilio spoke, and when."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An error as Twilio's debugger would show it."""

    code: int
    message: str
    url: str = ""


@dataclass(slots=True)
class Person:
    """Who is asked: answers by purpose, one for each time, the last one again and again; unasked-for is silence.

    An announcement and a message are no questions: they are met with silence unless prepared for by name.
    """

    answers: Mapping[str, tuple[Answer, ...]]
    asked: list[str] = field(default_factory=list)

    def answer(self, purpose: str) -> Answer:
        """Answer a question of this purpose; `any` stands for questions not listed."""
        if purpose in _NOT_QUESTIONS:
            return (self.answers.get(purpose) or (_SILENCE,))[0]
        prepared = self.answers.get(purpose) or self.answers.get("any") or (_SILENCE,)
        turn = self.asked.count(purpose)
        self.asked.append(purpose)
        return prepared[min(turn, len(prepared) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What somebody did when asked, and when: seconds from the start of their call."""

    purpose: str
    kind: str
    asked_s: float
    at_s: float
    at: datetime


@dataclass(slots=True, kw_only=True)
class Presence:
    """When a leg was in a room; None: to the end."""

    call_sid: str
    joined_at: datetime
    left_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Journal:
    """What happened on a call, for whoever played it."""

    documents: list[Delivery] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    events: list[tuple[str, int | None]] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    presences: list[Presence] = field(default_factory=list)
    talked_from_s: float | None = None
    talked_until_s: float | None = None


@dataclass(slots=True, kw_only=True)
class Leg:
    """A leg and all it needs to execute TwiML.

    `is_called` is a leg that the product called while another call runs, which has the `company`; `due` are callbacks
    and the second of the leg at which each is sent. `wait` gives the product real time to do what follows its answers.
    """

    entry: CallEntry
    live: LiveCall
    person: Person
    scenario: Scenario
    courier: Courier
    outbox: Outbox
    journal: Journal
    fallback_url: str | None = None
    agent: AgentApi | None = None
    other_legs: list[CallEntry] = field(default_factory=list)
    is_called: bool = False
    company: Company | None = None
    room: Room | None = None
    recording_url: str | None = None
    due: list[tuple[float, Callback]] = field(default_factory=list)
    url: str = ""
    fetched: int = 0
    talks: int = 0
    wait: Callable[[], object] = bool

    def params(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Write what Twilio posts about a leg (consent.md B.1)."""
        entry = self.entry
        params = {
            "AccountSid": entry.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": entry.sid,
            "CallStatus": entry.status,
            "Direction": entry.direction,
        }
        for side, number, place in (
            (("From", "Caller"), entry.from_, self.scenario.from_place),
            (("To", "Called"), entry.to, self.scenario.to_place),
        ):
            for name in side:
                params |= {name: number} | _place(name, place)
        if entry.direction == "inbound":
            params["StirVerstat"] = self.scenario.stir_verstat
            params["CallToken"] = '{"parentCallInfoToken":"stand-in"}'
        if entry.parent_sid:
            params["ParentCallSid"] = entry.parent_sid
        if self.scenario.forwarded_from and entry.direction == "inbound":
            params["ForwardedFrom"] = self.scenario.forwarded_from
        if entry.answered_by:
            params["AnsweredBy"] = entry.answered_by
        return params | dict(extra or {})

    def resolve(self, url: str) -> str:
        """Make a URL of a document absolute, as seen from that document; empty is the document's own."""
        return urljoin(self.url, url) if url else self.url

    def fetch(self, url: str, method: str, extra: Mapping[str, str] | None = None) -> tuple[Verb, ...]:
        """Get the document at a URL, or the fallback's where that fails.

        Raises:
            CallEnds: neither can be had.
        """
        self.fetched += 1
        if self.fetched > _MOST_DOCUMENTS:
            self.fail(12000, "too many documents on one call", url)
        delivery = self.ask_for(url, method, extra)
        self.url = delivery.url
        try:
            return read_document(delivery)
        except TwimlError as error:
            self.journal.notices.append(Notice(code=error.code, message=str(error), url=delivery.url))
            if self.fallback_url is None or error.code == 12200:
                raise CallEnds("error") from error
            fallback, self.fallback_url = self.fallback_url, None
            return self.fetch(fallback, "POST", {"ErrorCode": str(error.code), "ErrorUrl": delivery.url})

    def ask_for(self, url: str, method: str, extra: Mapping[str, str] | None = None) -> Delivery:
        """Ask for a document, whatever comes."""
        delivery = self.courier.send("voice", url, self.params(extra), method=method.upper() or "POST")
        self.journal.documents.append(delivery)
        return delivery

    def fail(self, code: int, message: str, url: str = "") -> None:
        """End the call with an error notification.

        Raises:
            CallEnds: always.
        """
        self.journal.notices.append(Notice(code=code, message=message, url=url or self.url))
        raise CallEnds("error")

    def settle(self) -> None:
        """Between two steps: complete stopped recordings, send callbacks, and do what the REST API asked.

        Raises:
            NewDocument, CallEnds: the API gave other TwiML, or ended the call.
            RoomOver: the room that the leg is in was ended.
        """
        for entry in list(self.live.ledger.recordings.values()):
            if entry.call_sid == self.entry.sid and not entry.recorder.is_running and entry.sound is None:
                self.live.complete_recordings(only=entry)
        self._post_due()
        self.outbox.drain()
        self.wait()
        if self.company is not None:
            self.company.attend()
        if not self.live.updates:
            return
        update = self.live.updates.popleft()
        if update.status in ("completed", "canceled"):
            raise CallEnds("api")
        if update.url is not None:
            raise NewDocument(self.fetch(update.url, update.method))
        raise NewDocument(parse_twiml(update.twiml or "<Response/>"))

    def _post_due(self) -> None:
        for at_s, callback in tuple(self.due):
            if at_s <= self.live.now_s:
                self.due.remove((at_s, callback))
                self.outbox.add(callback)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentApi:
    """Where the tenant's agent tells the product what a caller asked for, and with which key."""

    base: str
    key: str = field(repr=False)


def read_document(delivery: Delivery) -> tuple[Verb, ...]:
    """Read the document that a webhook answered.

    Raises:
        TwimlError: it did not answer, or not with one.
    """
    if not delivery.is_ok:
        code = CONNECT_FAILED if delivery.failed_by == "ct" else RETRIEVAL_FAILED
        raise TwimlError(code, "the document could not be retrieved")
    if not delivery.body.strip():
        return ()
    if not delivery.content_type.startswith(_XML):
        raise TwimlError(12300, "invalid content type")
    return parse_twiml(delivery.body)


def _place(prefix: str, place: Place) -> dict[str, str]:
    return {
        f"{prefix}City": place.city,
        f"{prefix}State": place.state,
        f"{prefix}Zip": place.zip,
        f"{prefix}Country": place.country,
    }
