from __future__ import annotations

import pytest

from pipeline.model.tenant import OnDecline, Topology
from pipeline.policies.scripts import ScriptId
from pipeline.store.calls import find_call_by_sid, list_legs
from pipeline.store.consents import list_consents
from tests.webhooks.conftest import API_KEY, NEW_WORDS, NEW_YORK, WITHHELD, reword
from tests.webhooks.rooms import a_meeting

CHICAGO, BERLIN, SEATTLE = "+13125550142", "+493012345678", "+12065550142"


class PutThrough:
    """A recorded call with the tenant's agent that is put through to somebody else."""

    def __init__(self, stage, to: str = CHICAGO, *, caller: str = NEW_YORK, keys: str = "", **chosen) -> None:
        self.stage = stage
        self.call = stage.call(stage.tenant(**chosen))
        asked = self.call.ring(caller)
        _ = self.call.press(asked, keys) if keys else self.call.follow(asked)
        stage.recordings.running.add(self.call.call_sid)
        self.answer = stage.client.post(
            f"/api/v1/calls/{self.call.call_sid}/transfer",
            json={"to": to},
            headers={"Authorization": f"Bearer {API_KEY}"},
        )
        assert self.answer.status_code == 200, self.answer.text
        _, self.url = stage.context.telephony.redirected[-1]
        self.first = self.call.document(self.url)

    @property
    def is_running(self) -> bool:
        return self.call.call_sid in self.stage.recordings.running

    def stay(self):
        """Hear that one is put through, press nothing."""
        return self.call.press(self.first, "")

    def found(self):
        with self.stage.context.database.transaction(self.call.owner.id) as tx:
            return find_call_by_sid(tx, self.call.call_sid)


def said(document) -> str:
    return " ".join(say.text for say in document.iter("Say"))


def test_the_recorder_stops_the_caller_hears_it_and_a_new_one_starts_once_both_agreed(stage):
    moved = PutThrough(stage)
    assert moved.answer.json() == {"call_sid": moved.call.call_sid, "leg": 1, "recorder": "stopped"}
    assert not moved.is_running
    assert moved.found().round == 2
    assert "Nothing is being recorded at the moment" in said(moved.first)
    dial = moved.stay().find("Dial")
    assert dial.get("record") is None
    assert dial.find("Number").text == CHICAGO
    asked = moved.call.document(dial.find("Number").attrib["url"])
    assert stage.recordings.started == []
    assert list(moved.call.press(asked, "1")) == []
    assert stage.recordings.started == [moved.call.call_sid]


@pytest.mark.parametrize(("pressed", "outcome"), [("2", "declined"), ("", "no_answer")])
def test_without_the_yes_of_the_new_person_nothing_is_recorded_any_more(stage, pressed, outcome):
    moved = PutThrough(stage)
    asked = moved.call.document(moved.stay().find("Dial/Number").attrib["url"])
    asked = moved.call.press(asked, pressed)
    if not pressed:
        moved.call.press(asked, pressed)
    assert stage.standing(moved.call)["callee", "record"] == outcome
    assert stage.recordings.started == []


def test_a_caller_who_presses_two_on_the_way_is_put_through_unrecorded(stage):
    moved = PutThrough(stage)
    document = moved.call.press(moved.first, "2")
    assert "is not being recorded" in said(document)
    assert document.find("Dial/Number").get("url") is None
    assert stage.record_standing(moved.call) == "declined"


def test_another_key_on_the_way_asks_the_question(stage):
    moved = PutThrough(stage)
    asked = moved.call.press(moved.first, "5")
    assert moved.call.press(asked, "1").find("Dial/Number").get("url") is not None


def test_a_caller_is_asked_again_where_the_new_law_wants_more_than_they_gave(stage):
    moved = PutThrough(stage, BERLIN)
    assert moved.found().mode == "explicit_gate"
    assert "1" in said(moved.first)
    assert {say.get("language") for say in moved.first.iter("Say")} == {"en-US", "de-DE"}
    again = moved.call.press(moved.first, "")
    document = moved.call.press(again, "")
    assert document.find("Dial/Number").get("url") is None
    assert stage.record_standing(moved.call) == "no_answer"


