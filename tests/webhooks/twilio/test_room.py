from __future__ import annotations

import pytest

from tests.webhooks.conftest import DESK
from tests.webhooks.rooms import RoomPlayed, a_meeting
from webhooks.twilio.room import RoomKeeper


def keeper(room: RoomPlayed) -> RoomKeeper:
    return RoomKeeper(context=room.stage.context, owner=room.call.owner, call_sid=room.call.call_sid)


def test_somebody_is_rung_once_however_often_it_is_asked_for(stage):
    room = RoomPlayed(stage)
    for _ in range(3):
        assert keeper(room).ring()
    keeper(room).settle()
    assert [placed.to for placed in room.telephony.placed] == [DESK]


def test_to_settle_again_changes_nothing(stage):
    room = a_meeting(stage)
    before = (room.told, room.legs, list(room.telephony.announced))
    for _ in range(3):
        keeper(room).settle()
    assert (room.told, room.legs, room.telephony.announced) == before


@pytest.mark.parametrize("is_before", [True, False])
def test_a_call_that_is_over_rings_nobody_any_more_and_ends_who_still_rings(stage, is_before):
    room = RoomPlayed(stage)
    room.caller_comes_in()
    assert len(room.telephony.placed) == 1
    room.call.end()
    if is_before:
        room.tell("conference-end", room.call.call_sid)
    keeper(room).settle()
    assert room.telephony.ended == [room.party().sid]
    assert room.telephony.redirected == []


def test_a_recorder_is_not_told_to_go_on_by_a_room_that_is_over(stage):
    room = a_meeting(stage)
    room.telephony.over.add("CF" + "a" * 32)
    keeper(room).settle()
    assert room.told == ["started"]
