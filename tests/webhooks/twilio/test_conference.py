from __future__ import annotations

import itertools
import secrets

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.model.errors import VendorUnavailable
from pipeline.model.tenant import Topology
from pipeline.policies.scripts import ScriptId
from tests.webhooks.conftest import BASE, DENVER, DESK, NEW_WORDS, WITHHELD, reword
from tests.webhooks.rooms import CONFERENCE, RoomPlayed, a_meeting

SEATTLE = "+12065550142"


def test_the_caller_waits_in_a_room_that_never_records_by_itself_while_the_callee_is_rung(stage):
    room = RoomPlayed(stage)
    conference = room.conference
    assert conference.attrib["record"] == "do-not-record"
    assert conference.attrib["beep"] == "false"
    assert conference.attrib["startConferenceOnEnter"] == conference.attrib["endConferenceOnExit"] == "true"
    assert conference.attrib["statusCallbackEvent"] == "start end join leave"
    assert conference.text.startswith("room-call_")
    (placed,) = room.telephony.placed
    assert (placed.to, placed.from_) == (DESK, DENVER)
    assert placed.urls.voice.startswith(f"{BASE}/twilio/acme/join?call={room.call.call_sid}&leg=1#")
    assert not room.is_running


def test_the_recorder_starts_when_both_agreed_and_are_there_and_both_are_told_inside(stage):
    room = RoomPlayed(stage)
    room.caller_comes_in()
    desk = room.party()
    assert desk.pick_up().find("Gather") is not None
    entering = desk.press("1")
    assert entering.find("Dial/Conference").text == room.conference.text
    assert entering.find("Dial/Conference").get("endConferenceOnExit") == "false"
    assert entering.find("Dial").get("action") is None
    assert not room.is_running
    desk.come_in()
    assert stage.recordings.started == [room.call.call_sid]
    ((where, url),) = room.telephony.announced
    assert where == CONFERENCE
    spoken = room.call.document(url)
    assert [verb.tag for verb in spoken] == ["Say"]
    assert "is now being recorded" in spoken.find("Say").text


def test_a_forwarded_call_under_a_law_that_wants_the_notice_inside_meets_in_a_room(stage):
    room = RoomPlayed(stage, caller=SEATTLE, topology=Topology.FORWARD)
    room.caller_comes_in()
    desk = room.party()
    desk.pick_up()
    desk.press("1")
    desk.come_in()
    assert room.is_running
    assert len(room.telephony.announced) == 1
    assert not any("record=" in d and 'record="do-not-record"' not in d for d in room.call.documents)


def test_a_withheld_caller_is_asked_for_a_key_and_meets_in_a_room(stage):
    room = RoomPlayed(stage, caller=WITHHELD, keys="1", topology=Topology.FORWARD)
    assert room.conference is not None


def test_a_callee_who_declines_comes_in_and_nothing_is_recorded(stage):
    room = RoomPlayed(stage)
    room.caller_comes_in()
    desk = room.party()
    desk.pick_up()
    assert desk.press("2").find("Dial/Conference") is not None
    desk.come_in()
    assert stage.recordings.started == []


@pytest.mark.parametrize("digits", ["", "7"])
def test_a_line_that_presses_nothing_is_not_let_in_and_the_caller_is_told(stage, digits):
    room = RoomPlayed(stage)
    room.caller_comes_in()
    desk = room.party()
    desk.pick_up()
    desk.press(digits)
    assert [verb.tag for verb in desk.press(digits)] == ["Hangup"]
    ((leg, url),) = room.telephony.redirected
    assert leg == room.call.call_sid
    assert [verb.tag for verb in room.call.document(url)] == ["Say", "Hangup"]
    assert stage.recordings.started == []


def test_a_machine_is_not_let_in(stage):
    room = RoomPlayed(stage)
    room.caller_comes_in()
    assert [verb.tag for verb in room.party().pick_up(AnsweredBy="machine_start")] == ["Hangup"]
    assert room.legs["callee", 1] == (False, True)
    assert stage.standing(room.call)["callee", "record"] == "no_answer"


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "completed"])
def test_a_caller_whose_callee_cannot_be_had_is_let_go_once(stage, status):
    room = RoomPlayed(stage)
    room.caller_comes_in()
    for _ in range(3):
        room.leg_ends(1, status)
    assert len(room.telephony.redirected) == 1
    assert stage.standing(room.call)["callee", "record"] == "hung_up"


