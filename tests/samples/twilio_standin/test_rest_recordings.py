"""Recordings over REST, and their media."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from samples.scenario import Fault

VOICE = "/twilio/acme/voice"
TALK = '<Start><Recording trim="do-not-trim"/></Start><Connect><Stream url="wss://example.test/agent"/></Connect>'


@pytest.fixture
def played(product, twilio, account, a_scenario):
    product.twiml[VOICE] = f"<Response>{TALK}</Response>"
    return twilio.play(a_scenario(), account, base=product.base)


@pytest.fixture
def rest(twilio, account):
    base = f"{twilio.url}/2010-04-01/Accounts/{account.sid}"
    with httpx.Client(base_url=base, auth=(account.sid, account.auth_token)) as client:
        yield client


def test_a_recording_is_shown_with_its_facts(played, rest):
    shown = rest.get(f"/Recordings/{played.recording_sids[0]}.json").json()
    assert (shown["status"], shown["duration"], shown["channels"]) == ("completed", "6", 2)
    assert (shown["source"], shown["call_sid"]) == ("StartCallRecordingTwiML", played.call_sid)


def test_recordings_are_listed_by_call_and_by_date(played, rest, twilio):
    tomorrow = (twilio.ledger.now() + timedelta(days=1)).date().isoformat()
    count = [
        len(rest.get(path, params=params).json()["recordings"])
        for path, params in [
            ("/Recordings.json", {}),
            (f"/Calls/{played.call_sid}/Recordings.json", {}),
            ("/Recordings.json", {"CallSid": "CA" + "0" * 32}),
            ("/Recordings.json", {"DateCreated>": tomorrow}),
            ("/Recordings.json", {"DateCreated<": tomorrow}),
        ]
    ]
    assert count == [1, 1, 0, 0, 1]


def test_a_deleted_recording_is_gone_but_for_its_metadata_for_forty_days(played, rest, twilio):
    path = f"/Recordings/{played.recording_sids[0]}"
    assert [rest.delete(f"{path}.json").status_code for _ in range(2)] == [204, 404]
    assert rest.get(f"{path}.wav").status_code == 404
    assert rest.get(f"{path}.json").status_code == 404
    listed = [rest.get("/Recordings.json").json()["recordings"]]
    with_deleted = {"IncludeSoftDeleted": "true"}
    listed.append(rest.get("/Recordings.json", params=with_deleted).json()["recordings"])
    twilio.ledger.advance(days=40, seconds=1)
    listed.append(rest.get("/Recordings.json", params=with_deleted).json()["recordings"])
    assert [[r["status"] for r in rows] for rows in listed] == [[], ["deleted"], []]


def test_media_needs_credentials_unless_the_account_made_it_public(played, twilio, account):
    url = f"{twilio.url}/2010-04-01/Accounts/{account.sid}/Recordings/{played.recording_sids[0]}.wav"
    assert httpx.get(url).status_code == 401
    account.is_media_public = True
    assert httpx.get(url).status_code == 200


def test_two_channels_are_served_only_where_asked_for(played, media):
    sid = played.recording_sids[0]
    assert media(sid).shape[1] == 1
    assert media(sid, RequestedChannels="2").shape[1] == 2


def test_mp3_is_refused_clearly(played, rest):
    assert rest.get(f"/Recordings/{played.recording_sids[0]}.mp3").status_code == 415


@pytest.fixture
def during_the_call(product, twilio, account, a_scenario):
    """Have the product do something while the recorder runs: when the second document is fetched."""

    def play(work):
        product.twiml[VOICE] = (
            '<Response><Start><Recording trim="do-not-trim"/></Start><Say>One two three.</Say>'
            "<Redirect>/second</Redirect></Response>"
        )
        product.twiml["/second"] = lambda got: work(got.params["CallSid"]) or '<Response><Pause length="3"/></Response>'
        return twilio.play(a_scenario(), account, base=product.base)

    return play


def test_a_running_recording_is_paused_by_its_nickname(during_the_call, rest, media):
    def pause(call_sid):
        answer = rest.post(f"/Calls/{call_sid}/Recordings/Twilio.CURRENT.json", data={"Status": "paused"})
        assert answer.json()["status"] == "paused"

    played = during_the_call(pause)
    assert len(media(played.recording_sids[0])) == round((1.08 + 3) * 8000)


def test_skipped_time_is_missing_from_the_recording(during_the_call, rest, media):
    def skip(call_sid):
        data = {"Status": "paused", "PauseBehavior": "skip"}
        rest.post(f"/Calls/{call_sid}/Recordings/Twilio.CURRENT.json", data=data).raise_for_status()

    played = during_the_call(skip)
    assert len(media(played.recording_sids[0])) == round(1.08 * 8000)


def test_stopping_is_final_and_a_second_stop_finds_nothing(during_the_call, rest):
    statuses = []

    def stop(call_sid):
        for _ in range(2):
            path = f"/Calls/{call_sid}/Recordings/Twilio.CURRENT.json"
            statuses.append(rest.post(path, data={"Status": "stopped"}).status_code)

    during_the_call(stop)
    assert statuses == [200, 404]


def test_a_stop_may_be_refused_on_purpose(during_the_call, twilio, rest, media):
    twilio.ledger.add_fault(Fault(path="*/Twilio.CURRENT.json", method="POST", status=400))

    def stop(call_sid):
        path = f"/Calls/{call_sid}/Recordings/Twilio.CURRENT.json"
        assert rest.post(path, data={"Status": "stopped"}).status_code == 400

    played = during_the_call(stop)
    assert len(media(played.recording_sids[0])) == round((1.08 + 3) * 8000)


def test_a_recording_in_progress_cannot_be_deleted(during_the_call, rest):
    statuses = []

    def delete(call_sid):
        [entry] = rest.get(f"/Calls/{call_sid}/Recordings.json").json()["recordings"]
        statuses.append(rest.delete(f"/Recordings/{entry['sid']}.json").status_code)

    during_the_call(delete)
    assert statuses == [400]


def test_a_second_recorder_of_another_kind_makes_a_second_recording(during_the_call, rest):
    def start(call_sid):
        data = {"RecordingChannels": "dual"}
        assert rest.post(f"/Calls/{call_sid}/Recordings.json", data=data).json()["source"] == "StartCallRecordingAPI"

    assert len(during_the_call(start).recording_sids) == 2


def test_a_call_that_is_over_is_not_eligible_for_recording(played, rest):
    answer = rest.post(f"/Calls/{played.call_sid}/Recordings.json")
    assert (answer.status_code, answer.json()["code"]) == (400, 21220)


def test_a_conversation_relay_call_is_not_eligible_for_recording(product, twilio, account, a_scenario, rest):
    statuses = []

    def start(got):
        if got.path.startswith("/api/"):
            statuses.append(rest.post(f"/Calls/{got.path.split('/')[4]}/Recordings.json").status_code)
        return ""

    product.twiml[VOICE] = '<Response><Connect><ConversationRelay url="wss://a"/></Connect></Response>'
    product.otherwise = start
    scenario = a_scenario(events=[{"at_s": 1, "do": "withdraw"}])
    twilio.play(scenario, account, base=product.base, agent_key="k")
    assert statuses == [400]
