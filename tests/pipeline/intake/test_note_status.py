from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.intake.note_status import (
    ENDED,
    NEWS_COMES_WITHIN_S,
    RECORDING_COMES_WITHIN_S,
    note_call_status,
    note_leg_status,
    note_told_after_end,
)
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome, standings
from pipeline.model.errors import StoreUnreachable
from pipeline.policies.loader import load_law
from pipeline.store.consents import list_consents
from tests.builders import a_recording, answer
from tests.fakes import NotedQueue
from tests.pipeline.intake.test_begin_call import CALL, begin

LAW = load_law()


def outcomes(database, state) -> set[str]:
    with database.transaction(state.owner.id) as tx:
        return {s.outcome.value for s in standings(list_consents(tx, state.call.id))}


@pytest.mark.parametrize("status", sorted(ENDED))
def test_a_call_that_ends_with_an_open_question_is_a_hang_up_however_it_ended(database, keys, tenant, clock, status):
    state = begin(database, keys, tenant)
    for _ in range(2):
        with database.transaction(tenant.id) as tx:
            note_call_status(tx, CALL, status, owner=tenant, law=LAW, queue=NotedQueue())
        clock.move(minutes=5)
    assert outcomes(database, state) == {"hung_up"}
    with database.transaction(tenant.id) as tx:
        ended = tx.connection.execute(text("select ended_at - started_at from earmark.calls")).scalar()
    assert ended.total_seconds() == 0


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress", "", "something-new"])
def test_a_call_that_goes_on_has_not_ended(database, keys, tenant, status):
    state = begin(database, keys, tenant)
    with database.transaction(tenant.id) as tx:
        note_call_status(tx, CALL, status, owner=tenant, law=LAW, queue=NotedQueue())
        note_leg_status(tx, CALL, status, owner=tenant, law=LAW)
    assert outcomes(database, state) == set()


def test_the_end_of_a_leg_says_nothing_of_a_call_without_a_callee(database, keys, tenant):
    state = begin(database, keys, tenant)
    with database.transaction(tenant.id) as tx:
        note_leg_status(tx, CALL, "completed", owner=tenant, law=LAW)
    assert outcomes(database, state) == set()
    assert LegRole.CALLEE not in {leg.role for leg in state.people}


@pytest.mark.parametrize(
    ("outcomes_", "delay_s"),
    [
        ((), NEWS_COMES_WITHIN_S),
        ((Outcome.DECLINED,), NEWS_COMES_WITHIN_S),
        ((Outcome.GRANTED,), RECORDING_COMES_WITHIN_S),
        ((Outcome.GRANTED, Outcome.WITHDRAWN), RECORDING_COMES_WITHIN_S),
    ],
)
def test_the_work_on_an_ended_call_waits_for_its_recording_where_there_may_be_one(
    database, keys, tenant, outcomes_, delay_s
):
    state, queue = begin(database, keys, tenant), NotedQueue()
    with database.transaction(tenant.id) as tx:
        for outcome in outcomes_:
            answer(tx, state.call.id, outcome)
        note_call_status(tx, CALL, "completed", owner=tenant, law=LAW, queue=queue)
    assert queue.ended == [(tenant.id, state.call.id, delay_s)]


def test_what_is_told_after_the_end_has_the_receipts_issued_anew_and_before_it_not(database, keys, tenant):
    state, queue = begin(database, keys, tenant), NotedQueue()
    with database.transaction(tenant.id) as tx:
        note_told_after_end(tx, CALL, cause="withdrawn:caller:1", queue=queue)
        note_told_after_end(tx, "CA" + "0" * 32, cause="withdrawn:caller:1", queue=queue)
        assert queue.ended == []
        note_call_status(tx, CALL, "completed", owner=tenant, law=LAW, queue=NotedQueue())
        note_told_after_end(tx, CALL, cause="withdrawn:caller:1", queue=queue)
    assert queue.ended == [(tenant.id, state.call.id, NEWS_COMES_WITHIN_S)]


def test_what_is_told_has_what_was_recorded_until_then_judged_again(database, keys, tenant):
    """A withdrawal after a recording was judged left its tag saying that it may be trained on."""
    state, queue = begin(database, keys, tenant), NotedQueue()
    with database.transaction(tenant.id) as tx:
        recording, _ = a_recording(tx, state.call.id), a_recording(tx, None)
        note_told_after_end(tx, CALL, cause="withdrawn:caller:1", queue=queue)
    assert queue.judged == [(recording.id, "withdrawn:caller:1")]


def test_where_the_work_cannot_be_started_the_end_is_not_taken_up(database, keys, tenant):
    state, queue = begin(database, keys, tenant), NotedQueue()
    queue.is_broken = True
    with pytest.raises(StoreUnreachable), database.transaction(tenant.id) as tx:
        note_call_status(tx, CALL, "completed", owner=tenant, law=LAW, queue=queue)
    assert outcomes(database, state) == set()
