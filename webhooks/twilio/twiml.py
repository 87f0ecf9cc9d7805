"""A step of a call as the document that Twilio executes, written with its official classes.

`<Recording>` stands in exactly one place, and `record` attributes and `<Record>` nowhere: the recorder of `<Record>`
runs only while the caller speaks, so the notice could not be inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from twilio.twiml import TwiML
from twilio.twiml.voice_response import Connect, ConversationRelay, Dial, Gather, Say, Start, Stream, VoiceResponse

from pipeline.intake.choose_next import Act, Next
from pipeline.intake.law_of_call import PUT_THROUGH
from pipeline.intake.note_callee import CalleeAct, CalleeNext
from pipeline.intake.rooms import Room
from pipeline.intake.wording import Line, mark_of
from pipeline.model.tenant import Tenant, Topology
from pipeline.policies.loader import load_scripts
from pipeline.policies.scripts import ScriptId
from webhooks.twilio.twiml_conference import meet
from webhooks.twilio.urls import Gate, Urls

RECORDING_EVENTS: Final = "in-progress completed absent"
_ANSWER_WITHIN_S: Final = 6
_PAUSE_S: Final = 1
_SPEECH_ENDS_AFTER_S: Final = 2
_LISTENING: Final = frozenset({Topology.AGENT, Topology.RELAY})
_RING_FOR_S: Final = 30
_VOICES: Final[Mapping[str, str]] = {
    "de-DE": "Polly.Vicki-Neural",
    "en-AU": "Polly.Olivia-Neural",
    "en-GB": "Polly.Amy-Neural",
    "en-NZ": "Polly.Aria-Neural",
    "en-US": "Polly.Joanna-Neural",
    "es-ES": "Polly.Lucia-Neural",
    "fr-FR": "Polly.Lea-Neural",
    "pt-PT": "Polly.Ines-Neural",
}
"""Voices that understand a slower pace; a locale without one is spoken by Twilio's own default."""


_QUESTIONS: Final = frozenset({Act.ANNOUNCE, Act.ASK_RECORD, Act.ASK_TRAINING})


def render(step: Next, *, owner: Tenant, call_sid: str, urls: Urls) -> str:
    """Write a step on the caller's leg. What does not fit how the tenant's calls are answered ends the call."""
    if step.act in _QUESTIONS:
        return _question(step, urls)
    document = VoiceResponse()
    topology = owner.settings.topology
    if step.room is not None:
        say(document, step.lines)
        meet(document, step.room, call_sid=call_sid, urls=urls, is_caller=True)
    elif step.act is Act.TRANSFER or (step.act is Act.CONNECT and topology in PUT_THROUGH):
        say(document, step.lines)
        is_asked = step.act is Act.CONNECT and step.is_recorded
        _dial(document, owner, call_sid, urls, is_asked=is_asked)
    elif step.act is Act.CONNECT and topology in _LISTENING:
        if step.is_recorded:
            _start_recorder(document, urls)
        say(document, step.lines)
        _connect(document, step, owner, call_sid)
    elif step.act is Act.TAKE_MESSAGE and topology is Topology.VOICEMAIL and step.is_recorded:
        _start_recorder(document, urls)
        _ask(document, step.lines, action=urls.consent(Gate.MESSAGE), timeout_s=owner.settings.voicemail_s)
    else:
        say(document, step.lines)
        document.hangup()
    return str(document)


@lru_cache(maxsize=1024)
def _question(step: Next, urls: Urls) -> str:
    """Write what a call begins with. It names no call, so it is written once for all calls that begin alike."""
    document, mark = VoiceResponse(), mark_of(step.lines)
    if step.act is Act.ANNOUNCE:
        # Only a caller who is still there makes Twilio fetch this: that is what the implied consent rests on.
        _ask(document, step.lines, action=urls.consent(Gate.ANNOUNCED, mark=mark), timeout_s=_PAUSE_S)
    else:
        gate = Gate.RECORD if step.act is Act.ASK_RECORD else Gate.TRAINING
        _ask(document, step.lines, action=urls.consent(gate, step.attempt, mark=mark), takes_speech=step.takes_speech)
    return str(document)


def render_callee(step: CalleeNext, *, call_sid: str, urls: Urls, leg: int = 1) -> str:
    """Write a step on the callee's leg. An empty document bridges the two."""
    document = VoiceResponse()
    if step.act is CalleeAct.ASK:
        _ask(document, step.lines, action=urls.whisper(call_sid, step.attempt, leg=leg, mark=mark_of(step.lines)))
    elif step.act is CalleeAct.HANG_UP:
        document.hangup()
    return str(document)


