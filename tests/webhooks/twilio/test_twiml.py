from __future__ import annotations

from itertools import product
from xml.etree import ElementTree

import pytest

from pipeline.intake.choose_next import Act, Next
from pipeline.intake.note_callee import CalleeAct, CalleeNext
from pipeline.intake.wording import Line
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings, Topology
from samples.twilio_standin.twiml import parse_twiml
from webhooks.twilio.twiml import render, render_callee, render_goodbye, render_hang_up
from webhooks.twilio.urls import Urls

CALL = "CA" + "0" * 32
URLS = Urls(public_base="https://earmark.example.com", tenant=TenantId("acme"))
LINES = (Line(text="One & <two>.", locale="en-US"), Line(text="Drei.", locale="de-DE", is_slow=True))


def an_owner(topology: Topology) -> Tenant:
    return Tenant(
        id=TenantId("acme"),
        display_name="Acme",
        policy_id="nejix",
        account_sid=None,
        settings=TenantSettings(topology=topology),
        secrets=TenantSecrets(agent_url="wss://agent.example.com/s?a=1&b=2", forward_to="+13035550188"),
    )


def written(act: Act, topology: Topology, *, is_recorded: bool = False) -> str:
    step = Next(act=act, lines=LINES, is_recorded=is_recorded)
    return render(step, owner=an_owner(topology), call_sid=CALL, urls=URLS)


@pytest.mark.parametrize(
    ("act", "topology", "is_recorded"), list(product(Act, (Topology.AGENT, Topology.FORWARD), (False, True)))
)
def test_only_a_recorded_connection_to_an_agent_holds_a_recorder(act, topology, is_recorded):
    document = written(act, topology, is_recorded=is_recorded)
    holds = "<Recording" in document
    assert holds == (act is Act.CONNECT and topology is Topology.AGENT and is_recorded)
    assert "record=" not in document
    assert "Transcription" not in document
    parse_twiml(document)


def test_an_agent_is_told_whether_anything_may_be_kept():
    for is_recorded, keep in ((True, "yes"), (False, "no")):
        root = ElementTree.fromstring(written(Act.CONNECT, Topology.AGENT, is_recorded=is_recorded))
        told = {p.get("name"): p.get("value") for p in root.iter("Parameter")}
        assert told == {"callSid": CALL, "keep": keep}
        assert root.find("Connect/Stream").get("url") == "wss://agent.example.com/s?a=1&b=2"


def test_the_recorder_starts_before_the_notice_so_that_the_notice_is_inside():
    root = ElementTree.fromstring(written(Act.CONNECT, Topology.AGENT, is_recorded=True))
    assert [verb.tag for verb in root] == ["Start", "Say", "Say", "Connect"]


def test_a_question_holds_everything_that_is_asked_and_nothing_follows_it():
    for act in (Act.ASK_RECORD, Act.ASK_TRAINING):
        root = ElementTree.fromstring(written(act, Topology.AGENT))
        (gather,) = root
        assert gather.attrib | {"action": ""} == {
            "input": "dtmf",
            "numDigits": "1",
            "timeout": "6",
            "finishOnKey": "",
            "actionOnEmptyResult": "true",
            "action": "",
            "method": "POST",
        }
        assert [say.tag for say in gather] == ["Say", "Say"]


def test_lines_are_spoken_as_written_each_in_its_language_and_slowly_where_asked():
    first, second = ElementTree.fromstring(written(Act.HANG_UP, Topology.AGENT)).findall("Say")
    assert (first.text, first.get("language")) == ("One & <two>.", "en-US")
    assert second.get("language") == "de-DE"
    assert (second.find("prosody").text, second.find("prosody").get("rate")) == ("Drei.", "slow")


def test_a_callee_is_asked_bridged_or_let_go():
    asked = render_callee(CalleeNext(act=CalleeAct.ASK, lines=LINES, attempt=2), call_sid=CALL, urls=URLS)
    action = ElementTree.fromstring(asked).find("Gather").get("action")
    assert action.startswith(f"https://earmark.example.com/twilio/acme/whisper?attempt=2&call={CALL}#")
    tags = {
        act: [v.tag for v in ElementTree.fromstring(render_callee(CalleeNext(act=act), call_sid=CALL, urls=URLS))]
        for act in (CalleeAct.BRIDGE, CalleeAct.HANG_UP)
    }
    assert tags == {CalleeAct.BRIDGE: [], CalleeAct.HANG_UP: ["Hangup"]}


def test_the_last_resort_needs_nobody_and_names_nobody():
    root = ElementTree.fromstring(render_goodbye())
    assert [verb.tag for verb in root] == ["Say", "Hangup"]
    assert "{" not in root.find("Say").text
    assert [verb.tag for verb in ElementTree.fromstring(render_hang_up())] == ["Hangup"]