def test_a_key_press_of_before_holds_where_nothing_more_is_asked_for(stage):
    moved = PutThrough(stage, caller=BERLIN, keys="1")
    assert moved.found().mode == "explicit_gate"
    assert "aufgezeichnet" in said(moved.first)
    dial = moved.stay().find("Dial")
    assert dial.find("Number").get("url") is not None
    assert stage.record_standing(moved.call) == "granted"


def test_where_the_notice_must_be_inside_the_two_meet_in_a_room_that_is_told(stage):
    moved = PutThrough(stage, SEATTLE)
    document = moved.stay()
    room = document.find("Dial/Conference")
    assert room.get("record") == "do-not-record"
    assert room.text.endswith("-2")
    (placed,) = stage.context.telephony.placed
    assert placed.to == SEATTLE


@pytest.mark.parametrize("on_decline", [OnDecline.CONTINUE, OnDecline.END])
def test_who_has_declined_is_not_asked_again_by_a_transfer(stage, on_decline):
    moved = PutThrough(stage, caller=WITHHELD, keys="2", on_decline=OnDecline.CONTINUE)
    assert [verb.tag for verb in moved.first] == ["Say", "Dial"]
    assert moved.first.find("Dial/Number").get("url") is None


def test_a_withdrawal_holds_through_a_transfer(stage):
    moved = PutThrough(stage)
    stage.withdraw(moved.call)
    document = moved.stay()
    assert document.find("Dial/Number").get("url") is None
    assert stage.record_standing(moved.call) == "withdrawn"
    assert stage.recordings.started == []


def test_a_recorder_that_does_not_stop_is_noted_and_the_caller_is_put_through_all_the_same(stage):
    stage.recordings.is_down_for = lambda operation: operation == "stop"
    moved = PutThrough(stage)
    assert moved.answer.json()["recorder"] == "not_done"
    assert moved.stay().find("Dial") is not None


def test_a_room_is_left_for_another_and_the_first_callee_is_gone(stage):
    room = a_meeting(stage)
    assert room.ask("transfer", to=CHICAGO).json()["recorder"] == "stopped"
    assert room.legs["callee", 1] == (True, True)
    _, url = room.telephony.redirected[-1]
    document = room.call.press(room.call.document(url), "")
    assert document.find("Dial/Conference").text.endswith("-2")
    assert room.telephony.placed[-1].to == CHICAGO
    desk = room.party(1)
    desk.leave()
    assert [where for where, _ in room.telephony.redirected] == [room.call.call_sid]
    room.document = document
    room.inside = set()
    room.caller_comes_in()
    new = room.party(2)
    new.pick_up()
    new.press("1")
    new.come_in()
    assert stage.recordings.started == [room.call.call_sid] * 2
    assert room.is_running


def test_each_answer_of_a_transfer_may_come_again_and_changes_nothing(stage):
    moved = PutThrough(stage)
    for _ in range(3):
        assert moved.stay().find("Dial/Number") is not None
    assert moved.call.press(moved.first, "2").find("Dial/Number").get("url") is not None
    assert stage.record_standing(moved.call) == "granted"


def test_a_transfer_of_a_call_that_the_vendor_says_is_over_is_a_conflict(stage):
    call = stage.call(stage.tenant())
    call.follow(call.ring())
    stage.context.telephony.over.add(call.call_sid)
    target = f"/api/v1/calls/{call.call_sid}/transfer"
    answer = stage.client.post(target, json={"to": CHICAGO}, headers={"Authorization": f"Bearer {API_KEY}"})
    assert answer.status_code == 409


