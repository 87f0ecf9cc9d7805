from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.model.tenant import Topology
from pipeline.store.calls import find_call_by_sid
from tests.webhooks.conftest import API_KEY, DENVER, DESK, NEW_YORK
from tests.webhooks.rooms import CONFERENCE, a_meeting

CHICAGO, BERLIN, SAN_FRANCISCO = "+13125550142", "+493012345678", "+14155550142"


def a_third(room, number: str = CHICAGO):
    """Have somebody added, and give their leg."""
    answer = room.ask("participants", to=number)
    assert answer.status_code == 201, answer.text
    return answer, room.party(len(room.telephony.placed))


def call_of(room):
    with room.stage.context.database.transaction(room.call.owner.id) as tx:
        return find_call_by_sid(tx, room.call.call_sid)


def test_the_recorder_pauses_before_a_third_can_be_heard_and_goes_on_once_they_agreed_and_came(stage):
    room = a_meeting(stage)
    answer, third = a_third(room)
    assert answer.json() == {"call_sid": room.call.call_sid, "leg": 2, "recorder": "paused"}
    assert room.is_paused
    assert third.pick_up().find("Gather") is not None
    assert third.press("1").find("Dial/Conference").text == room.conference.text
    assert room.is_paused
    third.come_in()
    assert room.is_running
    assert not room.is_paused
    assert room.silent_for == frozenset()
    assert [where for where, _ in room.telephony.announced] == [CONFERENCE] * 2
    assert room.told == ["started", "paused", "resumed"]
    assert (room.legs["callee", 2]) == (True, False)


def test_a_third_who_declines_comes_in_and_the_recorder_stops_for_good(stage):
    room = a_meeting(stage)
    _, third = a_third(room)
    third.pick_up()
    assert third.press("2").find("Dial/Conference") is not None
    third.come_in()
    assert not room.is_running
    third.leave()
    room.caller_comes_in()
    assert not room.is_running
    assert stage.recordings.started == [room.call.call_sid]
    assert room.ask("resume").status_code == 409


@pytest.mark.parametrize("how", ["silence", "hang-up", "busy", "machine"])
def test_a_third_who_does_not_answer_is_not_let_in_and_the_recorder_goes_on(stage, how):
    room = a_meeting(stage)
    _, third = a_third(room)
    if how == "silence":
        third.pick_up()
        third.press("")
        assert [verb.tag for verb in third.press("")] == ["Hangup"]
    elif how == "machine":
        assert [verb.tag for verb in third.pick_up(AnsweredBy="machine_end_beep")] == ["Hangup"]
    else:
        _ = third.pick_up() if how == "hang-up" else None
        room.leg_ends(len(room.telephony.placed), "completed" if how == "hang-up" else "busy")
    assert room.is_running
    assert not room.is_paused
    assert room.legs["callee", 2] == (True, True)
    assert room.telephony.redirected == []
    with stage.context.database.transaction(room.call.owner.id) as tx:
        rows = tx.connection.execute(text("select joined_at = left_at from earmark.legs where ordinal = 2"))
        assert rows.scalars().all() == [True]


def test_somebody_of_a_stricter_law_ends_the_recording_and_the_call_goes_on_unrecorded(stage):
    room = a_meeting(stage)
    answer, third = a_third(room, BERLIN)
    assert answer.json()["recorder"] == "stopped"
    assert call_of(room).mode == "unrecorded"
    assert third.pick_up().find("Dial/Conference") is not None
    third.come_in()
    assert not room.is_running


def test_a_stricter_law_that_asks_for_a_key_is_met_where_everybody_pressed_one(stage):
    room = a_meeting(stage, caller=BERLIN, keys="1")
    answer, third = a_third(room, SAN_FRANCISCO)
    assert answer.json()["recorder"] == "paused"
    third.pick_up()
    third.press("1")
    third.come_in()
    assert room.is_running
    assert not room.is_paused


def test_a_card_that_is_read_out_while_somebody_joins_stays_silent(stage):
    room = a_meeting(stage)
    room.ask("pause")
    _, third = a_third(room)
    third.pick_up()
    third.press("1")
    third.come_in()
    assert room.is_paused
    assert room.silent_for == {"card"}
    assert room.ask("resume").json()["recorder"] == "recording"
    assert not room.is_paused


def test_a_recorder_that_does_not_pause_is_noted_and_the_third_is_asked_all_the_same(stage):
    room = a_meeting(stage)
    stage.recordings.is_down_for = lambda operation: operation == "pause"
    answer, third = a_third(room)
    assert answer.json()["recorder"] == "not_done"
    assert room.silent_for == {"joining-2"}
    stage.recordings.is_down_for = lambda operation: False
    third.pick_up()
    third.press("1")
    third.come_in()
    assert room.silent_for == frozenset()


