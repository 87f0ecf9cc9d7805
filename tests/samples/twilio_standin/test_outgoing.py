"""Who picks up, and whether a machine is told from a person."""

from __future__ import annotations

import pytest

from samples.twilio_standin.client import standin_client

THERE, OURS = "+12125550199", "+13035550100"


@pytest.fixture
def place(product, twilio, account, a_scenario):
    product.twiml["/out"] = '<Response><Pause length="10"/></Response>'

    def run(pickup, **options):
        twilio.player.expect(a_scenario(to=THERE, callee={"number": THERE, "pickup": pickup}))
        client = standin_client(twilio.url, account.sid, account.auth_token)
        call = client.calls.create(to=THERE, from_=OURS, url=f"{product.base}/out", **options)
        twilio.join()
        client.http_client.close()
        return call.sid

    return run


@pytest.mark.parametrize(
    ("pickup", "detection", "verdict"),
    [
        ("answer", "Enable", "human"),
        ("voicemail", "Enable", "machine_start"),
        ("voicemail", "DetectMessageEnd", "machine_end_beep"),
        ("fax", "Enable", "fax"),
        ("unknown", "Enable", "unknown"),
    ],
)
def test_the_verdict_comes_with_the_first_request(place, product, pickup, detection, verdict):
    place(pickup, machine_detection=detection)
    [got] = product.to("/out")
    assert got.params["AnsweredBy"] == verdict


def test_without_detection_nothing_is_said_of_who_picked_up(place, product):
    place("voicemail")
    [got] = product.to("/out")
    assert "AnsweredBy" not in got.params


def test_an_asynchronous_verdict_comes_after_the_document(place, product):
    place(
        "voicemail",
        machine_detection="Enable",
        async_amd=True,
        async_amd_status_callback=f"{product.base}/machine",
        async_amd_status_callback_method="POST",
    )
    document, verdict = product.got
    assert (document.path, "AnsweredBy" in document.params) == ("/out", False)
    assert (verdict.path, verdict.params["AnsweredBy"]) == ("/machine", "machine_start")
    assert verdict.params["CallSid"] == document.params["CallSid"]
    assert product.is_signed(verdict)


def test_a_call_that_nobody_picks_up_asks_for_no_document(place, product, twilio):
    sid = place("no_answer", status_callback=f"{product.base}/status")
    assert product.to("/out") == []
    assert twilio.ledger.calls[sid].status == "no-answer"
    assert [got.params["CallStatus"] for got in product.to("/status")] == ["no-answer"]
