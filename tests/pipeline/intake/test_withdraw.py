from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.intake.withdraw import Withdrawal, flag_child, withdraw
from pipeline.model.audit import AuditTag
from pipeline.model.call import LegRole
from pipeline.model.consent import Method, Purpose, standings
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.recorder import RecorderAct
from pipeline.store.audit import list_events
from pipeline.store.calls import list_flags
from pipeline.store.child_signals import FLAGGED
from pipeline.store.consents import list_consents
from pipeline.store.tenant_notices import list_notices
from tests.builders import a_recording
from tests.fakes import NotedQueue
from tests.pipeline.intake.test_begin_call import CALL, begin


def test_a_withdrawal_covers_every_purpose_and_keeps_its_first_moment(database, keys, tenant, clock):
    state = begin(database, keys, tenant)
    clock.move(seconds=20)
    said_at = clock.now() - timedelta(seconds=5)
    with database.transaction(tenant.id) as tx:
        first = withdraw(tx, CALL, Withdrawal(at=said_at), actor="api:acme").event
        again = withdraw(tx, CALL, Withdrawal(), actor="api:acme").event
        stands = standings(list_consents(tx, state.call.id))
    assert first == again
    assert (first.at, first.act, first.is_done) == (said_at, RecorderAct.STOPPED, False)
    assert {s.purpose for s in stands if s.withdrawn_at == said_at} == set(Purpose)


def test_a_call_that_is_not_there_cannot_be_withdrawn_from_or_flagged(database, tenant):
    with database.transaction(tenant.id) as tx:
        with pytest.raises(NotFound):
            withdraw(tx, CALL, Withdrawal(), actor="api:acme")
        with pytest.raises(NotFound):
            flag_child(tx, CALL, queue=NotedQueue(), actor="api:acme")


def test_a_moment_before_the_call_is_refused(database, keys, tenant, clock):
    begin(database, keys, tenant)
    with database.transaction(tenant.id) as tx, pytest.raises(InvalidInput):
        withdraw(tx, CALL, Withdrawal(at=clock.now() - timedelta(hours=1)), actor="api:acme")


@pytest.mark.parametrize("hours", [0.1, 25])
def test_a_clock_that_is_ahead_keeps_not_a_word_more(database, keys, tenant, clock, hours):
    begin(database, keys, tenant)
    with database.transaction(tenant.id) as tx:
        wish = withdraw(tx, CALL, Withdrawal(at=clock.now() + timedelta(hours=hours)), actor="api:acme")
    assert wish.event.at == clock.now()


def test_software_has_nothing_to_withdraw(database, keys, tenant):
    begin(database, keys, tenant)
    with database.transaction(tenant.id) as tx, pytest.raises(InvalidInput):
        withdraw(tx, CALL, Withdrawal(role=LegRole.AGENT), actor="api:acme")


@pytest.mark.clause("nejix", "9", "we will promptly delete it")
@pytest.mark.clause("connekz", "7", "collect data from children under 18")
def test_a_child_is_flagged_for_every_decision_about_the_call_and_the_tenant_is_told_once(database, keys, tenant):
    queue = NotedQueue()
    state = begin(database, keys, tenant)
    with database.transaction(tenant.id) as tx:
        recording, _ = a_recording(tx, state.call.id), a_recording(tx, None)
        for _ in range(2):
            flag_child(tx, CALL, queue=queue, actor="api:acme")
        assert list_flags(tx, state.call.id) == (FLAGGED,)
        told = [(n.kind, n.subject_kind, n.subject_id, n.cause) for n in list_notices(tx, is_open=True)]
        noted = [(e.entry.actor, e.entry.facts["sign"]) for e in list_events(tx, target=state.call.id)
                 if e.entry.tag == AuditTag.CHILD_NOTED]  # fmt: skip
    assert told == [("child", "call", state.call.id, "agent_flag")]
    assert noted == [("api:acme", "agent_flag")]
    assert queue.judged == [(recording.id, "child-agent_flag")]


def test_each_callee_withdraws_for_themselves_and_by_a_key_where_they_pressed_one(database, keys, tenant):
    state = begin(database, keys, tenant)
    with database.transaction(tenant.id) as tx:
        for ordinal in (1, 2):
            withdraw(tx, CALL, Withdrawal(role=LegRole.CALLEE, ordinal=ordinal, digit="9"), actor="api:acme")
        events = list_consents(tx, state.call.id)
    assert {(e.ordinal, e.method, e.digit) for e in events} == {(1, Method.DTMF, "9"), (2, Method.DTMF, "9")}
