"""A caller who is not recorded is served as one who is: the same person or agent, reached in the same way."""

from __future__ import annotations

import copy
import re
from xml.etree import ElementTree

import pytest

from pipeline.model.tenant import OnDecline, Topology
from tests.webhooks.conftest import DENVER, DESK, NEW_YORK
from tests.webhooks.twilio.test_voice import says

CONNECTED = tuple(topology for topology in Topology if topology is not Topology.VOICEMAIL)
"""Where a message is all there is, the message is the recording: see the last test."""
OF_THE_RECORDER = ("Start", "Say")
"""What starts it, and what is said of it."""


def service(document: ElementTree.Element) -> str:
    """Give what a document does for the caller, without what it does for the recorder and whose call it is."""
    kept = copy.deepcopy(document)
    for verb in [verb for verb in kept if verb.tag in OF_THE_RECORDER]:
        kept.remove(verb)
    for parent in kept.iter():
        for told in [told for told in parent if told.tag == "Parameter" and told.get("name") == "keep"]:
            parent.remove(told)
    for number in kept.iter("Number"):
        number.attrib.pop("url", None)  # asks the callee, where there is something to ask
        number.attrib.pop("method", None)
    text = ElementTree.tostring(kept, encoding="unicode")
    return re.sub(r"CA[0-9a-f]{32}|room-call_[0-9a-z]+|/twilio/[a-z0-9]+/", "-", text)


def after_the_question(stage, name: str, topology: Topology, pressed: list[str], **rung: str) -> ElementTree.Element:
    owner = stage.any_tenant(name, topology=topology, on_decline=OnDecline.CONTINUE, forward_to=DESK)
    call = stage.call(owner)
    document = call.follow(call.ring(**rung), "9")
    for key in pressed:
        document = call.press(document, key)
    return document


@pytest.mark.clause("nejix", "8", "Right to Non-Discrimination")
@pytest.mark.parametrize("topology", CONNECTED)
@pytest.mark.parametrize("pressed", [["2"], ["", ""], ["7", "7"], ["5", "2"]], ids=["no", "none", "wrong", "late"])
def test_what_follows_the_question_is_the_same_for_a_no_as_for_a_yes(stage, topology, pressed):
    granted = after_the_question(stage, "acme", topology, ["1"])
    declined = after_the_question(stage, "acme", topology, pressed)
    assert service(declined) == service(granted)
    assert len(ElementTree.fromstring(service(granted))) == 1
    assert declined.find("Start") is None
    assert "not being recorded" in says(declined)


@pytest.mark.clause("nejix", "8", "Right to Non-Discrimination")
@pytest.mark.parametrize("topology", CONNECTED)
def test_a_caller_who_keeps_silent_in_an_announcement_by_hanging_on_or_says_no_there_is_served_the_same(
    stage, topology
):
    owner = stage.tenant(topology=topology, on_decline=OnDecline.CONTINUE, forward_to=DESK)
    stays, refuses = stage.call(owner), stage.call(owner)
    assert service(refuses.follow(refuses.ring(), "2")) == service(stays.follow(stays.ring()))


@pytest.mark.clause("nejix", "8", "Right to Non-Discrimination")
def test_a_person_who_is_called_is_served_the_same_too(stage):
    owner = stage.tenant(on_decline=OnDecline.CONTINUE)
    ended = []
    for key in "12":
        call = stage.call(owner)
        fields = {"From": DENVER, "To": NEW_YORK, "Direction": "outbound-api", "CallStatus": "in-progress"}
        asked = call.follow(call.document(call.path("voice"), **fields, AnsweredBy="human"), "9")
        ended.append(service(call.press(asked, key)))
    assert ended[0] == ended[1]


def test_where_a_message_is_all_there_is_a_no_is_told_of_another_way(stage):
    document = after_the_question(stage, "acme", Topology.VOICEMAIL, ["2"])
    assert "another way" in says(document)
    assert document.find("Start") is None
