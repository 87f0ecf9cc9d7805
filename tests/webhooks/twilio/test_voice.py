from __future__ import annotations

from tests.webhooks.conftest import AGENT, BASE


def test_an_announced_call_is_recorded_once_the_caller_heard_the_announcement(stage):
    call = stage.call(stage.tenant())
    announced = call.ring()
    assert not call.was_told_to_record()
    assert stage.standing(call) == {}
    go_on = call.follow(announced)
    assert [verb.tag for verb in go_on] == ["Start", "Say", "Connect"]
    recording = go_on.find("Start/Recording")
    assert recording.get("trim") == "do-not-trim"
    assert recording.get("channels") == "dual"
    assert recording.get("recordingStatusCallback") == f"{BASE}/twilio/acme/recording#rc=3&rp=5xx,ct,rt"
    assert recording.get("recordingStatusCallbackEvent") == "in-progress completed absent"
    assert go_on.find("Connect/Stream").get("url") == AGENT
    assert stage.record_standing(call) == "granted"
