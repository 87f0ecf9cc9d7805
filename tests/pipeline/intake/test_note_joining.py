from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.intake.call_state import find_state
from pipeline.intake.note_joining import RoomNews, align_recorder, joining, next_ordinal, note_room_news
from pipeline.intake.noting import Answer, note
from pipeline.model.call import LegRole
from pipeline.model.consent import RECORDING_PURPOSES, Method, Outcome
from pipeline.model.recorder import RecorderAct
from pipeline.model.tenant import Topology
from pipeline.policies.loader import load_law
from pipeline.store.call_progress import lock_call, mark_leg_sid
from pipeline.store.calls import list_legs
from tests.conftest import make_tenant
from tests.pipeline.intake.test_begin_call import CALL, begin

ROOM, DESK, STRANGER = "CF" + "1" * 32, "CA" + "d" * 32, "CA" + "e" * 32


class Meeting:
    """A call between two people, in the real database."""

    def __init__(self, database, keys, law) -> None:
        self.database, self.law = database, law
        made = make_tenant(database, keys, "meeting", topology=Topology.CONFERENCE)
        self.owner = replace(made, secrets=replace(made.secrets, forward_to="+13035550188"))
        begin(database, keys, self.owner)
        with database.transaction(self.owner.id) as tx:
            legs = list_legs(tx, lock_call(tx, CALL).id)
            mark_leg_sid(tx, next(leg.id for leg in legs if leg.role is LegRole.CALLEE), DESK)

    def state(self, tx):
        found = find_state(tx, CALL, owner=self.owner, law=self.law)
        assert found is not None
        return found

    def answer(self, role: LegRole, outcome: Outcome = Outcome.GRANTED) -> None:
        with self.database.transaction(self.owner.id) as tx:
            answer = Answer(role=role, outcome=outcome, method=Method.DTMF, script=None)
            note(tx, self.state(tx).call, answer, RECORDING_PURPOSES, cause=f"test:{role}:{outcome}")

    def align(self, *present: str) -> list[RecorderAct]:
        with self.database.transaction(self.owner.id) as tx:
            return [wish.event.act for wish in align_recorder(tx, self.state(tx), present)]

    def tell(self, event: str, leg_sid: str | None = None, *, number: int = 1) -> bool:
        with self.database.transaction(self.owner.id) as tx:
            news = RoomNews(conference_sid=ROOM, event=event, number=number, leg_sid=leg_sid)
            return note_room_news(tx, self.state(tx), news)

    def legs(self):
        with self.database.transaction(self.owner.id) as tx:
            return {(leg.role, leg.ordinal): leg for leg in self.state(tx).legs}


@pytest.fixture
def meeting(database, keys) -> Meeting:
    return Meeting(database, keys, load_law())


def test_a_recorder_starts_once_and_only_when_all_agreed_and_are_there(meeting):
    assert meeting.align(CALL, DESK) == []
    meeting.answer(LegRole.CALLER)
    assert meeting.align(CALL, DESK) == []
    meeting.answer(LegRole.CALLEE)
    assert meeting.align(CALL) == meeting.align(DESK) == meeting.align() == []
    assert meeting.align(CALL, DESK) == [RecorderAct.STARTED]
    assert meeting.align(CALL, DESK) == []


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.GRANTED])
def test_nobody_who_did_not_agree_is_recorded(meeting, outcome):
    meeting.answer(LegRole.CALLER)
    meeting.answer(LegRole.CALLEE, outcome)
    assert meeting.align(CALL, DESK) == []


def test_a_stranger_becomes_a_leg_of_unknown_law_and_stops_what_runs(meeting):
    meeting.answer(LegRole.CALLER)
    meeting.answer(LegRole.CALLEE)
    meeting.align(CALL, DESK)
    assert meeting.align(CALL, DESK, STRANGER) == [RecorderAct.PAUSED, RecorderAct.STOPPED]
    leg = meeting.legs()[LegRole.CALLEE, 2]
    assert (leg.leg_sid, leg.candidates, leg.number_ref) == (STRANGER, ("unknown",), None)
    assert leg.joined_at is not None
    assert meeting.align(CALL, DESK, STRANGER) == meeting.align(CALL, DESK) == []


def test_news_of_another_round_is_not_taken(meeting):
    assert not meeting.tell("participant-join", STRANGER, number=2)
    assert len(meeting.legs()) == 3


@pytest.mark.parametrize("events", [("join", "leave"), ("leave", "join"), ("leave", "leave", "join", "join")])
def test_a_stranger_is_one_leg_whatever_is_told_first(meeting, events):
    for event in events:
        assert meeting.tell(f"participant-{event}", STRANGER)
    assert [ordinal for role, ordinal in meeting.legs() if role is LegRole.CALLEE] == [1, 2]


def test_the_end_of_a_room_is_the_end_of_everybody_who_was_in_it(meeting):
    meeting.tell("participant-join", STRANGER)
    meeting.tell("conference-end")
    legs = meeting.legs()
    assert legs[LegRole.CALLEE, 2].left_at is not None
    assert legs[LegRole.CALLEE, 1].left_at is None
    assert legs[LegRole.CALLER, 1].left_at is None


def test_callees_are_counted_on(meeting):
    with meeting.database.transaction(meeting.owner.id) as tx:
        assert next_ordinal(tx, meeting.state(tx)) == 2
    assert joining(2) == "joining-2"
