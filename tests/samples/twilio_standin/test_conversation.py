"""What happens while the parties talk."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile as sf

from samples.scenario import parse_scenario
from samples.twilio_standin.client import standin_client

VOICE = "/twilio/acme/voice"
TALK = '<Start><Recording trim="do-not-trim"/></Start><Connect><Stream url="wss://example.test/agent"/></Connect>'


@pytest.fixture
def talk(product, twilio, account, a_scenario):
    product.twiml[VOICE] = f"<Response>{TALK}</Response>"

    def run(*events, **changes):
        scenario = a_scenario(events=events, **changes)
        return twilio.play(scenario, account, base=product.base, agent_key="key-of-the-agent")

    return run


def test_both_sides_of_the_sample_are_heard_on_their_own_channels(product, twilio, account, media, tmp_path):
    both = np.zeros((8000, 2), dtype=np.int16)
    both[:4000, 0], both[4000:, 1] = 1000, 2000
    sf.write(tmp_path / "talk.wav", both, 8000)
    product.twiml[VOICE] = f"<Response>{TALK}</Response>"
    body = {"name": "x", "tenant": "acme", "from": "+1", "to": "+2", "conversation": "talk.wav"}
    played = twilio.play(parse_scenario(body, directory=tmp_path), account, base=product.base)
    sound = media(played.recording_sids[0], RequestedChannels="2")
    assert (sound == both).all()


def test_a_withdrawal_reaches_the_product_with_the_agents_key(talk, product):
    played = talk({"at_s": 2, "do": "withdraw", "wait_s": 0})
    [got] = [got for got in product.got if got.path.startswith("/api/")]
    assert got.path == f"/api/v1/calls/{played.call_sid}/withdraw"
    assert got.headers["Authorization"] == "Bearer key-of-the-agent"
    assert played.journal.events == [("withdraw", 200)]


def test_what_is_said_after_a_recorder_was_stopped_is_in_no_recording(talk, product, twilio, account, media):
    def stop(got):
        if got.path.startswith("/api/"):
            client = standin_client(twilio.url, account.sid, account.auth_token)
            client.calls(got.path.split("/")[4]).recordings("Twilio.CURRENT").update(status="stopped")
            client.http_client.close()
        return ""

    product.otherwise = stop
    played = talk({"at_s": 2, "do": "withdraw"})
    assert len(media(played.recording_sids[0])) == 2 * 8000
    assert played.talked_until_s == played.talked_from_s + 6


def test_when_the_stop_is_refused_all_of_it_is_in_the_recording(talk, media):
    played = talk({"at_s": 2, "do": "withdraw", "wait_s": 0})
    assert len(media(played.recording_sids[0])) == 6 * 8000


def test_hanging_up_in_the_middle_ends_the_sound_there(talk, media):
    played = talk({"at_s": 1.5, "do": "hang_up"})
    assert len(media(played.recording_sids[0])) == 1.5 * 8000
    assert played.ended_by == "caller"


def test_an_agent_who_ends_lets_the_document_go_on(product, talk):
    product.twiml[VOICE] = f"<Response>{TALK}<Say>Goodbye.</Say></Response>"
    played = talk({"at_s": 3, "do": "agent_ends"})
    assert [(said.text, said.start_s) for said in played.journal.said] == [("Goodbye.", 5.0)]


def test_a_key_pressed_while_talking_is_heard_on_the_callers_channel(talk, media):
    plain, pressed = (
        talk(*events).recording_sids[0] for events in ([], [{"at_s": 1, "do": "keypress", "digits": "9"}])
    )
    with_key = media(pressed, RequestedChannels="2").astype(int) - media(plain, RequestedChannels="2")
    assert np.abs(with_key[8000:8960, 0]).max() > 3000
    assert not with_key[:, 1].any()


def test_the_tenants_software_speaks_to_the_api_in_the_callers_name(talk, product):
    events = [{"at_s": 1, "do": "pause"}, {"at_s": 2, "do": "resume"}, {"at_s": 3, "do": "add", "to": "+13035550177"}]
    played = talk(*events)
    asked = [(got.path.rsplit("/", 1)[1], json.loads(got.body)) for got in product.got if got.path.startswith("/api/")]
    assert asked == [("pause", {}), ("resume", {}), ("participants", {"to": "+13035550177"})]
    assert [do for do, _ in played.journal.events] == ["pause", "resume", "add"]


def test_somebody_else_may_record_too_and_the_news_go_to_the_same_place(talk, product, twilio):
    played = talk({"at_s": 2, "do": "record", "source": "Trunking"}, {"at_s": 3, "do": "record", "source": "New"})
    sources = {twilio.ledger.recordings[sid].recorder.settings.source for sid in played.recording_sids}
    assert sources == {"StartCallRecordingTwiML", "Trunking", "New"}
    told = {got.params["RecordingSource"]: got.params["CallSid"] for got in product.to("/twilio/acme/recording")}
    assert told["New"] == played.call_sid
    assert told["Trunking"] != played.call_sid


def test_a_recorder_of_somebody_elses_may_run_from_the_start(talk, twilio):
    played = talk(recorded_by=["OutboundAPI"])
    first = min((twilio.ledger.recordings[sid] for sid in played.recording_sids), key=lambda r: r.started_at)
    assert first.recorder.settings.source == "OutboundAPI"


def test_what_belongs_to_another_talk_does_not_happen_in_this_one(talk):
    assert talk({"at_s": 1, "do": "hang_up", "talk": 2}).ended_by == "caller"
    assert talk({"at_s": 1, "do": "hang_up", "talk": 2}).duration_s == 2 + 6
