"""`<Dial>`: ring somebody, whisper to them, bridge them; or put the caller into a conference.

Not known of the real one: whether `record-from-answer` hears the whisper. Here it does, so that relying on it is heard.
`DialCallStatus` of a callee who was answered and never bridged is `completed` with `DialBridged=false`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from samples.scenario import Callee
from samples.twilio_standin.audio import down_mix
from samples.twilio_standin.callbacks import Callback
from samples.twilio_standin.conference import CallerLeft, confer
from samples.twilio_standin.conversation import converse
from samples.twilio_standin.ledger import CallEntry, RecordingEntry, new_sid
from samples.twilio_standin.leg import TWILIO_TRACK, CallEnds, Leg, NewDocument, Person
from samples.twilio_standin.live import LiveCall
from samples.twilio_standin.recorder import DEFAULT_TRIM, RecorderSettings
from samples.twilio_standin.room import InRoom
from samples.twilio_standin.twiml import Verb

RunAside = Callable[[Leg, tuple[Verb, ...]], bool]
_NOT_ANSWERED: Final = {"no_answer": "no-answer", "busy": "busy"}


def dial(leg: Leg, verb: Verb, run_aside: RunAside) -> None:
    """Connect the caller to a number or a conference, then go to `action`, if any.

    Raises:
        NewDocument: `action` gave the next document.
        CallEnds: somebody ended the call.
    """
    room = next((noun for noun in verb.children if noun.name == "Conference"), None)
    number = next((noun for noun in verb.children if noun.name != "Conference"), None)
    ended: CallEnds | None = None
    try:
        if room is not None:
            facts = _confer(leg, verb, room)
        else:
            facts = _ring(leg, verb, number or Verb(name="Number", attributes={}, text=verb.text), run_aside)
    except CallerLeft as over:
        facts, ended = over.facts, over.end
        leg.entry.status = "completed"
    if verb.get("action"):
        verbs = leg.fetch(leg.resolve(verb.get("action")), verb.get("method", "POST"), facts)
        if ended is None:
            raise NewDocument(verbs)
    if ended is not None:
        raise ended


def _confer(leg: Leg, verb: Verb, room: Verb) -> dict[str, str]:
    try:
        return confer(leg, room)
    except InRoom as inside:
        inside.dial = verb
        raise


def _ring(leg: Leg, verb: Verb, number: Verb, run_aside: RunAside) -> dict[str, str]:
    callee = _at(leg, number.text)
    child = _child(leg, number.text or callee.number)
    recording = _record_if(leg, verb, "record-from-ringing")
    _tell(leg, child, number, "initiated")
    _tell(leg, child, number, "ringing")
    leg.live.advance(min(callee.rings_s, verb.number("timeout", 30)))
    if callee.pickup in _NOT_ANSWERED:
        child.entry.status = _NOT_ANSWERED[callee.pickup]
        _tell(leg, child, number, "completed")
        return _facts(child, talked_s=0, is_bridged=False, recording=recording)
    recording = recording or _record_if(leg, verb, "record-from-answer")
    child.entry.status = "in-progress"
    _tell(leg, child, number, "answered")
    if not _whisper(leg, child, number, run_aside, recording):
        child.entry.status = "completed"
        _tell(leg, child, number, "completed")
        return _facts(child, talked_s=0, is_bridged=False, recording=recording)
    return _bridge(leg, child, number, recording)


def _bridge(leg: Leg, child: Leg, number: Verb, recording: RecordingEntry | None) -> dict[str, str]:
    begin = leg.live.now_s
    child.entry.live = leg.live
    try:
        converse(leg)
    except (CallEnds, NewDocument) as end:
        child.entry.status = "completed"
        _tell(leg, child, number, "completed")
        if isinstance(end, CallEnds) and end.by == "caller":
            facts = _facts(child, talked_s=leg.live.now_s - begin, is_bridged=True, recording=recording)
            raise CallerLeft(facts, end) from end
        raise
    child.entry.status = "completed"
    _tell(leg, child, number, "completed")
    return _facts(child, talked_s=leg.live.now_s - begin, is_bridged=True, recording=recording)


def _child(leg: Leg, number: str) -> Leg:
    """Make the callee's leg: its own call, its own clock and sound until it is bridged."""
    entry = CallEntry(
        sid=new_sid("CA"),
        account_sid=leg.entry.account_sid,
        from_=leg.entry.from_,
        to=number,
        direction="outbound-dial",
        status="initiated",
        created_at=leg.live.at(leg.live.now_s),
        parent_sid=leg.entry.sid,
    )
    live = LiveCall(
        ledger=leg.live.ledger,
        account=leg.live.account,
        call_sid=entry.sid,
        started_at=leg.live.at(leg.live.now_s),
        post=leg.outbox.add,
    )
    entry.live = live
    leg.live.ledger.calls[entry.sid] = entry
    leg.other_legs.append(entry)
    callee = _at(leg, number)
    return Leg(
        entry=entry,
        live=live,
        person=person_of(callee),
        scenario=leg.scenario,
        courier=leg.courier,
        outbox=leg.outbox,
        journal=leg.journal,
        url=leg.url,
        agent=leg.agent,
    )


