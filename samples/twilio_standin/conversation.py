"""The parties talk: the scenario's audio on both tracks, with what happens in the middle of it."""

from __future__ import annotations

import time

import httpx

from samples.scenario import Event
from samples.twilio_standin.audio import Samples, hum, key_tones, read_sound
from samples.twilio_standin.leg import CALLER_TRACK, TWILIO_TRACK, CallEnds, Leg, NewDocument


def converse(leg: Leg) -> None:
    """Let the parties talk to the end of the audio, or until an event or the API ends it.

    Raises:
        CallEnds: somebody hung up.
        NewDocument: the API gave other TwiML.
    """
    live, scenario = leg.live, leg.scenario
    begin = live.now_s
    tracks = _sound(leg)
    length = max(len(track) for track in tracks) / 8000
    for number, track in enumerate(tracks):
        live.timeline.place(number, begin, track)
    leg.journal.talked_from_s = begin
    try:
        for event in sorted(scenario.events, key=lambda e: e.at_s):
            if event.at_s < length:
                live.advance(begin + event.at_s - live.now_s)
                leg.settle()
                if not _happens(leg, event):
                    _fall_silent(leg)
                    return
                leg.settle()
        live.advance(begin + length - live.now_s)
        leg.settle()
    except (CallEnds, NewDocument):
        _fall_silent(leg)
        raise
    leg.journal.talked_until_s = live.now_s
    if scenario.ends_by == "caller":
        raise CallEnds("caller")


def _sound(leg: Leg) -> tuple[Samples, Samples]:
    path = leg.scenario.audio_path
    if path is None:
        sound = hum(leg.scenario.conversation_s)
        return sound, sound
    both = read_sound(path)
    return both[:, 0], both[:, 1]


def _fall_silent(leg: Leg) -> None:
    for track in (CALLER_TRACK, TWILIO_TRACK):
        leg.live.timeline.cut(track, leg.live.now_s)
    leg.journal.talked_until_s = leg.live.now_s


def _happens(leg: Leg, event: Event) -> bool:
    """Let an event happen; False when the talk is over and the document goes on."""
    if event.do == "hang_up":
        raise CallEnds("caller")
    if event.do == "agent_ends":
        return False
    if event.do == "keypress":
        leg.live.timeline.place(CALLER_TRACK, leg.live.now_s, key_tones(event.digits))
        return True
    _withdraw(leg, event)
    return True


def _wait_until_it_is_said(leg: Leg) -> None:
    """Let the real clock reach the simulated moment: what is withdrawn is cut by the product's own clock."""
    time.sleep(max(0.0, (leg.live.at(leg.live.now_s) - leg.live.ledger.now()).total_seconds()))


def _withdraw(leg: Leg, event: Event) -> None:
    """Have the agent tell the product that the caller takes the permission back, and give it time to act."""
    if leg.agent is None:
        leg.journal.events.append(("withdraw", None))
        return
    _wait_until_it_is_said(leg)
    leg.live.changed.clear()
    try:
        answer = httpx.post(
            f"{leg.agent.base}/api/v1/calls/{leg.entry.sid}/withdraw",
            headers={"Authorization": f"Bearer {leg.agent.key}"},
            json={"at": leg.live.at(leg.live.now_s).isoformat()},
            timeout=15,
        )
        leg.journal.events.append(("withdraw", answer.status_code))
    except httpx.HTTPError:
        leg.journal.events.append(("withdraw", None))
    patience = time.monotonic() + event.wait_s
    while leg.live.is_capturing() and time.monotonic() < patience:
        leg.live.changed.wait(0.05)
        leg.live.changed.clear()