@pytest.mark.parametrize("topology", [Topology.AGENT, Topology.FORWARD])
def test_an_address_of_no_transfer_goes_on_unrecorded(stage, topology):
    call = stage.call(stage.tenant(topology=topology))
    of = f"transfer?call={call.call_sid}"
    for target in ("transfer", "transfer?call=nonsense", of, f"{of}&round=1&step=announced", f"{of}&round=x"):
        document = call.document(call.path(target), Digits="")
        assert document.find("Start") is None
        assert document.find("Dial/Conference") is None
    assert not call.was_told_to_record()


def test_the_answer_on_training_holds_through_a_transfer(stage):
    chosen = {"policy": "connekz", "asks_for_training": True}
    call = stage.call(stage.tenant(**chosen))
    question = call.follow(call.ring("+14155550142"))
    call.press(question, "1")
    target = f"/api/v1/calls/{call.call_sid}/transfer"
    stage.client.post(target, json={"to": CHICAGO}, headers={"Authorization": f"Bearer {API_KEY}"})
    _, url = stage.context.telephony.redirected[-1]
    document = call.press(call.document(url), "")
    assert document.find("Dial/Number").get("url") is not None
    assert stage.standing(call)["caller", "train"] == "granted"


def test_an_answer_of_an_earlier_round_that_comes_again_answers_nothing_in_the_next(stage):
    call = stage.call(stage.tenant())
    asked = call.ring()
    call.follow(asked)
    target, headers = f"/api/v1/calls/{call.call_sid}/transfer", {"Authorization": f"Bearer {API_KEY}"}
    stage.client.post(target, json={"to": CHICAGO}, headers=headers)
    _, url = stage.context.telephony.redirected[-1]
    on_the_way = call.document(url)
    call.follow(asked)
    assert stage.context.telephony.placed == []
    stage.client.post(target, json={"to": CHICAGO}, headers=headers)
    call.press(on_the_way, "")
    with stage.context.database.transaction(call.owner.id) as tx:
        events = list_consents(tx, find_call_by_sid(tx, call.call_sid).id)
    assert {e.round for e in events} == {1}


def test_somebody_who_still_rings_when_the_call_is_put_through_was_never_heard(stage):
    room = a_meeting(stage)
    room.ask("participants", to=CHICAGO)
    room.ask("transfer", to=SEATTLE)
    with stage.context.database.transaction(room.call.owner.id) as tx:
        legs = {
            leg.ordinal: leg for leg in list_legs(tx, find_call_by_sid(tx, room.call.call_sid).id) if leg.number_ref
        }
    assert legs[2].joined_at == legs[2].left_at
    assert room.legs["callee", 3] == (True, False)


def test_nobody_is_rung_beside_the_dial_when_the_leg_before_a_transfer_tells_its_end(stage):
    call = stage.call(stage.tenant(topology=Topology.FORWARD))
    number = call.follow(call.ring()).find("Dial/Number")
    call.press(call.document(number.attrib["url"]), "1")
    target, headers = f"/api/v1/calls/{call.call_sid}/transfer", {"Authorization": f"Bearer {API_KEY}"}
    stage.client.post(target, json={"to": CHICAGO}, headers=headers)
    _, url = stage.context.telephony.redirected[-1]
    put_through = call.press(call.document(url), "").find("Dial/Number")
    assert put_through.text == CHICAGO
    call.post(number.attrib["statusCallback"], call.form(CallSid="CA" + "b" * 32, CallStatus="completed"))
    assert stage.context.telephony.placed == []


def test_nobody_is_rung_for_a_room_before_the_caller_has_answered_on_the_way_to_it(stage):
    room = a_meeting(stage)
    room.ask("transfer", to=CHICAGO)
    room.leg_ends(1, "completed")
    assert len(room.telephony.placed) == 1


def test_who_is_put_through_is_told_anew_when_the_words_changed_between_the_notice_and_its_answer(stage):
    moved = PutThrough(stage)
    reword(stage, moved.call.owner, ScriptId.TRANSFER_NOTICE)
    assert NEW_WORDS in said(moved.stay())
    with stage.context.database.transaction(moved.call.owner.id) as tx:
        assert {e.round for e in list_consents(tx, moved.found().id)} == {1}