def test_a_callee_whom_the_vendor_does_not_ring_is_rung_once_only(stage):
    stage.context.telephony.is_down = True
    room = RoomPlayed(stage)
    stage.context.telephony.is_down = False
    room.caller_comes_in()
    assert room.telephony.placed == []
    assert len(room.telephony.redirected) == 1


def test_when_the_callee_leaves_the_caller_is_let_go_without_a_word(stage):
    room = a_meeting(stage)
    room.tell("participant-leave", room.party().sid)
    ((_, url),) = room.telephony.redirected
    assert [verb.tag for verb in room.call.document(url)] == ["Hangup"]
    assert room.legs["callee", 1] == (True, True)


def test_somebody_whom_nobody_asked_ends_the_recording_for_good(stage):
    room = a_meeting(stage)
    stranger = room.stranger()
    stranger.come_in()
    assert not room.is_running
    assert room.told[:2] == ["started", "paused"]
    assert room.told[-1] == "stopped"
    assert room.legs["callee", 2] == (True, False)
    stranger.leave()
    room.caller_comes_in()
    assert stage.recordings.started == [room.call.call_sid]
    assert not room.is_running


def test_a_stranger_of_whom_only_the_list_tells_ends_the_recording_too(stage):
    room = a_meeting(stage)
    room.inside.add(room.stranger().sid)
    room.caller_comes_in()
    assert not room.is_running
    assert room.legs["callee", 2] == (True, False)


def test_a_room_that_cannot_be_seen_is_not_recorded(stage):
    room = RoomPlayed(stage)
    room.caller_comes_in()
    desk = room.party()
    desk.pick_up()
    desk.press("1")
    room.telephony.is_down = True
    desk.come_in()
    assert stage.recordings.started == []
    room.telephony.is_down = False
    desk.come_in()
    assert room.is_running


class Speechless:
    """A vendor's rooms that cannot be spoken to."""

    def __init__(self, telephony) -> None:
        self._telephony = telephony

    def __getattr__(self, name: str):
        return getattr(self._telephony, name)

    def announce(self, account, conference_sid: str, *, url: str) -> None:

        raise VendorUnavailable("twilio", "announce")


def test_a_room_that_cannot_be_told_so_is_not_recorded(stage):
    silent = stage.on(stage.context.database, telephony=Speechless(stage.context.telephony))
    room = a_meeting(silent)
    assert room.told == ["started", "stopped"]
    assert not room.is_running


def test_news_of_a_room_may_come_twice_late_and_in_any_order(stage):
    ends = set()
    for number, order in enumerate(itertools.permutations(("caller", "desk", "again"))):
        room = RoomPlayed(stage, name=f"t{number}", api_key=f"k{number}")
        desk = room.party(len(room.telephony.placed))
        desk.pick_up()
        desk.press("1")
        room.inside = {room.call.call_sid, desk.sid}
        for who in order:
            room.tell("participant-join", room.call.call_sid if who == "caller" else desk.sid)
        ends.add((room.is_running, tuple(room.told), tuple(sorted(room.legs.items()))))
    assert len(ends) == 1
    assert next(iter(ends))[:2] == (True, ("started",))


NEWS = ("caller joins", "desk joins", "desk leaves", "stranger joins", "stranger leaves", "room ends", "leg ends")


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(told=st.lists(st.sampled_from(NEWS), max_size=8), again=st.randoms(use_true_random=False))
def test_any_order_and_repetition_of_any_news_of_a_room_ends_in_one_state(stage, told, again):
    shuffled = [*told, *told[:2]]
    again.shuffle(shuffled)
    first, second = _after(stage, told), _after(stage, shuffled)
    assert first == second


def test_a_stranger_told_of_after_the_recorder_began_stops_it(stage):
    _after(stage, ["caller joins", "stranger joins"])


def _after(stage, told: list[str]):
    """Play a room, tell its news in this order, and give what is then known."""
    name = "t" + secrets.token_hex(6)
    placed = len(stage.context.telephony.placed)
    room = RoomPlayed(stage, name=name, api_key=name)
    desk = room.party(placed + 1)
    desk.pick_up()
    desk.press("1")
    stranger = "CA" + "e" * 32
    room.inside = {room.call.call_sid, desk.sid}
    for news in told:
        who, _, what = news.partition(" ")
        sid = {"caller": room.call.call_sid, "desk": desk.sid}.get(who, stranger)
        if what == "ends":
            _ = room.leg_ends(placed + 1) if who == "leg" else room.tell("conference-end", sid, is_quiet=True)
        else:
            room.tell(f"participant-{what.removesuffix('s')}", sid, is_quiet=True)
    is_stranger_there = "stranger joins" in told and not {"stranger leaves", "room ends"} & set(told)
    assert not (is_stranger_there and room.is_running)
    return room.legs, stage.standing(room.call)


