"""A conference room: who is in it, what is asked of it by REST, and whom it tells.

Its callback is that of whoever comes in first, as Twilio has it; so is its `record` attribute, which is why nobody
who waits for everybody's permission can rely on it. It begins when two are in it of whom one may begin it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from samples.twilio_standin.callbacks import Callback
from samples.twilio_standin.leg import Leg
from samples.twilio_standin.twiml import Verb

WAITING: Final = "init"
RUNNING: Final = "in-progress"
OVER: Final = "completed"


class InRoom(Exception):
    """A leg that the product called stands in a room now; its document goes on when it comes out.

    `dial` is the verb that brought it in, `rest` what stands after it.
    """

    def __init__(self, room: Room) -> None:
        self.room = room
        self.dial: Verb | None = None
        self.rest: tuple[Verb, ...] = ()
        super().__init__("in a room")


class RoomOver(Exception):
    """The room was ended while a leg was in it."""


@dataclass(slots=True, kw_only=True)
class Member:
    """A leg in a room. Seconds are those of its own call."""

    leg: Leg
    since_s: float
    may_begin: bool
    ends_it: bool


@dataclass(slots=True, kw_only=True)
class Room:
    """One conference. `announcements` (address, method) and `removed` (call SIDs) wait for whoever plays the call."""

    sid: str
    account_sid: str
    name: str
    created_at: datetime
    status: str = WAITING
    members: dict[str, Member] = field(default_factory=dict)
    announcements: deque[tuple[str, str]] = field(default_factory=deque)
    removed: deque[str] = field(default_factory=deque)
    callback: tuple[Leg, str, str, frozenset[str]] | None = None
    ended_by: str = ""
    sequence: int = 0

    def join(self, leg: Leg, noun: Verb) -> None:
        """Let a leg in and tell of it."""
        if not self.members and self.callback is None and noun.get("statusCallback"):
            events = frozenset(noun.get("statusCallbackEvent").split())
            method = noun.get("statusCallbackMethod", "POST")
            self.callback = (leg, leg.resolve(noun.get("statusCallback")), method, events)
        self.members[leg.entry.sid] = Member(
            leg=leg,
            since_s=leg.live.now_s,
            may_begin=noun.get("startConferenceOnEnter", "true").lower() == "true",
            ends_it=noun.is_true("endConferenceOnExit"),
        )
        self.tell("participant-join", leg)
        self.begin_if_due(self.size)

    def begin_if_due(self, people: int) -> None:
        """Begin when two are there of whom one may begin it."""
        if self.status == WAITING and people > 1 and any(m.may_begin for m in self.members.values()):
            self.status = RUNNING
            self.tell("conference-start")

    def leave(self, leg: Leg) -> None:
        """Let a leg out and tell of it; the room is over with the last, or with one who ends it."""
        member = self.members.pop(leg.entry.sid, None)
        if member is None:
            return
        self.tell("participant-leave", leg)
        if member.ends_it or not self.members:
            self.end(by=leg.entry.sid)

    def end(self, *, by: str = "") -> None:
        """End the room: everybody is put out, then the end is told. A second time changes nothing."""
        if self.status == OVER:
            return
        self.status, self.ended_by = OVER, by
        for sid in tuple(self.members):
            self.tell("participant-leave", self.members.pop(sid).leg)
        self.tell("conference-end")

    @property
    def size(self) -> int:
        """Say how many are in it."""
        return len(self.members)

    def tell(self, event: str, leg: Leg | None = None) -> None:
        """Tell whoever asked to be told; `event` is such as `participant-join`."""
        if self.callback is None:
            return
        first, url, method, wanted = self.callback
        if event.split("-")[1] not in wanted:
            return
        self.sequence += 1
        params = {
            "AccountSid": self.account_sid,
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "StatusCallbackEvent": event,
            "SequenceNumber": str(self.sequence),
            "Timestamp": format_datetime(first.live.ledger.now()),
        }
        if leg is not None:
            params |= {"CallSid": leg.entry.sid, "Muted": "false", "Hold": "false", "Coaching": "false"}
        elif event == "conference-end":
            params |= {"CallSidEndingConference": self.ended_by, "ReasonConferenceEnded": "last-participant-left"}
        first.outbox.add(Callback(event=f"conference.{event}", url=url, params=params, method=method))
        first.outbox.drain()
