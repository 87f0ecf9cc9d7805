"""Calls that are forwarded, and conferences."""

from __future__ import annotations

import numpy as np
import pytest

VOICE, WHISPER, ACCEPT, LEG, END, REC = (
    f"/twilio/acme/{n}" for n in ("voice", "whisper", "accept", "leg", "end", "rec")
)


def dialled(attributes: str = "", url: str = WHISPER) -> str:
    return (
        f'<Response><Dial action="{END}" {attributes}><Number url="{url}" statusCallback="{LEG}" '
        'statusCallbackEvent="initiated ringing answered completed">+13035550188</Number></Dial></Response>'
    )


@pytest.fixture
def play(product, twilio, account, a_scenario):
    product.twiml |= {
        WHISPER: f'<Response><Gather numDigits="1" action="{ACCEPT}"><Say>A call for you.</Say></Gather>'
        "<Hangup/></Response>",
        ACCEPT: "<Response/>",
        END: "<Response><Say>The end.</Say></Response>",
    }

    def run(body, **callee):
        product.twiml[VOICE] = body
        scenario = a_scenario(topology="forwarded", callee=callee)
        return twilio.play(scenario, account, base=product.base)

    return run


def test_a_callee_who_presses_the_key_is_connected(play, product):
    played = play(dialled())
    [whisper] = product.to(WHISPER)
    assert whisper.params["Direction"] == "outbound-dial"
    assert whisper.params["To"] == "+13035550188"
    assert whisper.params["ParentCallSid"] == played.call_sid
    assert product.is_signed(whisper)
    [end] = product.to(END)
    assert (end.params["DialCallStatus"], end.params["DialBridged"]) == ("completed", "true")
    assert end.params["DialCallSid"] == played.leg_sids[0]
    assert played.talked_from_s is not None


def test_a_callee_who_presses_nothing_is_not_connected(play, product):
    played = play(dialled(), answers="silence")
    assert product.to(ACCEPT) == []
    assert [got.params["DialBridged"] for got in product.to(END)] == ["false"]
    assert played.talked_from_s is None
    assert played.journal.said[-1].text == "The end."


def test_a_machine_that_answers_does_not_consent(play):
    assert play(dialled(), pickup="voicemail").talked_from_s is None


@pytest.mark.parametrize(("pickup", "status"), [("no_answer", "no-answer"), ("busy", "busy")])
def test_a_callee_who_does_not_pick_up_is_told_to_the_action(play, product, pickup, status):
    play(dialled(), pickup=pickup)
    assert [got.params["DialCallStatus"] for got in product.to(END)] == [status]
    assert product.to(WHISPER) == []


def test_the_callees_leg_is_told_step_by_step(play, product):
    play(dialled())
    statuses = [got.params["CallStatus"] for got in product.to(LEG)]
    assert statuses == ["initiated", "ringing", "in-progress", "completed"]


def test_recording_from_answer_hears_the_whisper(play, media):
    plain = play(dialled('record="record-from-answer-dual" trim="do-not-trim"', url=""))
    whispered = play(dialled('record="record-from-answer-dual" trim="do-not-trim"'))
    longer = len(media(whispered.recording_sids[0])) - len(media(plain.recording_sids[0]))
    assert longer / 8000 > 4 * 0.36
    assert np.abs(media(whispered.recording_sids[0], RequestedChannels="2")[:8000, 1]).max() > 500


def test_recording_from_ringing_has_the_ringing_in_it(play, media):
    played = play(dialled('record="record-from-ringing" trim="do-not-trim"', url=""), rings_s=4)
    assert media(played.recording_sids[0], RequestedChannels="2").shape == (10 * 8000, 1)


def test_a_dial_without_a_recording_attribute_records_nothing(play):
    assert play(dialled()).recording_sids == ()


def test_a_recorder_on_the_callers_leg_does_not_hear_the_whisper(play, media):
    started = '<Response><Start><Recording trim="do-not-trim"/></Start>'
    played = play(dialled().replace("<Response>", started), rings_s=4)
    sound = media(played.recording_sids[0], RequestedChannels="2")
    before_talk = round((played.talked_from_s - 2.0) * 8000)
    assert before_talk > 4 * 8000
    assert not sound[:before_talk].any()
