"""What happens around a call while it is played."""

from __future__ import annotations

import pytest

from tests.samples.twilio_standin.rooms import DESK, ROOM, Rooms

STRANGER = "+13035550166"


def test_somebody_the_product_did_not_call_comes_into_the_room(product, twilio, account, a_scenario):
    rooms = Rooms(product, twilio, account)
    events = [{"at_s": 1, "do": "intrude", "to": STRANGER}]
    twilio.play(a_scenario(events=events), account, base=product.base)
    joined = [g.params["CallSid"] for g in product.to(ROOM) if g.params["StatusCallbackEvent"] == "participant-join"]
    assert len(joined) == 3
    assert joined[2] not in (rooms.caller, rooms.desk)
    assert twilio.ledger.calls[joined[2]].to == STRANGER


def test_somebody_hangs_up_and_the_others_stay(product, twilio, account, a_scenario):
    rooms = Rooms(product, twilio, account)
    events = [{"at_s": 1, "do": "leave", "to": DESK}]
    played = twilio.play(a_scenario(events=events), account, base=product.base)
    left = [g.params["CallSid"] for g in product.to(ROOM) if g.params["StatusCallbackEvent"] == "participant-leave"]
    assert left == [rooms.desk, rooms.caller]
    assert (played.talked_until_s or 0) - (played.talked_from_s or 0) == pytest.approx(6)


def test_a_leg_that_still_rings_when_the_call_is_over_is_played_to_its_end(product, twilio, account, a_scenario):
    rooms = Rooms(product, twilio, account)
    rooms.on["participant-leave"] = lambda got: rooms.call() if len(product.to(ROOM)) < 6 else None
    played = twilio.play(a_scenario(), account, base=product.base)
    assert len(played.leg_sids) >= 2
    assert all(twilio.ledger.calls[sid].status == "completed" for sid in played.leg_sids)
