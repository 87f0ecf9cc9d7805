"""The parties talk: the scenario's audio on both tracks, with what happens in the middle of it."""

from __future__ import annotations

import time
from typing import Any, Final

import httpx

from samples.scenario import Event
from samples.twilio_standin.audio import Samples, hum, key_tones, read_sound
from samples.twilio_standin.leg import CALLER_TRACK, TWILIO_TRACK, CallEnds, Leg
from samples.twilio_standin.recorder import RecorderSettings

_ROUTES: Final = {"add": "participants"}
_ALL_EVENTS: Final = ("in-progress", "completed", "absent")
_OVER: Final = "over"


def converse(leg: Leg, *, at_most_s: float | None = None, is_message: bool = False) -> str:
    """Let the parties talk to the end of the audio, or until an event or the API ends it.

    Args:
        leg: whose call.
        at_most_s: where what they say is cut; None: nowhere.
        is_message: a message is being left, which a key ends.

    Returns:
        The keys that ended a message, else "".

    Raises:
        CallEnds: somebody hung up.
        NewDocument: the API gave other TwiML.
        RoomOver: the room in which they talk was ended.
    """
    live, scenario = leg.live, leg.scenario
    begin = live.now_s
    leg.talks += 1
    tracks, is_cut = _sound(leg, at_most_s)
    length = max(len(track) for track in tracks) / 8000
    _speak(leg, tracks, from_s=0.0)
    if leg.journal.talked_from_s is None:
        leg.journal.talked_from_s = begin
    try:
        for event in sorted(scenario.events, key=lambda e: e.at_s):
            if event.at_s < length and event.talk == leg.talks:
                live.advance(max(0.0, begin + event.at_s - live.now_s))
                leg.settle()
                ended_by = _happens(leg, event, is_message=is_message)
                if ended_by:
                    return "" if ended_by == _OVER else ended_by
                leg.settle()
                if live.now_s > begin + event.at_s:
                    # Somebody else was asked meanwhile, while these two waited: they go on where they were.
                    begin = live.now_s - event.at_s
                    _speak(leg, tracks, from_s=event.at_s)
        live.advance(max(0.0, begin + length - live.now_s))
        leg.settle()
    finally:
        _fall_silent(leg)
    if scenario.ends_by == "caller" and not is_cut:
        raise CallEnds("caller")
    return ""


def record_elsewhere(leg: Leg, source: str) -> None:
    """Start a recorder that the product did not ask for; its callbacks go where all of the number's go."""
    leg.live.start_recorder(
        RecorderSettings(source=source, channels=1, callback=leg.recording_url, callback_events=_ALL_EVENTS)
    )


def _sound(leg: Leg, at_most_s: float | None) -> tuple[tuple[Samples, Samples], bool]:
    """Give what both say, and whether it had to be cut."""
    path = leg.scenario.audio_path
    one = other = hum(leg.scenario.conversation_s)
    if path is not None:
        both = read_sound(path)
        one, other = both[:, 0], both[:, 1]
    most = max(len(one), len(other)) if at_most_s is None else round(at_most_s * 8000)
    return (one[:most], other[:most]), max(len(one), len(other)) > most


def _speak(leg: Leg, tracks: tuple[Samples, ...], *, from_s: float) -> None:
    """Let what is left of the talk be heard from now on, in place of what was to be heard."""
    for number, track in enumerate(tracks):
        leg.live.timeline.cut(number, leg.live.now_s)
        leg.live.timeline.place(number, leg.live.now_s, track[round(from_s * 8000) :])


def _fall_silent(leg: Leg) -> None:
    for track in (CALLER_TRACK, TWILIO_TRACK):
        leg.live.timeline.cut(track, leg.live.now_s)
    leg.journal.talked_until_s = leg.live.now_s


def _happens(leg: Leg, event: Event, *, is_message: bool) -> str:
    """Let an event happen; give what ended the talk, if it did: keys, or that it is over."""
    if event.do == "hang_up":
        raise CallEnds("caller")
    if event.do == "agent_ends":
        return _OVER
    if event.do == "keypress":
        leg.live.timeline.place(CALLER_TRACK, leg.live.now_s, key_tones(event.digits))
        return event.digits if is_message else ""
    if event.do == "record":
        record_elsewhere(leg, event.source)
    elif event.do in ("intrude", "leave"):
        _come_or_go(leg, event)
    else:
        _ask_product(leg, event)
    return ""


def _come_or_go(leg: Leg, event: Event) -> None:
    if leg.company is None:
        return
    if event.do == "intrude":
        leg.company.intrude(event.to)
    elif (called := leg.company.at(event.to)) is not None:
        called.hang_up(leg)


def _ask_product(leg: Leg, event: Event) -> None:
    """Have the tenant's software tell the product what somebody asked for, and give it time to act."""
    if leg.agent is None:
        leg.journal.events.append((event.do, None))
        return
    body: dict[str, Any] = dict(event.body)
    if event.to:
        body["to"] = event.to
    if event.do == "withdraw":
        _wait_until_it_is_said(leg)
        body.setdefault("at", leg.live.at(leg.live.now_s).isoformat())
    leg.live.changed.clear()
    url = f"{leg.agent.base}/api/v1/calls/{leg.entry.sid}/{_ROUTES.get(event.do, event.do)}"
    try:
        answer = httpx.post(url, headers={"Authorization": f"Bearer {leg.agent.key}"}, json=body, timeout=15)
        leg.journal.events.append((event.do, answer.status_code))
    except httpx.HTTPError:
        leg.journal.events.append((event.do, None))
    if event.do == "withdraw":
        _hold(leg, event.wait_s)


def _wait_until_it_is_said(leg: Leg) -> None:
    """Let the real clock reach the simulated moment: what is withdrawn is cut by the product's own clock."""
    time.sleep(max(0.0, (leg.live.at(leg.live.now_s) - leg.live.ledger.now()).total_seconds()))


def _hold(leg: Leg, wait_s: float) -> None:
    patience = time.monotonic() + wait_s
    while leg.live.is_capturing() and time.monotonic() < patience:
        leg.live.changed.wait(0.05)
        leg.live.changed.clear()
