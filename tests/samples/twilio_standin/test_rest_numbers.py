"""Telephone numbers, asked for with Twilio's own client."""

from __future__ import annotations

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from samples.twilio_standin.client import standin_client

VOICE = "https://earmark.example.com/twilio/acme/voice"


@pytest.fixture
def client(twilio, account):
    client = standin_client(twilio.url, account.sid, account.auth_token)
    yield client
    client.http_client.close()


def test_every_number_is_listed_over_pages(client, twilio, account):
    for number in range(5):
        twilio.ledger.add_number(account, f"+1212555010{number}")
    pages = list(client.incoming_phone_numbers.stream(page_size=2))
    assert [entry.phone_number for entry in pages] == [f"+1212555010{number}" for number in range(5)]
    assert pages[0].voice_url == ""
    assert pages[0].voice_application_sid is None


def test_a_number_is_found_by_itself_and_never_in_another_account(client, twilio, account):
    mine = twilio.ledger.add_number(account, "+12125550101", voice_url=VOICE)
    twilio.ledger.add_number(type(account)(sid="AC" + "b" * 32, auth_token="other"), "+12125550102")
    [found] = client.incoming_phone_numbers.list(phone_number="+12125550101")
    assert (found.sid, found.voice_url) == (mine.sid, VOICE)
    assert client.incoming_phone_numbers.list(phone_number="+12125550102") == []


def test_what_is_set_is_read_back_and_the_rest_stays(client, twilio, account):
    entry = twilio.ledger.add_number(account, "+12125550101", friendly_name="front desk", trunk_sid="TK1")
    client.incoming_phone_numbers(entry.sid).update(
        voice_url=VOICE,
        voice_method="POST",
        voice_fallback_url=f"{VOICE}-fallback",
        voice_fallback_method="POST",
        status_callback=f"{VOICE}-status",
        status_callback_method="POST",
        trunk_sid="",
    )
    found = client.incoming_phone_numbers(entry.sid).fetch()
    assert (found.voice_url, found.voice_fallback_url, found.status_callback) == (
        VOICE,
        f"{VOICE}-fallback",
        f"{VOICE}-status",
    )
    assert (found.friendly_name, found.trunk_sid) == ("front desk", None)


def test_a_change_that_does_not_last_is_seen_at_the_next_fetch(client, twilio, account):
    entry = twilio.ledger.add_number(account, "+12125550101")
    entry.ignored = frozenset({"voice_fallback_url"})
    client.incoming_phone_numbers(entry.sid).update(voice_url=VOICE, voice_fallback_url=VOICE)
    found = client.incoming_phone_numbers(entry.sid).fetch()
    assert (found.voice_url, found.voice_fallback_url) == (VOICE, "")


@pytest.mark.parametrize("wrong", [{"VoiceUrl": "ftp://x"}, {"VoiceMethod": "PUT"}])
def test_what_twilio_would_not_take_is_refused(twilio, account, wrong):
    entry = twilio.ledger.add_number(account, "+12125550101")
    url = f"{twilio.url}/2010-04-01/Accounts/{account.sid}/IncomingPhoneNumbers/{entry.sid}.json"
    assert httpx.post(url, data=wrong, auth=(account.sid, account.auth_token)).status_code == 400


def test_a_number_of_nobody_is_not_found(client):
    with pytest.raises(TwilioRestException) as caught:
        client.incoming_phone_numbers("PN" + "0" * 32).fetch()
    assert caught.value.status == 404
