"""What each TwiML verb does to a leg, and the loop that executes a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NoReturn

from samples.twilio_standin.audio import hum, key_tones, spoken
from samples.twilio_standin.conversation import converse
from samples.twilio_standin.dial import dial
from samples.twilio_standin.gather import gather
from samples.twilio_standin.leg import TWILIO_TRACK, CallEnds, Leg, NewDocument, Said
from samples.twilio_standin.recorder import DEFAULT_TRIM, RecorderSettings
from samples.twilio_standin.room import InRoom
from samples.twilio_standin.twiml import TwimlError, Verb

_STARTED: Final = "StartCallRecordingTwiML"


def run(leg: Leg, verbs: tuple[Verb, ...]) -> None:
    """Execute a document and those that replace it, until one ends without another.

    Raises:
        CallEnds: a verb, the person, or the API ended the leg.
        InRoom: it stands in a room, which is not its own to play.
    """
    rest: tuple[Verb, ...] = ()
    while True:
        try:
            for number, verb in enumerate(verbs, 1):
                rest = verbs[number:]
                leg.settle()
                _VERBS[verb.name](leg, verb)
            leg.settle()
            return
        except InRoom as inside:
            inside.rest = rest
            raise
        except NewDocument as new:
            verbs = new.verbs
        except TwimlError as error:
            leg.fail(error.code, str(error))


def say(leg: Leg, verb: Verb) -> None:
    """Speak a line, as often as `loop` says."""
    for _ in range(max(1, int(verb.number("loop", 1)))):
        sound = spoken(verb.text)
        start = leg.live.now_s
        leg.live.timeline.place(TWILIO_TRACK, start, sound)
        leg.live.advance(len(sound) / 8000)
        leg.journal.said.append(Said(text=verb.text, start_s=start, end_s=leg.live.now_s))


def play(leg: Leg, verb: Verb) -> None:
    """Play a file, of which a hum takes the place, or keys."""
    sound = key_tones(verb.get("digits").replace("w", "")) if verb.get("digits") else hum(2.0)
    leg.live.timeline.place(TWILIO_TRACK, leg.live.now_s, sound)
    leg.live.advance(len(sound) / 8000)


def pause(leg: Leg, verb: Verb) -> None:
    """Let time pass."""
    leg.live.advance(verb.number("length", 1))


def start(leg: Leg, verb: Verb) -> None:
    """Start a recorder, or note what else is started in the background."""
    for noun in verb.children:
        if noun.name == "Recording":
            leg.live.start_recorder(recording_settings(leg, noun))
        else:
            leg.journal.started.append(noun.name)


def stop(leg: Leg, verb: Verb) -> None:
    """Stop the recorders that `<Start>` started: that of a name, or all."""
    for noun in verb.children:
        if noun.name != "Recording":
            continue
        for entry in leg.live.running():
            settings = entry.recorder.settings
            if settings.source == _STARTED and noun.get("name") in ("", settings.name):
                leg.live.change_recorder(entry, "stopped", "silence")


def recording_settings(leg: Leg, noun: Verb) -> RecorderSettings:
    """Read `<Recording>`: two channels and trimmed silence unless told otherwise."""
    callback = noun.get("recordingStatusCallback")
    return RecorderSettings(
        source=_STARTED,
        channels=1 if noun.get("channels") == "mono" else 2,
        track=noun.get("track", "both"),
        trim=noun.get("trim") or DEFAULT_TRIM[_STARTED],
        callback=leg.resolve(callback) if callback else None,
        callback_method=noun.get("recordingStatusCallbackMethod", "POST"),
        callback_events=tuple(noun.get("recordingStatusCallbackEvent", "completed").split()),
        name=noun.get("name") or None,
        is_order_reversed=leg.scenario.is_channel_order_reversed,
    )


def connect(leg: Leg, verb: Verb) -> None:
    """Connect the caller to an agent's stream: the conversation is heard."""
    _refuse_two_agents(verb)
    leg.live.is_recordable_by_rest = all(noun.name != "ConversationRelay" for noun in verb.children)
    try:
        converse(leg)
    except CallEnds as end:
        if end.by == "caller" and verb.get("action"):
            leg.entry.status = "completed"
            leg.fetch(leg.resolve(verb.get("action")), verb.get("method", "POST"))
        raise
    leg.live.is_recordable_by_rest = True
    if verb.get("action"):
        raise NewDocument(leg.fetch(leg.resolve(verb.get("action")), verb.get("method", "POST")))


def _refuse_two_agents(verb: Verb) -> None:
    if len(verb.children) != 1:
        raise TwimlError(12200, "Connect takes one Stream or one ConversationRelay")


def record(leg: Leg, verb: Verb) -> None:
    """Take a message: the caller alone, on one channel, until they stop or the time is over."""
    source = "RecordVerb"
    callback = verb.get("recordingStatusCallback")
    entry = leg.live.start_recorder(
        RecorderSettings(
            source=source,
            channels=1,
            track="inbound",
            trim=verb.get("trim") or DEFAULT_TRIM[source],
            callback=leg.resolve(callback) if callback else None,
            callback_events=tuple(verb.get("recordingStatusCallbackEvent", "completed").split()),
            max_length_s=verb.number("maxLength", 3600),
        )
    )
    ended: CallEnds | None = None
    try:
        converse(leg)
    except CallEnds as end:
        ended = end
    leg.live.complete_recordings(only=entry)
    url = f"https://api.twilio.com/2010-04-01/Accounts/{entry.account_sid}/Recordings/{entry.sid}"
    facts = {"RecordingSid": entry.sid, "RecordingUrl": url, "RecordingDuration": str(entry.duration_s or 0)}
    if ended is not None:
        leg.entry.status = "completed"
        facts["Digits"] = "hangup"
    verbs = leg.fetch(leg.resolve(verb.get("action")), verb.get("method", "POST"), facts)
    raise ended or NewDocument(verbs)


def redirect(leg: Leg, verb: Verb) -> NoReturn:
    """Go on with another document."""
    raise NewDocument(leg.fetch(leg.resolve(verb.text), verb.get("method", "POST")))


def hang_up(leg: Leg, verb: Verb) -> NoReturn:
    """End the call."""
    raise CallEnds("twiml")


def nothing(leg: Leg, verb: Verb) -> None:
    """Do nothing that could be heard or recorded."""


def run_aside(leg: Leg, verbs: tuple[Verb, ...]) -> bool:
    """Execute a document on another leg; False when the leg ended in it."""
    try:
        run(leg, verbs)
    except CallEnds:
        return False
    return True


_VERBS: Final[Mapping[str, Callable[[Leg, Verb], None]]] = {
    "Say": say,
    "Play": play,
    "Pause": pause,
    "Gather": lambda leg, verb: gather(leg, verb, {"Say": say, "Play": play, "Pause": pause}),
    "Start": start,
    "Stop": stop,
    "Connect": connect,
    "Dial": lambda leg, verb: dial(leg, verb, run_aside),
    "Record": record,
    "Redirect": redirect,
    "Hangup": hang_up,
    "Reject": hang_up,
    "Echo": nothing,
    "Leave": nothing,
}
