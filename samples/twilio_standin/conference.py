"""A conference: joined by the caller and, where the scenario says so, by its callee; legs made by REST do not join."""

from __future__ import annotations

from typing import Final, NoReturn

from samples.twilio_standin.audio import hum
from samples.twilio_standin.callbacks import Callback
from samples.twilio_standin.conversation import converse
from samples.twilio_standin.ledger import new_sid
from samples.twilio_standin.leg import TWILIO_TRACK, CallEnds, Leg
from samples.twilio_standin.recorder import DEFAULT_TRIM, RecorderSettings
from samples.twilio_standin.twiml import Verb

_PATIENCE_S: Final = 15.0


class CallerLeft(Exception):
    """The caller hung up during the bridge; the action is still told of it."""

    def __init__(self, facts: dict[str, str], end: CallEnds) -> None:
        self.facts, self.end = facts, end
        super().__init__("over")


def confer(leg: Leg, room: Verb) -> dict[str, str]:
    """Join a conference; it is recorded from its start where the document says so."""
    conference = new_sid("CF")
    callback = room.get("recordingStatusCallback")
    if room.get("record") == "record-from-start":
        settings = RecorderSettings(
            source="Conference",
            channels=1,
            trim=room.get("trim") or DEFAULT_TRIM["Conference"],
            callback=leg.resolve(callback) if callback else None,
            callback_events=tuple(room.get("recordingStatusCallbackEvent", "completed").split()),
        )
        leg.live.start_recorder(settings, conference_sid=conference)
    _tell_room(leg, room, conference, ("participant-join",))
    is_alone = leg.scenario.callee is None or not leg.scenario.callee.joins_conference
    if not is_alone:
        _tell_room(leg, room, conference, ("conference-start",))
    begin = leg.live.now_s
    facts = {"DialCallStatus": "answered", "DialBridged": "true"}
    try:
        if is_alone:
            _hold(leg)
        converse(leg)
    except CallEnds as end:
        _tell_room(leg, room, conference, ("participant-leave", "conference-end"))
        if end.by != "caller":
            raise
        facts["DialCallDuration"] = str(round(leg.live.now_s - begin))
        raise CallerLeft(facts, end) from end
    _tell_room(leg, room, conference, ("participant-leave", "conference-end"))
    return facts | {"DialCallDuration": str(round(leg.live.now_s - begin))}


def _hold(leg: Leg) -> NoReturn:
    """Keep a caller waiting whom nobody joins, until the caller gives up."""
    leg.live.timeline.place(TWILIO_TRACK, leg.live.now_s, hum(_PATIENCE_S))
    leg.live.advance(_PATIENCE_S)
    raise CallEnds("caller")


def _tell_room(leg: Leg, room: Verb, conference: str, events: tuple[str, ...]) -> None:
    wanted = room.get("statusCallbackEvent").split()
    for event in events:
        if room.get("statusCallback") and event.split("-")[1] in wanted:
            params = {
                "AccountSid": leg.entry.account_sid,
                "CallSid": leg.entry.sid,
                "ConferenceSid": conference,
                "FriendlyName": room.text,
                "StatusCallbackEvent": event,
            }
            leg.outbox.add(
                Callback(event=f"conference.{event}", url=leg.resolve(room.get("statusCallback")), params=params)
            )
    leg.outbox.drain()
