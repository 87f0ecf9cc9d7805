"""`<Gather>`: a question, and what the person does at it: keys, words, nothing, or hanging up."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from samples.scenario import Answer
from samples.twilio_standin.audio import hum, key_tones
from samples.twilio_standin.conversation import converse
from samples.twilio_standin.leg import CALLER_TRACK, TWILIO_TRACK, Answered, CallEnds, Leg, NewDocument
from samples.twilio_standin.twiml import Verb

_REACTION_S: Final = 0.8
_IN_URL: Final = (
    ("announced", "announced"),
    ("message", "message"),
    ("record", "record"),
    ("train", "training"),
    ("opt", "opt_out"),
    ("whisper", "whisper"),
    ("join", "whisper"),
)


def gather(leg: Leg, verb: Verb, prompts: Mapping[str, Callable[[Leg, Verb], None]]) -> None:
    """Ask, wait, and go to `action` with what was given; without any, go on with the next verb.

    `actionOnEmptyResult` is false unless given, so that silence falls through: what stands after the question
    is then executed for a person who said nothing.

    Raises:
        NewDocument: there was an answer, or an empty one is wanted.
        CallEnds: the person hung up.
    """
    asked_at, purpose = leg.live.now_s, purpose_of(verb)
    answer = leg.person.answer(purpose)
    for prompt in verb.children:
        prompts[prompt.name](leg, prompt)
    facts: dict[str, str] | None
    if purpose == "message":
        facts = _leave_message(leg, verb)
    else:
        facts = _act(leg, verb, answer, asked_at)
        _note(leg, purpose, "silence" if facts is None else answer.kind, asked_at)
        leg.settle()
    if facts is None:
        leg.live.advance(verb.number("timeout", 5))
        if not verb.is_true("actionOnEmptyResult"):
            return
        facts = {"Digits": ""} if "dtmf" in _inputs(verb) else {"SpeechResult": ""}
    raise NewDocument(leg.fetch(leg.resolve(verb.get("action")), verb.get("method", "POST"), facts))


def purpose_of(verb: Verb) -> str:
    """Tell what a question is about: from its action's address if that says so, else from its words."""
    parts = urlsplit(verb.get("action").lower())
    path = re.sub(r"^/twilio/[^/]+", "", parts.path)  # the tenant's name says nothing of the question
    for word, purpose in _IN_URL:
        if re.search(rf"(^|[/=_&-]){word}", f"{path}&{parts.query}"):
            return purpose
    words = " ".join(child.text.lower() for child in verb.children)
    if re.search(r"\btrain", words):
        return "training"
    return "record"


def _leave_message(leg: Leg, verb: Verb) -> dict[str, str]:
    """Speak until a key, the caller's end, or the end of the time, which is a result without a key."""
    digits = converse(leg, at_most_s=verb.number("timeout", 5), is_message=True)
    return {"Digits": digits[: int(verb.number("numDigits", 1))]}


def _inputs(verb: Verb) -> frozenset[str]:
    return frozenset(verb.get("input", "dtmf").split())


def _act(leg: Leg, verb: Verb, answer: Answer, asked_at: float) -> dict[str, str] | None:
    """Do what the person does; None when Twilio hears nothing that it was told to listen for."""
    end = leg.live.now_s
    at = end + _REACTION_S if answer.after_s is None else asked_at + answer.after_s
    if answer.kind == "silence" or at > end + verb.number("timeout", 5):
        return None
    if at < end:
        leg.live.timeline.cut(TWILIO_TRACK, at)
    leg.live.advance(at - end)
    if answer.kind == "hang_up":
        _note(leg, purpose_of(verb), "hang_up", asked_at)
        raise CallEnds("caller")
    if answer.kind == "digits" and "dtmf" in _inputs(verb):
        return _press(leg, verb, answer.digits)
    if answer.kind == "speech":
        sound = hum(0.4 * len(answer.speech.split()))
        leg.live.timeline.place(CALLER_TRACK, leg.live.now_s, sound)
        leg.live.advance(len(sound) / 8000)
        if "speech" in _inputs(verb):
            return {"SpeechResult": answer.speech, "Confidence": str(answer.confidence)}
    return None


def _note(leg: Leg, purpose: str, kind: str, asked_at: float) -> None:
    now_s = leg.live.now_s
    at = leg.live.at(now_s)
    leg.journal.answers.append(Answered(purpose=purpose, kind=kind, asked_s=asked_at, at_s=now_s, at=at))


def _press(leg: Leg, verb: Verb, pressed: str) -> dict[str, str] | None:
    sound = key_tones(pressed)
    leg.live.timeline.place(CALLER_TRACK, leg.live.now_s, sound)
    leg.live.advance(len(sound) / 8000)
    finish = verb.get("finishOnKey", "#")
    digits, ended = pressed, False
    for index, key in enumerate(pressed):
        if finish and key == finish:
            digits, ended = pressed[:index], True
            break
    if verb.get("numDigits"):
        digits = digits[: int(verb.number("numDigits", 1))]
    elif not ended:
        leg.live.advance(verb.number("timeout", 5))
    if not digits:
        return None
    facts = {"Digits": digits}
    if ended and not verb.get("numDigits"):
        facts["FinishedOnKey"] = finish
    return facts
