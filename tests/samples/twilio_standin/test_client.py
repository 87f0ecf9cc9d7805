"""The official client against the stand-in."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from samples.twilio_standin.client import standin_client

VOICE = "/twilio/acme/voice"
TALK = '<Start><Recording trim="do-not-trim"/></Start><Connect><Stream url="wss://example.test/agent"/></Connect>'


@pytest.fixture
def client(twilio, account):
    client = standin_client(twilio.url, account.sid, account.auth_token)
    yield client
    client.http_client.close()


@pytest.fixture
def play(product, twilio, account, a_scenario):
    product.twiml.setdefault(VOICE, f"<Response>{TALK}</Response>")
    return lambda: twilio.play(a_scenario(conversation_s=1), account, base=product.base)


def test_it_lists_fetches_and_deletes_recordings(client, play, twilio):
    sids = {play().recording_sids[0] for _ in range(3)}
    listed = client.recordings.list(date_created_after=twilio.ledger.now().replace(hour=0))
    assert {recording.sid for recording in listed} == sids
    first = client.recordings(listed[0].sid).fetch()
    assert (first.status, first.source, first.channels, first.duration) == (
        "completed",
        "StartCallRecordingTwiML",
        2,
        "1",
    )
    assert client.recordings(first.sid).delete()
    assert len(client.recordings.list()) == 2
    assert len(client.recordings.list(include_soft_deleted=True)) == 3


def test_it_follows_every_page(client, play):
    for _ in range(3):
        play()
    assert len(list(client.recordings.stream(page_size=1))) == 3


def test_deleting_twice_raises_not_found(client, play):
    [sid] = play().recording_sids
    client.recordings(sid).delete()
    with pytest.raises(TwilioRestException) as caught:
        client.recordings(sid).delete()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_it_pauses_resumes_and_stops_the_current_recording(client, product, play, media):
    statuses = []

    def control(got):
        current = client.calls(got.params["CallSid"]).recordings("Twilio.CURRENT")
        for status in ("paused", "in-progress", "stopped"):
            statuses.append(current.update(status=status, pause_behavior="silence").status)
        return "<Response><Say>Not recorded.</Say></Response>"

    product.twiml[VOICE] = (
        '<Response><Start><Recording trim="do-not-trim"/></Start><Say>One two.</Say>'
        "<Redirect>/control</Redirect></Response>"
    )
    product.twiml["/control"] = control
    played = play()
    assert statuses == ["paused", "in-progress", "stopped"]
    assert len(media(played.recording_sids[0])) == round(0.72 * 8000)


def test_it_reads_calls_accounts_and_keys(client, play, account):
    played = play()
    call = client.calls(played.call_sid).fetch()
    assert (call.status, call.direction, call.to) == ("completed", "inbound", "+13035550100")
    assert [call.sid for call in client.calls.list(status="completed")] == [played.call_sid]
    assert client.api.accounts(account.sid).fetch().status == "active"
    key = client.new_keys.create(friendly_name="for the test")
    assert account.api_keys[key.sid] == key.secret
    assert [k.sid for k in client.keys.list()] == [key.sid]
    assert client.keys(key.sid).delete()


def test_an_api_key_works_as_well_as_the_token(twilio, account):
    account.api_keys["SK" + "1" * 32] = "secret"
    client = standin_client(twilio.url, account.sid, "secret", user="SK" + "1" * 32)
    assert client.recordings.list() == []
    client.http_client.close()
