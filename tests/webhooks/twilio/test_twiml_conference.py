from __future__ import annotations

from xml.etree import ElementTree

import pytest
from twilio.twiml.voice_response import VoiceResponse

from pipeline.intake.rooms import Room
from pipeline.model.ids import TenantId
from webhooks.twilio.twiml_conference import meet
from webhooks.twilio.urls import Urls


@pytest.mark.parametrize("is_caller", [True, False])
def test_a_room_is_over_for_all_when_the_caller_leaves_and_never_records_by_itself(is_caller):
    document = VoiceResponse()
    urls = Urls(public_base="https://earmark.example.com", tenant=TenantId("acme"))
    meet(document, Room(name="room-call_1-1", number=1), call_sid="CA1", urls=urls, is_caller=is_caller)
    written = ElementTree.fromstring(str(document))
    room = written.find("Dial/Conference")
    assert room is not None
    assert room.get("record") == "do-not-record"
    assert room.get("recordingStatusCallback") is None
    assert room.get("endConferenceOnExit") == ("true" if is_caller else "false")
    assert [verb.tag for verb in written] == (["Dial"] if is_caller else ["Dial", "Hangup"])
    assert (written.find("Dial").get("action") is not None) is is_caller  # type: ignore[union-attr]  # found above
