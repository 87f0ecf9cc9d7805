from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.model.tenant import Topology
from pipeline.store.audit import list_events
from pipeline.store.calls import find_call_by_sid, list_flags
from pipeline.store.consents import list_consents
from tests.webhooks.conftest import API_KEY


def a_recorded_call(stage, **chosen):
    call = stage.call(stage.tenant(**chosen))
    call.follow(call.ring())
    stage.recordings.running.add(call.call_sid)
    return call


def test_a_withdrawal_is_noted_for_every_purpose_and_stops_the_recorder(stage, clock):
    call = a_recorded_call(stage)
    clock.move(seconds=30)
    answer = stage.withdraw(call)
    assert answer.status_code == 200
    assert answer.json() == {
        "call_sid": call.call_sid,
        "withdrawn_at": clock.now().isoformat().replace("+00:00", "Z"),
        "recorder": "stopped",
    }
    assert set(stage.standing(call).values()) == {"withdrawn"}
    assert len(stage.standing(call)) == 5
    assert stage.recordings.stopped == [call.call_sid]
    with stage.context.database.transaction(call.owner.id) as tx:
        found = find_call_by_sid(tx, call.call_sid)
        assert "api:acme" in {e.entry.actor for e in list_events(tx, target=found.id)}


def test_the_moment_the_agent_heard_it_counts_and_the_first_one_told_stays(stage, clock):
    call = a_recorded_call(stage)
    clock.move(seconds=30)
    said_at = clock.now() - timedelta(seconds=4)
    first = stage.withdraw(call, at=said_at.isoformat())
    again = stage.withdraw(call)
    assert first.json()["withdrawn_at"] == again.json()["withdrawn_at"] == said_at.isoformat().replace("+00:00", "Z")
    assert again.json()["recorder"] == "not_running"


def test_a_withdrawal_stays_noted_where_the_recorder_cannot_be_stopped(stage):
    call = a_recorded_call(stage)
    stage.recordings.is_down = True
    answer = stage.withdraw(call)
    assert (answer.status_code, answer.json()["recorder"]) == (200, "not_stopped")
    assert stage.record_standing(call) == "withdrawn"


def test_a_withdrawal_at_the_question_lets_no_key_start_a_recorder_any_more(stage):
    call = stage.call(stage.tenant())
    asked = call.ring("+266696687")
    stage.withdraw(call)
    call.press(asked, "1")
    assert stage.record_standing(call) == "withdrawn"
    assert not call.was_told_to_record()


def test_a_withdrawal_by_key_is_kept_as_one_with_its_digit(stage):
    call = a_recorded_call(stage)
    assert stage.withdraw(call, how="keypress", digit="9").json()["recorder"] == "stopped"
    with stage.context.database.transaction(call.owner.id) as tx:
        events = list_consents(tx, find_call_by_sid(tx, call.call_sid).id)
    assert {(e.method.value, e.digit) for e in events if e.outcome == "withdrawn"} == {("dtmf", "9")}


def test_a_recorder_that_could_not_be_stopped_is_tried_again_after_the_answer(stage):
    call = a_recorded_call(stage)
    refusals = iter((True, True))
    stage.recordings.is_down_for = lambda operation: operation == "stop" and next(refusals, False)
    assert stage.withdraw(call).json()["recorder"] == "not_stopped"
    assert stage.recordings.stopped == [call.call_sid]
    assert stage.recordings.running == set()


def test_a_callee_can_withdraw_too(stage):
    call = stage.call(stage.tenant(topology=Topology.FORWARD))
    dial = call.follow(call.ring()).find("Dial")
    call.press(call.document(dial.find("Number").attrib["url"]), "1")
    assert stage.withdraw(call, leg="callee").json()["recorder"] == "stopped"
    assert stage.standing(call)["callee", "record"] == "withdrawn"
    assert stage.record_standing(call) == "granted"


@pytest.mark.parametrize(
    "body",
    [
        {"at": "yesterday"},
        {"at": "2026-11-21T09:00:00"},
        {"at": "2026-11-19T09:00:00+00:00"},
        {"leg": "agent"},
        {"leg": "everybody"},
        {"how": "keypress"},
        {"how": "keypress", "digit": "12"},
        {"digit": "1"},
        {"how": "by letter"},
        {"more": "fields"},
    ],
)
def test_a_withdrawal_that_cannot_be_meant_is_refused_without_repeating_it(stage, body):
    call = a_recorded_call(stage)
    answer = stage.withdraw(call, **body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert not any(value in answer.text for value in body.values() if value != "agent")  # a word of our sentence
    assert stage.record_standing(call) == "granted"
    assert stage.recordings.stopped == []


def test_another_tenants_key_finds_no_call(stage):
    call = a_recorded_call(stage)
    stage.tenant("other", api_key="ek_other")
    assert stage.withdraw(call, key="ek_other").status_code == 404
    assert stage.record_standing(call) == "granted"
    assert stage.recordings.stopped == []


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer "}]
)
def test_without_a_known_key_nothing_is_done(stage, headers):
    call = a_recorded_call(stage)
    for route in ("withdraw", "child-signal"):
        answer = stage.client.post(f"/api/v1/calls/{call.call_sid}/{route}", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["title"] == "Unauthorized"
    assert stage.record_standing(call) == "granted"


@pytest.mark.parametrize("call_sid", ["CA1", "RE" + "0" * 32, "CA" + "g" * 32])
def test_an_id_that_is_no_calls_is_refused(stage, call_sid):
    stage.tenant()
    answer = stage.client.post(f"/api/v1/calls/{call_sid}/withdraw", headers={"Authorization": f"Bearer {API_KEY}"})
    assert answer.status_code == 422


def test_a_child_signal_is_flagged_once(stage):
    call = a_recorded_call(stage)
    for _ in range(2):
        answer = stage.client.post(
            f"/api/v1/calls/{call.call_sid}/child-signal", headers={"Authorization": f"Bearer {API_KEY}"}
        )
        assert answer.status_code == 204
    with stage.context.database.transaction(call.owner.id) as tx:
        assert list_flags(tx, find_call_by_sid(tx, call.call_sid).id) == ("child_signal",)


def test_what_is_withdrawn_is_kept_as_told_by_the_agent(stage):
    call = a_recorded_call(stage)
    stage.withdraw(call)
    with stage.context.database.transaction(call.owner.id) as tx:
        events = list_consents(tx, find_call_by_sid(tx, call.call_sid).id)
    assert {e.method.value for e in events if e.outcome == "withdrawn"} == {"agent_api"}


def test_a_withdrawal_after_the_call_has_its_receipts_issued_anew(stage):
    call = a_recorded_call(stage)
    stage.withdraw(call)
    assert stage.queue.ended == []
    call.end()
    stage.withdraw(call)
    assert len({found for _, found, _ in stage.queue.ended}) == 1
    assert len(stage.queue.ended) == 2
