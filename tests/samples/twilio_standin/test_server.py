"""The stand-in against a small product: what it says, when it records, what it calls back."""

from __future__ import annotations

import io
from typing import Any

import httpx
import numpy as np
import soundfile as sf

from samples.scenario import Scenario, parse_scenario
from samples.twilio_standin import Account, Standin

VOICE, CONSENT, REC, STATUS = (f"/twilio/acme/{name}" for name in ("voice", "consent", "rec", "status"))
RECORDING = (
    '<Start><Recording trim="do-not-trim" recordingStatusCallback="/twilio/acme/rec?b=2&amp;a=1#rc=3&amp;rp=5xx" '
    'recordingStatusCallbackEvent="in-progress completed absent"/></Start>'
)
TALK = '<Connect><Stream url="wss://example.test/agent"/></Connect>'
GATE = f'<Gather numDigits="1" timeout="4" finishOnKey="" action="{CONSENT}"><Say>Press one to agree.</Say></Gather>'


def a_scenario(**changes: Any) -> Scenario:
    return parse_scenario(
        {"name": "test", "tenant": "acme", "from": "+12125550143", "to": "+13035550100", "conversation_s": 6} | changes
    )


def media(twilio: Standin, account: Account, sid: str, **query: str) -> tuple[Any, int]:
    url = f"{twilio.url}/2010-04-01/Accounts/{account.sid}/Recordings/{sid}.wav"
    answer = httpx.get(url, params=query, auth=(account.sid, account.auth_token))
    assert answer.status_code == 200
    return sf.read(io.BytesIO(answer.content), always_2d=True, dtype="int16")


def test_the_voice_webhook_gets_a_signed_form_with_what_twilio_sends(product, twilio, account):
    product.twiml[VOICE] = "<Response/>"
    played = twilio.play(a_scenario(), account, base=product.base)
    [got] = product.to(VOICE)
    assert product.is_signed(got)
    assert got.params["CallSid"] == played.call_sid
    assert got.params["From"] == got.params["Caller"] == "+12125550143"
    assert got.params["CallStatus"] == "ringing"
    assert {"AccountSid", "ApiVersion", "Direction", "FromState", "ToCountry", "StirVerstat"} <= got.params.keys()


def test_the_recording_begins_where_the_recorder_was_started(product, twilio, account):
    product.twiml[VOICE] = f"<Response><Say>One two three four five.</Say>{RECORDING}{TALK}</Response>"
    played = twilio.play(a_scenario(), account, base=product.base)
    [sid] = played.recording_sids
    sound, rate = media(twilio, account, sid, RequestedChannels="2")
    assert rate == 8000
    assert sound.shape == (6 * 8000, 2)
    assert played.talked_from_s == 2.0 + 5 * 0.36


def test_a_recorder_started_before_the_notice_has_the_notice_in_it(product, twilio, account):
    product.twiml[VOICE] = f"<Response>{RECORDING}<Say>One two three four five.</Say>{TALK}</Response>"
    played = twilio.play(a_scenario(), account, base=product.base)
    sound, _ = media(twilio, account, played.recording_sids[0], RequestedChannels="2")
    assert len(sound) == round((6 + 1.8) * 8000)
    assert np.abs(sound[:14000, 1]).max() > 500
    assert not sound[:14000, 0].any()


def test_silence_at_a_question_falls_through_to_the_next_verb(product, twilio, account):
    product.twiml[VOICE] = f"<Response>{GATE}{RECORDING}{TALK}</Response>"
    played = twilio.play(a_scenario(answers={"record": "silence"}), account, base=product.base)
    assert product.to(CONSENT) == []
    assert len(played.recording_sids) == 1


def test_silence_is_told_where_the_document_wants_empty_results(product, twilio, account):
    gate = GATE.replace("<Gather ", '<Gather actionOnEmptyResult="true" ')
    product.twiml |= {VOICE: f"<Response>{gate}{RECORDING}</Response>", CONSENT: "<Response><Hangup/></Response>"}
    played = twilio.play(a_scenario(answers={"record": "silence"}), account, base=product.base)
    assert [got.params["Digits"] for got in product.to(CONSENT)] == [""]
    assert played.recording_sids == ()


def test_a_key_pressed_is_posted_to_the_action(product, twilio, account):
    product.twiml |= {VOICE: f"<Response>{GATE}</Response>", CONSENT: f"<Response>{RECORDING}{TALK}</Response>"}
    played = twilio.play(a_scenario(answers={"record": "1"}), account, base=product.base)
    [got] = product.to(CONSENT)
    assert got.params["Digits"] == "1"
    assert got.params["CallStatus"] == "in-progress"
    assert played.asked == ("record",)
    assert len(played.recording_sids) == 1


def test_hanging_up_at_a_question_ends_the_call_and_posts_no_answer(product, twilio, account):
    product.twiml |= {VOICE: f"<Response>{GATE}{RECORDING}</Response>"}
    played = twilio.play(a_scenario(answers={"record": "hang_up"}), account, base=product.base)
    assert product.to(CONSENT) == []
    assert played.ended_by == "caller"
    assert played.recording_sids == ()
    assert [got.params["CallStatus"] for got in product.to(STATUS)] == ["completed"]