def test_somebody_whom_the_vendor_does_not_ring_is_not_on_the_call(stage):
    room = a_meeting(stage)
    room.telephony.is_down = True
    assert room.ask("participants", to=CHICAGO).status_code == 503
    room.telephony.is_down = False
    room.caller_comes_in()
    assert room.legs["callee", 2] == (True, True)
    assert not room.is_paused


def test_nobody_is_added_to_a_call_without_a_room_or_to_one_that_is_over(stage):
    call = stage.call(stage.tenant(topology=Topology.FORWARD))
    call.follow(call.ring())
    target = f"/api/v1/calls/{call.call_sid}"
    headers = {"Authorization": f"Bearer {API_KEY}"}
    refused = stage.client.post(f"{target}/participants", json={"to": CHICAGO}, headers=headers)
    assert refused.status_code == 409
    assert "do not meet in a room" in refused.json()["detail"]
    call.end()
    for route in ("participants", "transfer"):
        over = stage.client.post(f"{target}/{route}", json={"to": CHICAGO}, headers=headers)
        assert (over.status_code, over.json()["detail"]) == (409, "The call is over.")


@pytest.mark.parametrize(
    "number", ["", "13125550142", "+1", "+1 312 555 0142", "sip:a@b", "+0312555014", "+1312555014\n"]
)
@pytest.mark.parametrize("route", ["participants", "transfer"])
def test_what_is_no_number_is_refused_and_not_repeated(stage, number, route):
    room = a_meeting(stage)
    answer = room.ask(route, to=number)
    assert answer.status_code == 422
    assert not number or number not in answer.text
    assert len(room.telephony.placed) == 1


def test_another_tenants_key_reaches_nobody(stage):
    room = a_meeting(stage)
    stage.tenant("other", api_key="ek_other")
    for route in ("participants", "transfer"):
        assert room.ask(route, key="ek_other", to=CHICAGO).status_code == 404
        assert room.ask(route, key="none", to=CHICAGO).status_code == 401
    assert len(room.telephony.placed) == 1


def test_no_number_stands_anywhere_but_sealed(stage):
    room = a_meeting(stage)
    _, third = a_third(room)
    room.ask("transfer", to=SAN_FRANCISCO)
    with stage.context.database.transaction(room.call.owner.id) as tx:
        for table in ("calls", "legs", "audit_events", "recorder_events", "inbox", "consent_events"):
            stored = tx.connection.execute(text(f"select string_agg(c::text, '') from earmark.{table} c")).scalar()
            for number in (CHICAGO, SAN_FRANCISCO, DESK):
                assert number[1:] not in (stored or "")
    assert CHICAGO[1:] not in third.voice_url


def test_a_call_is_made_from_an_armed_number_with_machines_looked_for_and_never_recorded_from_its_start(stage):
    stage.tenant()
    headers = {"Authorization": f"Bearer {API_KEY}"}
    answer = stage.client.post("/api/v1/calls", json={"to": NEW_YORK, "from": DENVER}, headers=headers)
    assert answer.status_code == 201
    (placed,) = stage.context.telephony.placed
    assert answer.json() == {"call_sid": "CA" + f"{1:032x}"}
    assert (placed.to, placed.from_, placed.detects_machines) == (NEW_YORK, DENVER, True)
    assert [url.split("#")[0].rsplit("/", 1)[1] for url in (placed.urls.voice, placed.urls.fallback)] == [
        "voice",
        "fallback",
    ]
    assert stage.recordings.started == []


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"to": NEW_YORK, "from": NEW_YORK}, 403, "not an armed number"),
        ({"to": "nobody", "from": DENVER}, 422, ""),
        ({"to": NEW_YORK, "from": "anybody"}, 422, ""),
        ({"to": NEW_YORK}, 422, ""),
        ({"to": NEW_YORK, "from": DENVER, "record": True}, 422, ""),
    ],
)
def test_a_call_that_may_not_be_made_is_refused_with_its_reason(stage, body, status, said):
    stage.tenant()
    answer = stage.client.post("/api/v1/calls", json=body, headers={"Authorization": f"Bearer {API_KEY}"})
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert stage.context.telephony.placed == []


def test_a_vendor_that_is_away_makes_no_call_and_no_fault_of_ours(stage):
    stage.tenant()
    stage.context.telephony.is_down = True
    headers = {"Authorization": f"Bearer {API_KEY}"}
    answer = stage.client.post("/api/v1/calls", json={"to": NEW_YORK, "from": DENVER}, headers=headers)
    assert answer.status_code == 503
