from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.tenant import Topology
from pipeline.policies.scripts import ScriptId
from pipeline.store.tenants import change_tenant, get_tenant
from tests.webhooks.conftest import BASE, DESK, NEW_WORDS, NEW_YORK, WITHHELD, reword

BERLIN, SAN_FRANCISCO, SEATTLE = "+493012345678", "+14155550142", "+12065550142"


def a_forwarded_call(stage, **chosen):
    """A caller who stayed after the announcement, and the document that is whispered to the callee."""
    call = stage.call(stage.tenant(topology=Topology.FORWARD, **chosen))
    dial = call.follow(call.ring()).find("Dial")
    return call, dial


def whispered(call, dial):
    return call.document(dial.find("Number").attrib["url"])


def callee(stage, call) -> str | None:
    return stage.standing(call).get(("callee", "record"))


def test_the_recorder_starts_when_both_agreed_and_not_before(stage):
    call, dial = a_forwarded_call(stage)
    assert dial.find("Number").text == DESK
    assert dial.get("record") is None
    asked = whispered(call, dial)
    assert asked.find("Gather") is not None
    assert stage.recordings.started == []
    bridged = call.press(asked, "1")
    assert list(bridged) == []
    assert callee(stage, call) == "granted"
    assert stage.recordings.started == [call.call_sid]
    assert stage.recordings.callbacks == [f"{BASE}/twilio/acme/recording#rc=3&rp=5xx,ct,rt"]
    assert not call.was_told_to_record()


def test_a_repeated_yes_of_the_callee_starts_one_recorder(stage):
    call, dial = a_forwarded_call(stage)
    asked = whispered(call, dial)
    for _ in range(3):
        assert list(call.press(asked, "1")) == []
    assert stage.recordings.started == [call.call_sid]


def test_a_callee_who_declines_takes_the_call_unrecorded(stage):
    call, dial = a_forwarded_call(stage)
    assert list(call.press(whispered(call, dial), "2")) == []
    assert callee(stage, call) == "declined"
    assert stage.recordings.started == []


@pytest.mark.parametrize(("digits", "outcome"), [("", "no_answer"), ("5", "wrong_key")])
def test_a_line_that_answers_and_presses_nothing_is_asked_twice_and_not_bridged(stage, digits, outcome):
    call, dial = a_forwarded_call(stage)
    again = call.press(whispered(call, dial), digits)
    ended = call.press(again, digits)
    assert [verb.tag for verb in ended] == ["Hangup"]
    assert callee(stage, call) == outcome
    assert stage.recordings.started == []


def test_a_callee_who_hangs_up_at_the_question_agreed_to_nothing(stage):
    call, dial = a_forwarded_call(stage)
    asked = whispered(call, dial)
    assert call.post(dial.find("Number").attrib["statusCallback"], call.form(CallStatus="completed")).status_code == 204
    call.press(asked, "1")
    assert callee(stage, call) == "hung_up"
    assert stage.recordings.started == []


def test_the_status_of_a_leg_that_still_rings_changes_nothing(stage):
    call, dial = a_forwarded_call(stage)
    for status in ("initiated", "ringing", "in-progress"):
        call.post(dial.find("Number").attrib["statusCallback"], call.form(CallStatus=status))
    assert callee(stage, call) is None


def test_the_callee_of_a_caller_who_declined_is_bridged_unasked_and_unrecorded(stage):
    call = stage.call(stage.tenant(topology=Topology.FORWARD, forward_to=BERLIN))
    document = call.press(call.ring(SAN_FRANCISCO), "2")
    assert [verb.tag for verb in document] == ["Say", "Say", "Dial"]
    assert document.find("Dial/Number").get("url") is None
    assert list(call.document(call.path(f"whisper?attempt=1&call={call.call_sid}"), Digits="1")) == []
    assert callee(stage, call) is None
    assert stage.recordings.started == []


def test_both_are_asked_for_a_key_where_the_law_of_either_wants_one(stage):
    call = stage.call(stage.tenant(topology=Topology.FORWARD, forward_to=BERLIN))
    dial = call.press(call.ring(SAN_FRANCISCO), "1").find("Dial")
    asked = whispered(call, dial)
    assert [say.get("language") for say in asked.iter("Say")] == ["de-DE", "en-US"]
    call.press(asked, "1")
    assert stage.recordings.started == [call.call_sid]


