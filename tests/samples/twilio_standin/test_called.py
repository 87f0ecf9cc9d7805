"""Legs that the product calls while another of its calls runs."""

from __future__ import annotations

from tests.samples.twilio_standin.rooms import DESK, JOIN, OTHER, Rooms


def play(product, twilio, account, a_scenario, **changes):
    rooms = Rooms(product, twilio, account)
    return rooms, lambda: twilio.play(a_scenario(**changes), account, base=product.base, agent_key="k")


def test_somebody_is_asked_on_their_own_leg_before_they_come_in(product, twilio, account, a_scenario):
    rooms, run = play(product, twilio, account, a_scenario)
    played = run()
    asked, answered = product.to(JOIN)
    assert (asked.params["CallSid"], asked.params["To"]) == (rooms.desk, DESK)
    assert asked.params["Direction"] == "outbound-api"
    assert answered.params["Digits"] == "1"
    [desk] = played.others
    [answer], [caller, callee] = desk.journal.answers, played.journal.presences + desk.journal.presences
    assert answer.at <= callee.joined_at
    assert caller.joined_at < callee.joined_at
    assert played.talked_from_s is not None


def test_somebody_who_refuses_never_comes_in(product, twilio, account, a_scenario):
    callee = {"number": DESK, "answers": ["2"]}
    rooms, run = play(product, twilio, account, a_scenario, callee=callee)
    played = run()
    assert rooms.events() == ["participant-join", "participant-leave", "conference-end"]
    assert played.talked_from_s is None
    assert played.others[0].journal.presences == []


def test_nobody_picks_up_and_the_caller_gives_up(product, twilio, account, a_scenario):
    _, run = play(product, twilio, account, a_scenario, callee={"number": DESK, "pickup": "no_answer"})
    played = run()
    assert product.to(JOIN) == []
    assert played.ended_by == "caller"


def test_a_leg_in_a_room_is_given_another_document_and_leaves_the_room(product, twilio, account, a_scenario):
    rooms, run = play(product, twilio, account, a_scenario)
    other = "<Response><Say>Instead.</Say></Response>"
    rooms.on["conference-start"] = lambda got: rooms.rest(lambda c: c.calls(rooms.desk).update(twiml=other))
    [desk] = run().others
    assert [said.text for said in desk.journal.said] == ["Press one.", "Instead."]
    assert desk.journal.presences[0].left_at is not None


def test_a_leg_in_a_room_hears_the_room(product, twilio, account, a_scenario, media):
    rooms, run = play(product, twilio, account, a_scenario, conversation_s=3)
    rooms.on["conference-start"] = lambda got: rooms.rest(
        lambda c: c.calls(rooms.desk).recordings.create(recording_channels="dual")
    )
    played = run()
    [sid] = played.recording_sids
    assert len(media(sid)) == 3 * 8000
    assert media(sid).any()


def test_another_person_comes_in_late(product, twilio, account, a_scenario):
    rooms, run = play(
        product,
        twilio,
        account,
        a_scenario,
        others=[{"number": OTHER, "answers": ["1"]}],
        events=[{"at_s": 2, "do": "add", "to": OTHER}],
    )
    product.otherwise = lambda got: rooms.call(OTHER) if got.path.endswith("/participants") else ""
    played = run()
    assert rooms.events().count("participant-join") == 3
    assert len(played.others) == 2
    late = played.others[1].journal.presences[0]
    assert (late.joined_at - played.journal.presences[0].joined_at).total_seconds() > 2