def test_a_withdrawal_in_a_room_stops_the_recorder_of_the_whole_call(stage):
    room = a_meeting(stage)
    assert stage.withdraw(room.call, leg="callee").json()["recorder"] == "stopped"
    assert not room.is_running
    room.caller_comes_in()
    assert not room.is_running
    assert stage.recordings.started == [room.call.call_sid]


def test_a_caller_who_declined_meets_the_callee_unasked_and_unrecorded(stage):
    room = RoomPlayed(stage, caller=WITHHELD, keys="2")
    room.caller_comes_in()
    desk = room.party()
    assert desk.pick_up().find("Dial/Conference") is not None
    desk.come_in()
    assert stage.recordings.started == []
    assert ("callee", "record") not in stage.standing(room.call)


@pytest.mark.parametrize("leg", ["2", "0", "x", "-1", "101", "1111"])
def test_a_leg_that_is_not_of_the_call_is_let_go(stage, leg):
    room = RoomPlayed(stage)
    target = room.call.path(f"join?call={room.call.call_sid}&leg={leg}")
    assert [verb.tag for verb in room.stranger().line.document(target)] == ["Hangup"]


def test_a_leg_whose_document_could_not_be_had_is_let_go(stage):
    room = RoomPlayed(stage)
    placed = room.telephony.placed[0]
    assert [verb.tag for verb in room.party().line.document(placed.urls.fallback)] == ["Hangup"]


@pytest.mark.parametrize("route", ["join", "inside", "conference", "let-go"])
def test_nobody_but_the_tenants_own_account_reaches_a_room(stage, route):
    room = a_meeting(stage)
    other = stage.tenant("other", token="f" * 32, api_key="ek_other")
    target = room.call.path(f"{route}?call={room.call.call_sid}")
    assert room.call.post(target, room.call.form(), token=other.secrets.auth_token).status_code == 403


def test_news_of_an_earlier_round_of_a_nonsense_room_or_of_no_call_changes_nothing(stage):
    room = a_meeting(stage)
    before = (room.told, room.legs)
    call_sid = room.call.call_sid
    form = room.call.form(ConferenceSid=CONFERENCE, StatusCallbackEvent="participant-join", CallSid="CA" + "9" * 32)
    assert room.call.post(room.call.path(f"conference?call={call_sid}&round=2"), form).status_code == 204
    for target, fields in (
        (f"conference?call={call_sid}&round=1", form | {"ConferenceSid": "CFnonsense"}),
        ("conference?call=CA1&round=1", form),
        (f"conference?call={call_sid}&round=x", form),
    ):
        assert room.call.post(room.call.path(target), fields).status_code == 422
    assert (room.told, room.legs) == before


def test_no_number_of_anybody_is_in_an_address_or_a_room(stage):
    room = a_meeting(stage)
    for placed in room.telephony.placed:
        for text in (placed.urls.voice, placed.urls.status, placed.urls.fallback, room.conference.text):
            assert DESK[1:] not in text
            assert DENVER[1:] not in text


@pytest.mark.parametrize("moment", ["yesterday", "Mon, 01 Jan 99999999999999999999 00:00:00 +0000"])
def test_news_of_a_room_with_a_moment_that_cannot_be_read_is_taken_without_it(stage, moment):
    room = RoomPlayed(stage)
    told = room.call.form(ConferenceSid="CF" + "a" * 32, StatusCallbackEvent="participant-join", Timestamp=moment)
    assert room.call.post(room.conference.attrib["statusCallback"], told).status_code == 204


def test_who_is_to_join_is_asked_anew_when_the_words_changed_between_the_question_and_its_answer(stage):
    room = RoomPlayed(stage)
    room.caller_comes_in()
    desk = room.party()
    desk.pick_up()
    reword(stage, room.call.owner, ScriptId.CALLEE_ASK)
    assert NEW_WORDS in desk.press("1").find("Gather/Say").text
    assert stage.standing(room.call).get(("callee", "record")) is None