def test_a_caller_who_withdrew_meanwhile_is_not_recorded_although_the_callee_agrees(stage):
    call, dial = a_forwarded_call(stage)
    asked = whispered(call, dial)
    stage.withdraw(call)
    assert list(call.press(asked, "1")) == []
    assert stage.recordings.started == []


@pytest.mark.parametrize("caller", [SEATTLE, WITHHELD])
def test_a_forwarded_call_that_needs_its_notice_inside_the_recording_is_not_bridged(stage, caller):
    call = stage.call(stage.tenant(topology=Topology.FORWARD))
    document = call.ring(caller)
    document = call.press(document, "1") if caller == WITHHELD else call.follow(document)
    assert [verb.tag for verb in document] == ["Dial"]
    assert document.find("Dial/Number") is None
    assert document.find("Dial/Conference").get("record") == "do-not-record"


def test_a_recorder_that_cannot_be_started_leaves_the_two_talking_unrecorded(stage):
    call, dial = a_forwarded_call(stage)
    asked = whispered(call, dial)
    stage.recordings.is_down = True
    assert list(call.press(asked, "1")) == []
    stage.recordings.is_down = False
    assert list(call.press(asked, "1")) == []
    assert stage.recordings.started == []


def test_a_whisper_for_a_call_that_is_not_known_bridges_without_a_recorder(stage):
    call = stage.call(stage.tenant(topology=Topology.FORWARD))
    for target in ("whisper", "whisper?call=nonsense", f"whisper?attempt=1&call={call.call_sid}"):
        assert list(call.document(call.path(target), Digits="1")) == []
    assert stage.recordings.started == []


@pytest.mark.parametrize(
    "fields",
    [
        {"DialCallStatus": "busy"},
        {"DialCallStatus": "no-answer"},
        {"DialCallStatus": "completed", "DialBridged": "false"},
    ],
)
def test_a_caller_who_reached_nobody_is_told_so(stage, fields):
    call, dial = a_forwarded_call(stage)
    assert [verb.tag for verb in call.document(dial.attrib["action"], **fields)] == ["Say", "Hangup"]


def test_after_a_talk_nothing_is_said(stage):
    call, dial = a_forwarded_call(stage)
    call.press(whispered(call, dial), "1")
    for fields in ({"DialCallStatus": "completed", "DialBridged": "true"}, {"DialCallStatus": "failed"}):
        assert [verb.tag for verb in call.document(dial.attrib["action"], **fields)] == ["Hangup"]


def test_the_end_of_a_dial_that_is_not_known_hangs_up(stage):
    call = stage.call(stage.tenant(topology=Topology.FORWARD))
    assert [verb.tag for verb in call.document(call.path("dial-end"), From=NEW_YORK)] == ["Hangup"]


def test_a_yes_that_could_not_be_kept_starts_no_recorder(stage):
    call, dial = a_forwarded_call(stage)
    asked = whispered(call, dial)
    with stage.refusing_commits():
        assert list(call.press(asked, "1")) == []
    assert callee(stage, call) is None
    assert stage.recordings.started == []
    call.press(asked, "1")
    assert stage.recordings.started == [call.call_sid]


def test_a_callee_is_asked_anew_when_the_words_changed_between_the_question_and_its_answer(stage):
    call = stage.call(stage.tenant(topology=Topology.FORWARD))
    asked = call.document(call.follow(call.ring()).find("Dial/Number").attrib["url"])
    reword(stage, call.owner, ScriptId.CALLEE_ASK)
    anew = call.press(asked, "1")
    assert NEW_WORDS in anew.find("Gather/Say").text
    assert stage.recordings.started == []
    call.press(anew, "1")
    assert stage.recordings.started == [call.call_sid]


def test_a_call_is_put_through_to_whom_its_law_was_asked_of_also_when_the_tenant_changes_its_desk_meanwhile(stage):
    call = stage.call(stage.tenant(topology=Topology.FORWARD))
    asked = call.ring()
    with stage.context.database.transaction(call.owner.id) as tx:
        owner = get_tenant(tx, keys=stage.context.keys)
        secrets = replace(owner.secrets, forward_to=SEATTLE)
        change_tenant(tx, replace(owner, secrets=secrets), keys=stage.context.keys, actor="test", changed=[])
    assert call.follow(asked).find("Dial/Number").text == DESK
