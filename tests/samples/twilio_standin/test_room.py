"""Rooms: who is told what, and when they begin and end."""

from __future__ import annotations

from samples.twilio_standin.twiml import Verb
from tests.samples.twilio_standin.rooms import ROOM, Rooms


def test_two_people_come_in_and_the_caller_ends_the_room(product, twilio, account, a_scenario):
    rooms = Rooms(product, twilio, account)
    twilio.play(a_scenario(), account, base=product.base)
    assert rooms.events() == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    told = product.to(ROOM)
    assert [got.params.get("CallSid") for got in told[:2]] == [rooms.caller, rooms.desk]
    assert [got.params["SequenceNumber"] for got in told] == ["1", "2", "3", "4", "5", "6"]
    assert len({got.params["ConferenceSid"] for got in told}) == 1
    assert all(product.is_signed(got) for got in told)
    assert "CallSid" not in told[2].params
    assert told[5].params["CallSidEndingConference"] == rooms.caller


def test_a_room_that_ended_is_not_ended_again(product, twilio, account, a_scenario):
    Rooms(product, twilio, account)
    twilio.play(a_scenario(), account, base=product.base)
    [room] = twilio.ledger.rooms.values()
    before = len(product.to(ROOM))
    room.end()
    assert len(product.to(ROOM)) == before


def test_nobody_may_begin_a_room_of_people_who_only_wait(product, twilio, account, a_scenario):
    wait = '<Response><Dial><Conference startConferenceOnEnter="false">w</Conference></Dial></Response>'
    product.twiml["/twilio/acme/voice"] = wait
    twilio.play(a_scenario(callee={"joins_conference": True}), account, base=product.base)
    [room] = twilio.ledger.rooms.values()
    assert Verb(name="Conference", attributes={}, text="w").get("startConferenceOnEnter", "true") == "true"
    assert room.name == "w"
