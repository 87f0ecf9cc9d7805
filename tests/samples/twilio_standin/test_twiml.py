"""Documents that can be executed, and those that cannot."""

from __future__ import annotations

import pytest
from twilio.twiml.voice_response import VoiceResponse

from samples.twilio_standin.twiml import TwimlError, parse_twiml


def test_what_twilios_own_library_writes_is_read():
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/consent", action_on_empty_result=True)
    gather.say("Hello & <welcome>.", language="en-US")
    response.start().recording(channels="dual", trim="do-not-trim")
    asked, started = parse_twiml(str(response))
    assert (asked.name, asked.get("action"), asked.is_true("actionOnEmptyResult")) == ("Gather", "/consent", True)
    assert asked.children[0].text == "Hello & <welcome>."
    assert started.children[0].get("trim") == "do-not-trim"


def test_speech_is_read_without_its_markup():
    [say] = parse_twiml("<Response><Say>Call <say-as interpret-as='digits'>12</say-as> now</Say></Response>")
    assert say.text == "Call 12 now"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<Response><Say>", 12100),
        ("", 12100),
        ('<!DOCTYPE x [<!ENTITY a "b">]><Response/>', 12100),
        ("<Answer/>", 12102),
        ("<Response><Shout/></Response>", 12200),
        ("<Response><Gather><Dial/></Gather></Response>", 12200),
        ("<Response><say>Hi</say></Response>", 12200),
        (f"<Response><Say>{'a' * 4097}</Say></Response>", 13520),
    ],
)
def test_what_cannot_be_executed_has_twilios_code(body, code):
    with pytest.raises(TwimlError) as caught:
        parse_twiml(body)
    assert caught.value.code == code


def test_a_number_that_is_none_is_refused():
    [pause] = parse_twiml('<Response><Pause length="long"/></Response>')
    with pytest.raises(TwimlError):
        pause.number("length", 1)
