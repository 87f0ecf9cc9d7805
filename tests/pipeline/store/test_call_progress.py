from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.model.call import Leg, LegRole
from pipeline.model.errors import NotFound
from pipeline.model.ids import LegId
from pipeline.store.call_progress import (
    Round,
    begin_round,
    find_leg_by_sid,
    has_ended,
    lock_call,
    mark_conference,
    mark_joined,
    mark_left,
    mark_leg_sid,
    ref_of,
    seal_number,
)
from pipeline.store.calls import add_leg, get_call, list_legs, mark_ended, read_numbers
from tests.builders import a_call

SECOND = "+14155550142"
SID = "CA" + "7" * 32


@pytest.fixture
def opened(database, keys, tenant):
    """A transaction, a call in it, and a second callee."""
    with database.transaction(tenant.id) as tx:
        call = get_call(tx, a_call(tx, keys, roles=(LegRole.CALLER, LegRole.CALLEE)))
        leg = Leg(
            id=LegId("leg_two"),
            call=call.id,
            role=LegRole.CALLEE,
            leg_sid=None,
            number_ref=ref_of(tx, SECOND, keys=keys),
            candidates=("US-CA",),
            ordinal=2,
            joined_at=tx.now,
        )
        add_leg(tx, leg)
        yield tx, call, leg


def the_leg(tx, call) -> Leg:
    return next(leg for leg in list_legs(tx, call.id) if leg.ordinal == 2)


def test_a_call_is_locked_by_the_vendors_id_and_found_nowhere_else(opened):
    tx, call, _ = opened
    assert lock_call(tx, call.call_sid) == call
    with pytest.raises(NotFound):
        lock_call(tx, SID)


def test_a_further_number_is_sealed_with_the_others_and_stands_nowhere_readable(opened, keys):
    tx, call, leg = opened
    seal_number(tx, call.id, leg, SECOND, keys=keys)
    numbers = read_numbers(tx, call.id, keys=keys)
    assert numbers["callee:2"] == SECOND
    assert set(numbers) == {"from", "to", "callee:2"}
    for table in ("calls", "legs", "audit_events"):
        stored = tx.connection.execute(text(f"select string_agg(c::text, '') from earmark.{table} c")).scalar_one()
        assert SECOND[1:] not in (stored or "")


def test_a_round_changes_the_law_of_the_call_and_counts_when_it_is_the_next(opened):
    tx, call, _ = opened
    begin_round(tx, call, Round(mode="explicit_gate", tokens=("N", "A"), is_next=False))
    same = get_call(tx, call.id)
    assert (same.mode, same.tokens, same.round) == ("explicit_gate", ("N", "A"), 1)
    begin_round(tx, same, Round(mode="unrecorded", tokens=("N",), is_next=True))
    assert (get_call(tx, call.id).round, get_call(tx, call.id).mode) == (2, "unrecorded")


def test_a_leg_is_found_by_its_first_id(opened):
    tx, call, leg = opened
    mark_leg_sid(tx, leg.id, SID)
    mark_leg_sid(tx, leg.id, "CA" + "8" * 32)
    found = find_leg_by_sid(tx, call.id, SID)
    assert found is not None
    assert found.id == leg.id
    assert find_leg_by_sid(tx, call.id, "CA" + "8" * 32) is None


def test_a_leg_is_heard_from_when_it_was_let_in_until_it_first_left(opened):
    tx, call, leg = opened
    assert the_leg(tx, call).joined_at == tx.now
    mark_joined(tx, leg.id, at=tx.now + timedelta(seconds=9))
    mark_joined(tx, leg.id, at=tx.now + timedelta(seconds=3))
    assert the_leg(tx, call).joined_at == tx.now + timedelta(seconds=9)
    assert mark_left(tx, leg.id, at=tx.now + timedelta(seconds=20))
    assert not mark_left(tx, leg.id, at=tx.now + timedelta(seconds=30))
    mark_joined(tx, leg.id, at=tx.now + timedelta(seconds=40))
    gone = the_leg(tx, call)
    assert (gone.joined_at, gone.left_at) == (tx.now + timedelta(seconds=9), tx.now + timedelta(seconds=20))


def test_where_people_meet_and_that_it_is_over_is_noted(opened):
    tx, call, _ = opened
    mark_conference(tx, call.id, "CF" + "1" * 32)
    assert get_call(tx, call.id).conference_sid == "CF" + "1" * 32
    assert not has_ended(tx, call.id)
    mark_ended(tx, call.id, at=tx.now)
    assert has_ended(tx, call.id)