def person_of(callee: Callee) -> Person:
    """Give somebody to be asked; a machine that picked up says nothing."""
    if callee.pickup in ("voicemail", "fax"):
        return Person({})
    return Person({"any": callee.answers} | dict(callee.answers_to))


def _at(leg: Leg, number: str) -> Callee:
    return leg.scenario.person_at(number) or leg.scenario.callee or Callee()


def _whisper(leg: Leg, child: Leg, number: Verb, run_aside: RunAside, recording: RecordingEntry | None) -> bool:
    """Execute the callee's document on the callee's leg; False when the callee is not to be bridged."""
    if not number.get("url"):
        return True
    begin = leg.live.now_s
    child.live.started_at, child.live.carries = leg.live.at(begin), leg.live
    verbs = child.fetch(leg.resolve(number.get("url")), number.get("method", "POST"))
    is_bridged = run_aside(child, verbs)
    if recording is not None:
        heard = down_mix(child.live.timeline.render(0, child.live.now_s))[:, 0]
        leg.live.timeline.place(TWILIO_TRACK, begin, heard)
    return is_bridged


def _record_if(leg: Leg, verb: Verb, mode: str) -> RecordingEntry | None:
    wanted = verb.get("record")
    if wanted not in (mode, f"{mode}-dual"):
        return None
    callback = verb.get("recordingStatusCallback")
    return leg.live.start_recorder(
        RecorderSettings(
            source="DialVerb",
            channels=2 if wanted.endswith("-dual") else 1,
            track=verb.get("recordingTrack", "both"),
            trim=verb.get("trim") or DEFAULT_TRIM["DialVerb"],
            callback=leg.resolve(callback) if callback else None,
            callback_events=tuple(verb.get("recordingStatusCallbackEvent", "completed").split()),
            is_order_reversed=leg.scenario.is_channel_order_reversed,
        )
    )


def _tell(leg: Leg, child: Leg, number: Verb, event: str) -> None:
    """Send the callee's leg status, where the document asked for it."""
    if event in ("ringing", "initiated"):
        child.entry.status = event
    if number.get("statusCallback") and event in number.get("statusCallbackEvent", "completed").split():
        status = "in-progress" if event == "answered" else child.entry.status
        leg.outbox.add(
            Callback(
                event=f"leg.{event}",
                url=leg.resolve(number.get("statusCallback")),
                params=child.params({"CallStatus": status, "CallbackSource": "call-progress-events"}),
                method=number.get("statusCallbackMethod", "POST"),
            )
        )
    leg.outbox.drain()


def _facts(child: Leg, *, talked_s: float, is_bridged: bool, recording: RecordingEntry | None) -> dict[str, str]:
    facts = {
        "DialCallSid": child.entry.sid,
        "DialCallStatus": child.entry.status,
        "DialCallDuration": str(round(talked_s)),
        "DialBridged": str(is_bridged).lower(),
    }
    if recording is not None:
        base = "https://api.twilio.com/2010-04-01/Accounts"
        facts["RecordingUrl"] = f"{base}/{recording.account_sid}/Recordings/{recording.sid}"
    return facts
