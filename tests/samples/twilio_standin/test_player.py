"""Calls from the first ring to the last callback."""

from __future__ import annotations

import pytest

from samples.twilio_standin import tenant_urls
from samples.twilio_standin.client import standin_client

VOICE, STATUS, FALLBACK = (f"/twilio/acme/{name}" for name in ("voice", "status", "fallback"))
RECORDING = '<Start><Recording trim="do-not-trim"/></Start>'


def test_the_voice_webhook_gets_a_signed_form_with_what_twilio_sends(product, twilio, account, a_scenario):
    played = twilio.play(a_scenario(from_place={"state": "NY"}), account, base=product.base)
    [got] = product.to(VOICE)
    assert product.is_signed(got)
    assert got.params["CallSid"] == played.call_sid
    assert got.params["From"] == got.params["Caller"] == "+12125550143"
    assert got.params["FromState"] == "NY"
    assert (got.params["CallStatus"], got.params["Direction"]) == ("ringing", "inbound")
    assert {"AccountSid", "ApiVersion", "ToCountry", "StirVerstat", "CallToken"} <= got.params.keys()


def test_the_end_of_a_call_is_told_with_its_length(product, twilio, account, a_scenario):
    product.twiml[VOICE] = '<Response><Pause length="60"/></Response>'
    twilio.play(a_scenario(), account, base=product.base)
    [got] = product.to(STATUS)
    assert (got.params["CallStatus"], got.params["CallDuration"]) == ("completed", "62")


def test_the_fallback_answers_when_the_voice_webhook_fails(product, twilio, account, a_scenario):
    product.status = {VOICE: [500]}
    product.twiml[FALLBACK] = "<Response><Say>Sorry.</Say></Response>"
    played = twilio.play(a_scenario(), account, base=product.base)
    [got] = product.to(FALLBACK)
    assert got.params["ErrorCode"] == "11200"
    assert got.params["ErrorUrl"] == product.base + VOICE
    assert product.is_signed(got)
    assert len(product.to(VOICE)) == 1
    assert [said.text for said in played.journal.said] == ["Sorry."]


def test_the_fallback_answers_when_the_document_is_not_xml(product, twilio, account, a_scenario):
    product.twiml |= {VOICE: "Internal error", FALLBACK: "<Response/>"}
    played = twilio.play(a_scenario(), account, base=product.base)
    assert [notice.code for notice in played.journal.notices] == [12100]
    assert len(product.to(FALLBACK)) == 1


def test_an_unreachable_product_ends_the_call_without_a_recording(twilio, account, a_scenario):
    played = twilio.play(a_scenario(), account, base="http://127.0.0.1:9")
    assert played.recording_sids == ()
    assert played.ended_by == "error"
    assert [notice.code for notice in played.journal.notices] == [11205, 11205]


@pytest.fixture
def ring(product, twilio, account, a_scenario):
    product.twiml["/out"] = f"<Response>{RECORDING}<Say>Hello.</Say></Response>"

    def run(pickup, **options):
        twilio.player.expect(a_scenario(to="+12125550199", callee={"pickup": pickup}))
        client = standin_client(twilio.url, account.sid, account.auth_token)
        events = ["initiated", "ringing", "answered", "completed"]
        call = client.calls.create(
            to="+12125550199",
            from_="+13035550100",
            url=f"{product.base}/out",
            status_callback=f"{product.base}/out-status",
            status_callback_event=events,
            **options,
        )
        twilio.join()
        status = client.calls(call.sid).fetch().status
        client.http_client.close()
        return status

    return run


def test_a_call_that_the_product_makes_is_answered_by_whom_the_scenario_puts_there(ring, product):
    assert ring("answer", machine_detection="Enable") == "completed"
    [got] = product.to("/out")
    assert (got.params["Direction"], got.params["AnsweredBy"]) == ("outbound-api", "human")
    statuses = [got.params["CallStatus"] for got in product.to("/out-status")]
    assert statuses == ["initiated", "ringing", "in-progress", "completed"]


def test_a_machine_that_picks_up_is_said_to_be_one(ring, product):
    ring("voicemail", machine_detection="Enable")
    assert product.to("/out")[0].params["AnsweredBy"] == "machine_start"


def test_a_call_that_nobody_picks_up_fetches_no_document(ring, product):
    assert ring("no_answer") == "no-answer"
    assert product.to("/out") == []


def test_recording_asked_for_with_the_call_begins_at_the_answer(ring, twilio):
    ring("answer", record=True)
    sources = {r.recorder.settings.source: r.recorder.started_s for r in twilio.ledger.recordings.values()}
    assert sources == {"OutboundAPI": 4.0, "StartCallRecordingTwiML": 4.0}


def test_a_tenants_addresses_are_those_of_the_readme():
    urls = tenant_urls("https://example.test/", "acme")
    assert urls.voice == "https://example.test/twilio/acme/voice"
    assert urls.fallback == "https://example.test/twilio/acme/fallback"


def test_what_was_held_back_is_sent_in_any_order_and_anything_again(product, twilio, account, a_scenario):
    played = twilio.play(a_scenario(callbacks={"held": ["*"]}), account, base=product.base)
    assert product.to(STATUS) == []
    [held] = twilio.player.held(played.call_sid)
    sent = twilio.player.send_again(account, held)
    twilio.player.send_again(account, sent, AccountSid="AC" + "b" * 32)
    assert [got.params["AccountSid"] for got in product.to(STATUS)] == [account.sid, "AC" + "b" * 32]
    assert all(product.is_signed(got) for got in product.to(STATUS))
