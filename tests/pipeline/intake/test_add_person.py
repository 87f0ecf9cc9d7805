from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.intake.add_person import CallIsOver, NotInRoom, add_person, has_pressed, needs_more, stricter
from pipeline.intake.call_state import find_state
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import Method, Outcome
from pipeline.model.errors import NotFound
from pipeline.model.ids import CallId, LegId
from pipeline.model.recorder import RecorderAct
from pipeline.policies.loader import load_law
from pipeline.store.call_progress import mark_conference
from pipeline.store.calls import list_legs, mark_ended, read_numbers
from tests.pipeline.intake.conftest import MODES, a_state, an_answer
from tests.pipeline.intake.test_begin_call import CALL, begin
from tests.pipeline.intake.test_note_joining import Meeting

LAW = load_law()
CHICAGO = "+13125550142"


def a_leg(role: LegRole, *places: str, ordinal: int = 1) -> Leg:
    return Leg(
        id=LegId(f"{role}{ordinal}"),
        call=CallId("call_one"),
        role=role,
        leg_sid=None,
        number_ref=None,
        candidates=places,
        ordinal=ordinal,
    )


def with_newest(*places: str, caller: str = "US-NY"):
    legs = (a_leg(LegRole.CALLER, caller), a_leg(LegRole.AGENT, "US-CO"), a_leg(LegRole.CALLEE, *places, ordinal=2))
    return replace(a_state(), legs=legs)


@pytest.mark.parametrize(
    ("caller", "newest", "pressed", "more"),
    [
        ("US-NY", "US-IL", False, False),
        ("US-NY", "US-CA", False, False),
        ("US-NY", "US-WA", False, False),
        ("US-NY", "DE", False, True),
        ("US-NY", "DE", True, True),
        ("US-NY", "unknown", False, True),
        ("DE", "US-NY", False, False),
        ("DE", "US-CA", False, False),
        ("DE", "FR", True, True),
    ],
)
def test_a_newcomers_law_asks_for_more_only_with_a_key_or_a_language_that_nobody_had(caller, newest, pressed, more):
    assert needs_more(with_newest(newest, caller=caller), law=LAW, has_pressed=pressed) is more


@pytest.mark.parametrize("mode", MODES)
def test_the_stricter_of_two_modes_does_what_both_do(mode):
    assert stricter(mode, "notice_continue") == mode
    assert stricter("unrecorded", mode) == stricter(mode, "unrecorded") == "unrecorded"


def test_who_stayed_has_not_pressed():
    assert has_pressed(a_state(an_answer(Outcome.GRANTED)))
    assert not has_pressed(a_state(an_answer(Outcome.GRANTED, method=Method.IMPLIED)))


def test_somebody_is_added_with_their_number_sealed_and_the_recorder_told_to_pause(database, keys):
    meeting = Meeting(database, keys, LAW)
    meeting.answer(LegRole.CALLER)
    meeting.answer(LegRole.CALLEE)
    with database.transaction(meeting.owner.id) as tx:
        call = meeting.state(tx).call
        mark_conference(tx, call.id, "CF" + "1" * 32)
        added = add_person(tx, CALL, CHICAGO, owner=meeting.owner, keys=keys, law=LAW)
        assert read_numbers(tx, call.id, keys=keys)["callee:2"] == CHICAGO
        legs = {(leg.role, leg.ordinal): leg for leg in list_legs(tx, call.id)}
        after = find_state(tx, CALL, owner=meeting.owner, law=LAW)
    assert added.wish is not None
    assert (added.wish.event.act, added.wish.event.reason) == (RecorderAct.PAUSED, "joining-2")
    assert legs[LegRole.CALLEE, 2].candidates == ("US-IL",)
    assert legs[LegRole.CALLEE, 2].joined_at is not None
    assert after is not None
    assert "B" in after.call.tokens


def test_nobody_is_added_where_there_is_no_room_no_call_or_no_call_any_more(database, keys, tenant):
    state = begin(database, keys, tenant)
    with database.transaction(tenant.id) as tx:
        with pytest.raises(NotFound):
            add_person(tx, "CA" + "9" * 32, CHICAGO, owner=tenant, keys=keys, law=LAW)
        with pytest.raises(NotInRoom):
            add_person(tx, CALL, CHICAGO, owner=tenant, keys=keys, law=LAW)
        mark_ended(tx, state.call.id, at=tx.now)
        with pytest.raises(CallIsOver):
            add_person(tx, CALL, CHICAGO, owner=tenant, keys=keys, law=LAW)
        assert len(list_legs(tx, state.call.id)) == len(state.legs)
