"""Calls over REST."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from samples.twilio_standin.client import standin_client


@pytest.fixture
def client(twilio, account):
    client = standin_client(twilio.url, account.sid, account.auth_token)
    yield client
    client.http_client.close()


def test_calls_are_listed_newest_first_and_by_number(client, twilio, account, product, a_scenario):
    played = [twilio.play(a_scenario(to=f"+1303555010{n}"), account, base=product.base) for n in range(3)]
    assert [call.sid for call in client.calls.list()] == [call.call_sid for call in reversed(played)]
    assert [call.sid for call in client.calls.list(to="+13035550101")] == [played[1].call_sid]


def test_a_call_that_names_no_running_call_is_played_by_itself(client, twilio, product):
    placed = client.calls.create(to="+12125550166", from_="+13035550100", url=f"{product.base}/out?call=CA1")
    twilio.join()
    assert placed.status == "queued"
    assert client.calls(placed.sid).fetch().status == "no-answer"


def test_machine_detection_of_another_kind_is_refused(client, product):
    with pytest.raises(TwilioRestException) as caught:
        client.calls.create(to="+1212", from_="+1303", url=product.base, machine_detection="Maybe")
    assert caught.value.status == 400