def render_joining(step: CalleeNext, room: Room, *, call_sid: str, urls: Urls, leg: int) -> str:
    """Write a step on the leg of somebody who was called to join a room."""
    document = VoiceResponse()
    if step.act is CalleeAct.ASK:
        _ask(document, step.lines, action=urls.join(call_sid, step.attempt, leg=leg, mark=mark_of(step.lines)))
    elif step.act is CalleeAct.HANG_UP:
        document.hangup()
    else:
        meet(document, room, call_sid=call_sid, urls=urls, is_caller=False)
    return str(document)


def render_lines(lines: Iterable[Line]) -> str:
    """Write lines to be spoken, and nothing else."""
    document = VoiceResponse()
    say(document, lines)
    return str(document)


def starts_recorder(document: str) -> bool:
    """Say whether a document that was written here has a recorder started."""
    return "<Recording" in document


def render_goodbye() -> str:
    """Write the last resort, which needs no tenant and no database: say that nothing is recorded, and end."""
    document = VoiceResponse()
    text = load_scripts("en-US").scripts[ScriptId.GOODBYE_FALLBACK].text
    say(document, [Line(text=" ".join(text.split()), locale="en-US")])
    document.hangup()
    return str(document)


def render_hang_up() -> str:
    """Write the end of a call that is over."""
    document = VoiceResponse()
    document.hangup()
    return str(document)


def _ask(
    document: VoiceResponse,
    lines: Sequence[Line],
    *,
    action: str,
    timeout_s: int = _ANSWER_WITHIN_S,
    takes_speech: bool = False,
) -> None:
    # Without actionOnEmptyResult silence would fall through to the next verb; without finishOnKey="" a # would be
    # taken for "no key".
    gather = Gather(
        input="dtmf speech" if takes_speech else "dtmf",
        num_digits=1,
        timeout=timeout_s,
        finish_on_key="",
        action_on_empty_result=True,
        action=action,
        method="POST",
        **(_speech(lines[0].locale) if takes_speech else {}),
    )
    say(gather, lines)
    document.append(gather)


def _speech(locale: str) -> dict[str, str | int | bool]:
    answers = load_scripts(locale).answers
    return {
        "language": locale,
        "speech_timeout": _SPEECH_ENDS_AFTER_S,
        "hints": ", ".join((*answers.agree, *answers.refuse)),
        "profanity_filter": False,
    }


def say(parent: TwiML, lines: Iterable[Line]) -> None:
    """Have lines spoken, each in the voice of its language."""
    for line in lines:
        spoken = Say(None if line.is_slow else line.text, language=line.locale, voice=_VOICES.get(line.locale))
        if line.is_slow:
            spoken.prosody(line.text, rate="slow")
        parent.append(spoken)


def _start_recorder(document: VoiceResponse, urls: Urls) -> None:
    start = Start()
    start.recording(
        channels="dual",
        track="both",
        trim="do-not-trim",
        recording_status_callback=urls.recording(),
        recording_status_callback_method="POST",
        recording_status_callback_event=RECORDING_EVENTS,
    )
    document.append(start)


def _connect(document: VoiceResponse, step: Next, owner: Tenant, call_sid: str) -> None:
    connect = Connect()
    agent: Stream | ConversationRelay
    if owner.settings.topology is Topology.RELAY:
        # Keys reach the agent, so that a caller may withdraw with one. The companies that hear and speak are named,
        # since the defaults change without notice and may be ones that no policy lists. They are those that
        # `policies.processors.RELAY` asks for.
        agent = connect.conversation_relay(
            url=owner.secrets.agent_url,
            language=step.lines[0].locale if step.lines else owner.settings.locale,
            dtmf_detection=True,
            transcription_provider="Google",
            tts_provider="Amazon",
        )
    else:
        agent = connect.stream(url=owner.secrets.agent_url)
    agent.parameter(name="callSid", value=call_sid)
    # Without a yes the agent must keep neither transcript nor prompts.
    agent.parameter(name="keep", value="yes" if step.is_kept else "no")
    document.append(connect)


def _dial(document: VoiceResponse, owner: Tenant, call_sid: str, urls: Urls, *, is_asked: bool) -> None:
    dial = Dial(action=urls.dial_end(call_sid), method="POST", timeout=_RING_FOR_S)
    asked = {"url": urls.whisper(call_sid), "method": "POST"} if is_asked else {}
    dial.number(
        owner.secrets.forward_to,
        status_callback=urls.leg(call_sid),
        status_callback_event="initiated ringing answered completed",
        **asked,
    )
    document.append(dial)
