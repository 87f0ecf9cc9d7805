"""A step of a call as the document that Twilio executes, written with its official classes.

`<Recording>` stands in exactly one place, and `record` attributes nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from twilio.twiml import TwiML
from twilio.twiml.voice_response import Connect, Dial, Gather, Say, Start, VoiceResponse

from pipeline.intake.choose_next import Act, Next
from pipeline.intake.note_callee import CalleeAct, CalleeNext
from pipeline.intake.wording import Line
from pipeline.model.tenant import Tenant, Topology
from pipeline.policies.loader import load_scripts
from pipeline.policies.scripts import ScriptId
from webhooks.twilio.urls import Gate, Urls

RECORDING_EVENTS: Final = "in-progress completed absent"
_ANSWER_WITHIN_S: Final = 6
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


def render(step: Next, *, owner: Tenant, call_sid: str, urls: Urls) -> str:
    """Write a step on the caller's leg."""
    document = VoiceResponse()
    if step.act in (Act.ASK_RECORD, Act.ASK_TRAINING):
        gate = Gate.RECORD if step.act is Act.ASK_RECORD else Gate.TRAINING
        _ask(document, step.lines, action=urls.consent(gate, step.attempt))
    elif step.act is Act.ANNOUNCE:
        _say(document, step.lines)
        document.pause(length=1)
        # Only a caller who is still there makes Twilio fetch this: that is what the implied consent rests on.
        document.redirect(urls.consent(Gate.ANNOUNCED), method="POST")
    elif step.act is Act.HANG_UP:
        _say(document, step.lines)
        document.hangup()
    elif step.act is Act.TRANSFER or owner.settings.topology is Topology.FORWARD:
        _say(document, step.lines)
        _dial(document, owner, call_sid, urls, is_asked=step.is_recorded)
    else:
        if step.is_recorded:
            _start_recorder(document, urls)
        _say(document, step.lines)
        _connect(document, owner, call_sid, is_recorded=step.is_recorded)
    return str(document)


def render_callee(step: CalleeNext, *, call_sid: str, urls: Urls) -> str:
    """Write a step on the callee's leg. An empty document bridges the two."""
    document = VoiceResponse()
    if step.act is CalleeAct.ASK:
        _ask(document, step.lines, action=urls.whisper(call_sid, step.attempt))
    elif step.act is CalleeAct.HANG_UP:
        document.hangup()
    return str(document)


def render_goodbye() -> str:
    """Write the last resort, which needs no tenant and no database: say that nothing is recorded, and end."""
    document = VoiceResponse()
    text = load_scripts("en-US").scripts[ScriptId.GOODBYE_FALLBACK].text
    _say(document, [Line(text=" ".join(text.split()), locale="en-US")])
    document.hangup()
    return str(document)


def render_hang_up() -> str:
    """Write the end of a call that is over."""
    document = VoiceResponse()
    document.hangup()
    return str(document)


def _ask(document: VoiceResponse, lines: Iterable[Line], *, action: str) -> None:
    # Without actionOnEmptyResult silence would fall through to the next verb; without finishOnKey="" a # would be
    # taken for "no key".
    gather = Gather(
        input="dtmf",
        num_digits=1,
        timeout=_ANSWER_WITHIN_S,
        finish_on_key="",
        action_on_empty_result=True,
        action=action,
        method="POST",
    )
    _say(gather, lines)
    document.append(gather)


def _say(parent: TwiML, lines: Iterable[Line]) -> None:
    for line in lines:
        say = Say(None if line.is_slow else line.text, language=line.locale, voice=_VOICES.get(line.locale))
        if line.is_slow:
            say.prosody(line.text, rate="slow")
        parent.append(say)


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


def _connect(document: VoiceResponse, owner: Tenant, call_sid: str, *, is_recorded: bool) -> None:
    connect = Connect()
    stream = connect.stream(url=owner.secrets.agent_url)
    stream.parameter(name="callSid", value=call_sid)
    # On an unrecorded call the agent must keep neither transcript nor prompts.
    stream.parameter(name="keep", value="yes" if is_recorded else "no")
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
