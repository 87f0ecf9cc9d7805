"""A room as Twilio writes it: nobody is heard entering, nobody waits for a beep, and it never records by itself.

`record` on a `<Conference>` is fixed by whoever enters first, mixes everybody into one channel, and starts before the
last person has been asked. So it is off, and the recorder is started on the caller's leg, which hears the room.
"""

from __future__ import annotations

from twilio.twiml.voice_response import Dial, VoiceResponse

from pipeline.intake.rooms import Room
from webhooks.twilio.urls import Urls


def meet(document: VoiceResponse, room: Room, *, call_sid: str, urls: Urls, is_caller: bool) -> None:
    """Have a leg enter a room. It is the caller's: when the caller leaves it is over for all."""
    dial = Dial(action=urls.dial_end(call_sid), method="POST") if is_caller else Dial()
    dial.conference(
        room.name,
        start_conference_on_enter=True,
        end_conference_on_exit=is_caller,
        beep="false",
        record="do-not-record",
        status_callback=urls.conference(call_sid, room.number),
        status_callback_method="POST",
        status_callback_event="start end join leave",
    )
    document.append(dial)
    if not is_caller:
        document.hangup()
