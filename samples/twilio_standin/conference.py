"""`<Conference>`: a leg goes into a room, and the caller's stays there while people come, talk and go.

The caller's leg plays the room: what happens in it happens on the caller's clock. A leg that the product called only
stands in it, until the room, the API or the scenario lets it out (see `attend`).
"""

from __future__ import annotations

import time
from typing import Final

from samples.twilio_standin.audio import hum
from samples.twilio_standin.conversation import converse
from samples.twilio_standin.ledger import new_sid
from samples.twilio_standin.leg import TWILIO_TRACK, CallEnds, Leg, Presence
from samples.twilio_standin.recorder import DEFAULT_TRIM, RecorderSettings
from samples.twilio_standin.room import OVER, InRoom, Room, RoomOver
from samples.twilio_standin.twiml import Verb

_PATIENCE_S: Final = 15.0
_STEP_S: Final = 5.0
_GRACE_S: Final = 0.3


class CallerLeft(Exception):
    """The caller hung up during the bridge; the action is still told of it."""

    def __init__(self, facts: dict[str, str], end: CallEnds) -> None:
        self.facts, self.end = facts, end
        super().__init__("over")


def confer(leg: Leg, noun: Verb) -> dict[str, str]:
    """Join a room and stay in it; give what the action is told.

    Raises:
        InRoom: this leg was called by the product, and stands in the room now.
        CallerLeft: the caller hung up.
        CallEnds, NewDocument: the API ended the leg, or gave it other TwiML.
    """
    room = enter(leg, noun)
    if leg.is_called:
        raise InRoom(room)
    begin, leg.room = leg.live.now_s, room
    facts = {"DialCallStatus": "answered", "DialBridged": "true"}
    try:
        _meet(leg, room)
        converse(leg)
    except RoomOver:
        pass
    except CallEnds as end:
        if end.by != "caller":
            raise
        facts["DialCallDuration"] = str(round(leg.live.now_s - begin))
        raise CallerLeft(facts, end) from end
    finally:
        leg.room = None
        leave(leg, room)
    return facts | {"DialCallDuration": str(round(leg.live.now_s - begin))}


def enter(leg: Leg, noun: Verb) -> Room:
    """Go into the account's room of that name, which is made where there is none."""
    ledger = leg.live.ledger
    with ledger.lock:
        rooms = (r for r in ledger.rooms.values() if r.account_sid == leg.entry.account_sid and r.status != OVER)
        room = next((r for r in rooms if r.name == noun.text), None)
        if room is None:
            room = Room(sid=new_sid("CF"), account_sid=leg.entry.account_sid, name=noun.text, created_at=ledger.now())
            ledger.rooms[room.sid] = room
    if noun.get("record") == "record-from-start":
        _record(leg, noun, room)
    leg.journal.presences.append(Presence(call_sid=leg.entry.sid, joined_at=leg.live.at(leg.live.now_s)))
    room.join(leg, noun)
    return room


def leave(leg: Leg, room: Room) -> None:
    """Go out of a room; those whom that puts out go on with their own documents when they are attended to."""
    for presence in leg.journal.presences:
        if presence.call_sid == leg.entry.sid and presence.left_at is None:
            presence.left_at = leg.live.at(leg.live.now_s)
    room.leave(leg)


def _meet(leg: Leg, room: Room) -> None:
    """Wait until there is somebody to talk to.

    Raises:
        CallEnds: nobody came, and the caller gave up.
    """
    callee = leg.scenario.callee
    if callee is not None and callee.joins_conference:
        room.begin_if_due(2)
        return
    leg.settle()
    give_up = time.monotonic() + _GRACE_S
    while room.size < 2 and time.monotonic() < give_up:
        time.sleep(0.02)  # the product may place its call a little after it has answered
        leg.settle()
    waited = 0.0
    while room.size < 2:
        if waited >= _PATIENCE_S:
            raise CallEnds("caller")
        leg.live.timeline.place(TWILIO_TRACK, leg.live.now_s, hum(_STEP_S))
        leg.live.advance(_STEP_S)
        waited += _STEP_S
        leg.settle()
    begin = time.monotonic()
    while not leg.live.is_capturing() and time.monotonic() < begin + _GRACE_S:
        time.sleep(0.02)  # nor does it start a recorder in the same instant
        leg.settle()


def _record(leg: Leg, noun: Verb, room: Room) -> None:
    callback = noun.get("recordingStatusCallback")
    settings = RecorderSettings(
        source="Conference",
        channels=1,
        trim=noun.get("trim") or DEFAULT_TRIM["Conference"],
        callback=leg.resolve(callback) if callback else None,
        callback_events=tuple(noun.get("recordingStatusCallbackEvent", "completed").split()),
    )
    leg.live.start_recorder(settings, conference_sid=room.sid)
