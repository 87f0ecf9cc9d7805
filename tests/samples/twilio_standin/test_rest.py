"""Who may ask what, and what fails on purpose."""

from __future__ import annotations

import base64

import httpx
import pytest

from samples.scenario import Fault
from samples.twilio_standin import Account
from samples.twilio_standin.client import standin_client

VOICE = "/twilio/acme/voice"


@pytest.fixture
def get(twilio, account):
    def fetch(path, *, user=None, password=None):
        user, password = user or account.sid, password or account.auth_token
        return httpx.get(f"{twilio.url}/2010-04-01/Accounts/{account.sid}{path}", auth=(user, password))

    return fetch


def test_the_accounts_token_or_one_of_its_keys_opens_it(get, account):
    account.api_keys["SK1"] = "secret"
    assert get(".json").json()["sid"] == account.sid
    assert get(".json", user="SK1", password="secret").status_code == 200


@pytest.mark.parametrize("password", ["wrong", "secret of another account"])
def test_wrong_credentials_are_refused_with_twilios_code(get, twilio, password):
    twilio.add_account(Account(sid="AC" + "b" * 32, auth_token="secret of another account"))
    answer = get("/Calls.json", password=password)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_one_accounts_credentials_do_not_open_another(get, twilio):
    other = twilio.add_account(Account(sid="AC" + "b" * 32, auth_token="other"))
    assert get(".json", user=other.sid, password="other").status_code == 401


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!", "Bearer x", "Basic " + base64.b64encode(b"\xff").decode()])
def test_a_malformed_header_is_no_credential(twilio, account, header):
    url = f"{twilio.url}/2010-04-01/Accounts/{account.sid}.json"
    assert httpx.get(url, headers={"Authorization": header}).status_code == 401


def test_a_fault_fails_as_often_as_it_says_and_no_more(get, twilio):
    twilio.ledger.add_fault(Fault(path="*/Calls.json", status=429, times=2))
    answers = [get("/Calls.json") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].json()["code"] == 20429


def test_a_fault_may_answer_with_xml(get, twilio):
    twilio.ledger.add_fault(Fault(path="*.wav", status=200, body="xml"))
    answer = get("/Recordings/RE1.wav")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")


def test_there_is_no_default_recording_configuration_unless_somebody_set_one(twilio, account):
    url = f"{twilio.url}/v2/AccountDefaultConfiguration/Recording"
    auth = (account.sid, account.auth_token)
    assert httpx.get(url, auth=auth).status_code == 404
    account.default_recording = {"recordingEnabled": True}
    assert httpx.get(url, auth=auth).json() == {"recordingEnabled": True}


def test_a_running_call_is_given_other_twiml(product, twilio, account, a_scenario):
    def redirect(got):
        client = standin_client(twilio.url, account.sid, account.auth_token)
        client.calls(got.params["CallSid"]).update(twiml="<Response><Say>Instead.</Say></Response>")
        client.http_client.close()
        return "<Response><Say>Never said.</Say></Response>"

    product.twiml[VOICE] = redirect
    played = twilio.play(a_scenario(), account, base=product.base)
    assert [said.text for said in played.journal.said] == ["Instead."]


def test_a_running_call_is_ended(product, twilio, account, a_scenario):
    def end(got):
        client = standin_client(twilio.url, account.sid, account.auth_token)
        client.calls(got.params["CallSid"]).update(status="completed")
        client.http_client.close()
        return "<Response><Say>Never said.</Say></Response>"

    product.twiml[VOICE] = end
    played = twilio.play(a_scenario(), account, base=product.base)
    assert (played.ended_by, played.journal.said) == ("api", [])


def test_a_call_that_is_over_cannot_be_changed(product, twilio, account, a_scenario, get):
    played = twilio.play(a_scenario(), account, base=product.base)
    url = f"{twilio.url}/2010-04-01/Accounts/{account.sid}/Calls/{played.call_sid}.json"
    answer = httpx.post(url, data={"Status": "completed"}, auth=(account.sid, account.auth_token))
    assert (answer.status_code, answer.json()["code"]) == (400, 21220)


def test_a_calls_record_can_be_deleted_once(product, twilio, account, a_scenario):
    played = twilio.play(a_scenario(), account, base=product.base)
    url = f"{twilio.url}/2010-04-01/Accounts/{account.sid}/Calls/{played.call_sid}.json"
    auth = (account.sid, account.auth_token)
    assert [httpx.delete(url, auth=auth).status_code for _ in range(2)] == [204, 404]
