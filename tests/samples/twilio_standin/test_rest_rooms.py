"""Rooms and who is in them, asked for with Twilio's own client while a call runs."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.samples.twilio_standin.rooms import DESK, Rooms


@pytest.fixture
def rooms(product, twilio, account):
    return Rooms(product, twilio, account)


@pytest.fixture
def play(twilio, account, product, a_scenario):
    return lambda **changes: twilio.play(a_scenario(**changes), account, base=product.base, agent_key="k")


def test_a_room_and_its_people_are_listed_while_they_talk(rooms, play):
    seen: dict[str, object] = {}

    def look(got):
        sid = got.params["ConferenceSid"]
        seen["rooms"] = [r.status for r in rooms.rest(lambda c: c.conferences.list(status="in-progress"))]
        seen["people"] = {p.call_sid for p in rooms.rest(lambda c: c.conferences(sid).participants.list())}
        seen["one"] = rooms.rest(lambda c: c.conferences(sid).participants(rooms.desk).fetch()).conference_sid
        seen["sid"] = sid

    rooms.on["conference-start"] = look
    play()
    assert seen["rooms"] == ["in-progress"]
    assert seen["people"] == {rooms.caller, rooms.desk}
    assert seen["one"] == seen["sid"]
    assert rooms.rest(lambda c: c.conferences(seen["sid"]).fetch()).status == "completed"


def test_a_document_is_spoken_to_everybody(rooms, play, product, media):
    product.twiml["/inside"] = "<Response><Say>This call is recorded.</Say></Response>"

    def announce(got):
        callback = {"recording_channels": "dual"}
        rooms.rest(lambda c: c.calls(rooms.caller).recordings.create(**callback))
        sid = got.params["ConferenceSid"]
        rooms.rest(lambda c: c.conferences(sid).update(announce_url=f"{product.base}/inside", announce_method="POST"))

    rooms.on["conference-start"] = announce
    played = play(conversation_s=2)
    [said] = played.journal.said
    assert said.text == "This call is recorded."
    [sid] = played.recording_sids
    sound = media(sid, RequestedChannels="2")
    length = said.end_s - said.start_s
    assert len(sound) == pytest.approx((length + 2) * 8000, abs=8)
    assert sound[: round(length * 8000) - 1, 1].any()
    assert not sound[: round(length * 8000) - 1, 0].any()


def test_an_announcement_that_cannot_be_had_harms_nobody(rooms, play, product):
    product.status["/inside"] = [500]
    rooms.on["conference-start"] = lambda got: rooms.rest(
        lambda c: c.conferences(got.params["ConferenceSid"]).update(announce_url=f"{product.base}/inside")
    )
    played = play()
    assert played.ended_by == "caller"
    assert [notice.code for notice in played.journal.notices] == [11200]


def test_somebody_is_put_out_and_the_caller_stays(rooms, play):
    rooms.on["conference-start"] = lambda got: rooms.rest(
        lambda c: c.conferences(got.params["ConferenceSid"]).participants(rooms.desk).delete()
    )
    played = play()
    assert rooms.events().count("participant-leave") == 2
    assert played.ended_by == "caller"
    assert played.others[0].status == "completed"


def test_a_room_is_ended_for_all(rooms, play, product):
    rooms.on["conference-start"] = lambda got: rooms.rest(
        lambda c: c.conferences(got.params["ConferenceSid"]).update(status="completed")
    )
    played = play()
    assert rooms.events()[-1] == "conference-end"
    assert played.ended_by == "twiml"
    assert [p.path for p in product.got if p.path.endswith("/end")] != []


def test_a_room_of_nobodys_is_not_found(rooms):
    with pytest.raises(TwilioRestException) as caught:
        rooms.rest(lambda c: c.conferences("CF" + "0" * 32).fetch())
    assert caught.value.status == 404
    assert DESK
