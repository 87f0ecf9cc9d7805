"""A call played from outside, and what is heard of it afterwards."""

from __future__ import annotations

import httpx
import numpy as np

from samples.twilio_standin import NumberUrls

VOICE = "/twilio/acme/voice"
RECORDING = '<Start><Recording trim="do-not-trim"/></Start>'
TALK = '<Connect><Stream url="wss://example.test/agent"/></Connect>'


def test_the_recording_begins_where_the_recorder_was_started(product, twilio, account, a_scenario, media):
    product.twiml[VOICE] = f"<Response><Say>One two three four five.</Say>{RECORDING}{TALK}</Response>"
    played = twilio.play(a_scenario(), account, base=product.base)
    assert media(played.recording_sids[0], RequestedChannels="2").shape == (6 * 8000, 2)
    assert played.talked_from_s == 2.0 + 5 * 0.36


def test_a_recorder_started_before_the_notice_has_the_notice_in_it(product, twilio, account, a_scenario, media):
    product.twiml[VOICE] = f"<Response>{RECORDING}<Say>One two three four five.</Say>{TALK}</Response>"
    played = twilio.play(a_scenario(), account, base=product.base)
    sound = media(played.recording_sids[0], RequestedChannels="2")
    assert len(sound) == round((6 + 1.8) * 8000)
    assert np.abs(sound[:14000, 1]).max() > 500
    assert not sound[:14000, 0].any()


def test_a_tenant_may_be_called_by_another_name_in_the_path(product, twilio, account, a_scenario):
    product.twiml["/twilio/other/voice"] = "<Response/>"
    twilio.play(a_scenario(), account, base=product.base, path="other")
    assert len(product.to("/twilio/other/voice")) == 1


def test_a_number_may_be_configured_with_any_addresses(product, twilio, account, a_scenario):
    product.twiml["/hello"] = "<Response><Say>Hi.</Say></Response>"
    played = twilio.play_at(a_scenario(), account, NumberUrls(voice=f"{product.base}/hello"))
    assert [said.text for said in played.journal.said] == ["Hi."]


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


def test_a_scenario_that_cannot_be_read_is_refused_with_the_field_named(twilio, product):
    body = {"scenario": {"name": "x"}, "webhook_base": product.base, "account_sid": "AC1", "auth_token": "t"}
    answer = httpx.post(f"{twilio.url}/_standin/play", json=body)
    assert answer.status_code == 422
    assert "tenant" in answer.json()["error"]


def test_an_account_faults_and_the_passing_of_time_can_be_set_from_outside(twilio):
    sid = "AC" + "c" * 32
    own = f"{twilio.url}/_standin"
    httpx.post(f"{own}/account", json={"sid": sid, "auth_token": "t", "is_media_public": True}).raise_for_status()
    httpx.post(f"{own}/faults", json={"path": "*/Recordings.json", "status": 429}).raise_for_status()
    before = twilio.ledger.now()
    httpx.post(f"{own}/advance", json={"days": 41}).raise_for_status()
    url = f"{twilio.url}/2010-04-01/Accounts/{sid}/Recordings.json"
    assert [httpx.get(url, auth=(sid, "t")).status_code for _ in range(2)] == [429, 200]
    assert (twilio.ledger.now() - before).days == 41
