from __future__ import annotations

from itertools import product
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.intake.choose_next import Act, Next, choose_next, may_record
from pipeline.intake.note_callee import CalleeAct, CalleeNext
from pipeline.intake.wording import Line
from pipeline.model.call import LegRole
from pipeline.model.consent import RECORDING_PURPOSES, Method, Outcome, Purpose
from pipeline.model.ids import TenantId
from pipeline.model.tenant import OnDecline, Tenant, TenantSecrets, TenantSettings, Topology
from samples.twilio_standin.twiml import parse_twiml
from tests.pipeline.intake.conftest import MODES, a_state, an_answer
from tests.pipeline.intake.conftest import an_owner as an_owner_of_calls
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


def written(act: Act, topology: Topology, *, is_recorded: bool = False, **step) -> str:
    made = Next(act=act, lines=LINES, is_recorded=is_recorded, **step)
    return render(made, owner=an_owner(topology), call_sid=CALL, urls=URLS)


@pytest.mark.parametrize(("act", "topology", "is_recorded"), list(product(Act, Topology, (False, True))))
def test_only_a_recorded_connection_to_an_agent_or_a_message_holds_a_recorder(act, topology, is_recorded):
    document = written(act, topology, is_recorded=is_recorded)
    agent = act is Act.CONNECT and topology in (Topology.AGENT, Topology.RELAY)
    message = act is Act.TAKE_MESSAGE and topology is Topology.VOICEMAIL
    assert ("<Recording" in document) == ((agent or message) and is_recorded)
    assert 'trim="do-not-trim"' in document or "<Recording" not in document
    assert "record=" not in document
    assert "<Record " not in document
    assert "Transcription" not in document
    parse_twiml(document)


def test_an_agent_is_told_whether_anything_may_be_kept():
    for topology in (Topology.AGENT, Topology.RELAY):
        for is_kept, keep in ((True, "yes"), (False, "no")):
            root = ElementTree.fromstring(written(Act.CONNECT, topology, is_kept=is_kept))
            told = {p.get("name"): p.get("value") for p in root.iter("Parameter")}
            assert told == {"callSid": CALL, "keep": keep}
            (agent,) = root.find("Connect")
            assert agent.get("url") == "wss://agent.example.com/s?a=1&b=2"


def test_an_agent_that_is_reached_as_text_hears_in_the_language_of_the_call_and_greets_nobody_by_itself():
    root = ElementTree.fromstring(written(Act.CONNECT, Topology.RELAY, is_recorded=True, is_kept=True))
    assert [verb.tag for verb in root] == ["Start", "Say", "Say", "Connect"]
    relay = root.find("Connect/ConversationRelay")
    assert relay.get("language") == "en-US"
    assert relay.get("welcomeGreeting") is None
    assert relay.get("dtmfDetection") == "true"


def test_an_announcement_waits_for_a_key_a_moment_and_then_goes_on():
    (gather,) = ElementTree.fromstring(written(Act.ANNOUNCE, Topology.AGENT))
    assert "step=announced" in gather.get("action")
    assert (gather.get("timeout"), gather.get("input")) == ("1", "dtmf")
    assert (gather.get("actionOnEmptyResult"), gather.get("finishOnKey")) == ("true", "")


def test_a_message_is_recorded_from_before_the_notice_until_a_key_or_the_longest_silence():
    start, gather = ElementTree.fromstring(written(Act.TAKE_MESSAGE, Topology.VOICEMAIL, is_recorded=True))
    assert start.tag == "Start"
    assert "step=message" in gather.get("action")
    assert (gather.get("timeout"), gather.get("numDigits"), gather.get("input")) == ("120", "1", "dtmf")
    assert [say.tag for say in gather] == ["Say", "Say"]


def test_a_question_that_takes_speech_listens_in_its_language_for_our_phrases_and_for_keys_too():
    (gather,) = ElementTree.fromstring(written(Act.ASK_RECORD, Topology.AGENT, takes_speech=True))
    assert gather.get("input") == "dtmf speech"
    assert (gather.get("language"), gather.get("profanityFilter")) == ("en-US", "false")
    assert gather.get("speechTimeout") == "2"
    assert {"yes", "no"} <= set(gather.get("hints").split(", "))
    assert (gather.get("numDigits"), gather.get("finishOnKey")) == ("1", "")


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
    assert action.startswith(f"https://earmark.example.com/twilio/acme/whisper?attempt=2&call={CALL}&mark=")
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


@st.composite
def answered(draw):
    """A call after any answers of anybody to anything, however its tenant's calls are answered."""
    owner = an_owner_of_calls(
        topology=draw(st.sampled_from(Topology)),
        on_decline=draw(st.sampled_from(OnDecline)),
        is_recording_on=draw(st.booleans()),
        is_transcription_on=draw(st.booleans()),
        accepts_speech=draw(st.booleans()),
    )
    told = draw(
        st.lists(
            st.tuples(
                st.sampled_from(Outcome),
                st.sampled_from([RECORDING_PURPOSES, (Purpose.TRAIN,), tuple(Purpose)]),
                st.sampled_from([LegRole.CALLER, LegRole.CALLEE]),
                st.sampled_from([Method.IMPLIED, Method.DTMF, Method.SPEECH]),
            ),
            max_size=5,
        )
    )
    events = [e for outcome, purposes, role, how in told for e in an_answer(outcome, purposes, role=role, method=how)]
    return a_state(
        events,
        owner=owner,
        mode=draw(st.sampled_from(MODES)),
        has_training_gate=draw(st.booleans()),
        direction=draw(st.sampled_from(["inbound", "outbound-api"])),
        round=draw(st.sampled_from([1, 1, 2])),
    )


@settings(max_examples=400)
@given(state=answered())
def test_every_document_with_a_recorder_or_an_agent_that_keeps_comes_from_a_call_whose_caller_agreed(state):
    document = render(choose_next(state), owner=state.owner, call_sid=CALL, urls=URLS)
    parse_twiml(document)
    holds, keeps = "<Recording" in document, 'name="keep" value="yes"' in document
    if holds:
        assert may_record(state)
        assert state.owner.settings.is_recording_on
        assert {state.outcome(leg.role, Purpose.RECORD) for leg in state.people} == {Outcome.GRANTED}
        assert not state.is_gate_open
    if holds or keeps:
        assert state.is_recordable
        assert state.outcome(LegRole.CALLER, Purpose.TRANSCRIBE) is Outcome.GRANTED
    assert not (holds and "<Gather" in document and "step=message" not in document)