def test_speech_is_told_only_where_the_question_listens_for_it(product, twilio, account):
    said = {"record": {"speech": "yes I agree", "confidence": 0.8}}
    product.twiml[VOICE] = f"<Response>{GATE}</Response>"
    twilio.play(a_scenario(answers=said), account, base=product.base)
    assert product.to(CONSENT) == []
    product.twiml[VOICE] = f"<Response>{GATE.replace('<Gather ', '<Gather input="dtmf speech" ')}</Response>"
    twilio.play(a_scenario(answers=said), account, base=product.base)
    [got] = product.to(CONSENT)
    assert (got.params["SpeechResult"], got.params["Confidence"]) == ("yes I agree", "0.8")


def test_recording_callbacks_are_signed_over_the_url_as_configured(product, twilio, account):
    product.twiml[VOICE] = f"<Response>{RECORDING}{TALK}</Response>"
    played = twilio.play(a_scenario(), account, base=product.base)
    running, done = product.to(REC)
    assert (running.params["RecordingStatus"], done.params["RecordingStatus"]) == ("in-progress", "completed")
    assert done.query == "a=1&b=2"
    assert product.is_signed(done, "b=2&a=1")
    assert not product.is_signed(done)
    assert done.params["RecordingSid"] == played.recording_sids[0]
    assert done.params["RecordingDuration"] == "6"
    assert done.params["RecordingSource"] == "StartCallRecordingTwiML"
    assert done.params["RecordingChannels"] == "2"


def test_a_failing_callback_is_tried_again_only_where_the_url_asks_for_it(product, twilio, account):
    product.twiml[VOICE] = f"<Response>{RECORDING}{TALK}</Response>"
    product.status = {REC: [503, 200, 200], STATUS: [503]}
    twilio.play(a_scenario(), account, base=product.base)
    first, again, _ = product.to(REC)
    assert first.params == again.params
    assert first.headers["I-Twilio-Idempotency-Token"] == again.headers["I-Twilio-Idempotency-Token"]
    assert len(product.to(STATUS)) == 1


def test_callbacks_come_twice_late_backwards_or_never_as_the_scenario_says(product, twilio, account):
    product.twiml[VOICE] = f"<Response>{RECORDING}{TALK}</Response>"
    disorder = {"twice": ["recording.completed"], "late": ["recording.in-progress"], "lost": ["call.*"]}
    twilio.play(a_scenario(callbacks=disorder), account, base=product.base)
    statuses = [got.params["RecordingStatus"] for got in product.to(REC)]
    assert statuses == ["completed", "completed", "in-progress"]
    assert product.to(STATUS) == []


def test_held_callbacks_are_sent_when_released(product, twilio, account):
    product.twiml[VOICE] = f"<Response>{RECORDING}{TALK}</Response>"
    played = twilio.play(a_scenario(callbacks={"held": ["recording.*"]}), account, base=product.base)
    assert product.to(REC) == []
    answer = httpx.post(f"{twilio.url}/_standin/release/{played.call_sid}")
    assert answer.json() == {"sent": 2}
    assert len(product.to(REC)) == 2


def test_the_fallback_answers_when_the_voice_webhook_fails(product, twilio, account):
    product.status = {VOICE: [500]}
    product.twiml["/twilio/acme/fallback"] = "<Response><Say>Sorry.</Say></Response>"
    played = twilio.play(a_scenario(), account, base=product.base)
    [got] = product.to("/twilio/acme/fallback")
    assert got.params["ErrorCode"] == "11200"
    assert len(product.to(VOICE)) == 1
    assert [said.text for said in played.journal.said] == ["Sorry."]


def test_an_unreachable_product_ends_the_call_without_a_recording(twilio, account):
    played = twilio.play(a_scenario(), account, base="http://127.0.0.1:9")
    assert played.recording_sids == ()
    assert [notice.code for notice in played.journal.notices] == [11205, 11205]
    assert played.journal.documents[0].statuses == (None, None)


def test_an_unknown_verb_ends_the_call_with_a_notification(product, twilio, account):
    product.twiml[VOICE] = f"<Response>{RECORDING}<Shout>Hello</Shout></Response>"
    played = twilio.play(a_scenario(), account, base=product.base)
    assert [notice.code for notice in played.journal.notices] == [12200]
    assert played.recording_sids == ()


def test_trimming_cuts_the_silence_and_so_shifts_every_offset(product, twilio, account):
    trimmed = RECORDING.replace('trim="do-not-trim" ', "")
    product.twiml[VOICE] = f'<Response>{trimmed}<Pause length="3"/>{TALK}</Response>'
    played = twilio.play(a_scenario(), account, base=product.base)
    sound, _ = media(twilio, account, played.recording_sids[0], RequestedChannels="2")
    assert abs(len(sound) / 8000 - 6) < 0.1


def test_a_call_played_over_http_is_the_same_call(product, twilio):
    product.twiml[VOICE] = f"<Response><Say>Hello there.</Say>{RECORDING}{TALK}</Response>"
    body = {
        "scenario": {"name": "x", "tenant": "acme", "from": "+12125550143", "to": "+13035550100"},
        "webhook_base": product.base,
        "account_sid": "AC" + "b" * 32,
        "auth_token": "token-of-the-test",
    }
    played = httpx.post(f"{twilio.url}/_standin/play", json=body).json()
    assert played["said"][0]["text"] == "Hello there."
    assert len(played["recording_sids"]) == 1
    assert product.is_signed(product.to(VOICE)[0])
    assert httpx.post(f"{twilio.url}/_standin/play", json=body | {"scenario": {"name": "x"}}).status_code == 422
