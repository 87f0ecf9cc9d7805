from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.intake.call_state import find_state
from pipeline.intake.choose_next import Act, may_record
from pipeline.intake.note_answer import note_announced
from pipeline.intake.transfer import choose_for_transfer, note_transfer_announced, transfer_call
from pipeline.model.audit import AuditTag
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome
from pipeline.policies.loader import load_law
from pipeline.store.audit import list_events
from tests.pipeline.intake.test_begin_call import CALL, begin

LAW = load_law()
CHICAGO, BERLIN = "+13125550142", "+493012345678"


class OnTheWay:
    """A call of the tenant's agent that is put through to somebody else."""

    def __init__(self, database, keys, tenant, *, to: str = CHICAGO, has_agreed: bool = True) -> None:
        self.database, self.keys = database, keys
        self.tenant = replace(tenant, secrets=replace(tenant.secrets, agent_url="wss://agent.example.com"))
        begin(database, keys, tenant)
        with database.transaction(tenant.id) as tx:
            if has_agreed:
                note_announced(tx, self.state(tx), law=LAW)
            self.stop = self.move(tx, to).stop

    def move(self, tx, to: str):
        return transfer_call(tx, CALL, to, owner=self.tenant, keys=self.keys, law=LAW, actor="api:acme")

    def state(self, tx):
        found = find_state(tx, CALL, owner=self.tenant, law=LAW)
        assert found is not None
        return found

    def announced(self, digits: str = ""):
        with self.database.transaction(self.tenant.id) as tx:
            return note_transfer_announced(tx, self.state(tx), digits=digits, law=LAW)

    def next(self):
        with self.database.transaction(self.tenant.id) as tx:
            return choose_for_transfer(tx, self.state(tx), law=LAW)


def test_a_transfer_begins_a_round_in_which_nobody_has_agreed_yet(database, keys, tenant):
    moved = OnTheWay(database, keys, tenant)
    with database.transaction(tenant.id) as tx:
        state = moved.state(tx)
        assert state.call.round == 2
        assert state.outcome(LegRole.CALLER) is None
        assert not may_record(state)
        (event,) = [e for e in list_events(tx) if e.entry.tag == AuditTag.CALL_TRANSFERRED]
    assert event.entry.facts["round"] == 2
    assert moved.stop.event.cause.startswith("transfer-1:")


@pytest.mark.parametrize(
    ("digits", "outcome"), [("", Outcome.GRANTED), ("2", Outcome.DECLINED), ("7", None), ("1", None)]
)
def test_to_stay_holds_a_two_refuses_and_another_key_asks(database, keys, tenant, digits, outcome):
    moved = OnTheWay(database, keys, tenant)
    step = moved.announced(digits)
    with database.transaction(tenant.id) as tx:
        assert moved.state(tx).outcome(LegRole.CALLER) is outcome
    assert (step.act is Act.ASK_RECORD) is (outcome is None)
    assert step.is_recorded is (outcome is Outcome.GRANTED)


def test_to_stay_is_not_enough_where_the_new_law_asks_for_a_key(database, keys, tenant):
    moved = OnTheWay(database, keys, tenant, to=BERLIN)
    assert moved.next().act is Act.ASK_RECORD
    assert moved.announced().act is Act.ASK_RECORD
    with database.transaction(tenant.id) as tx:
        assert moved.state(tx).outcome(LegRole.CALLER) is None


def test_who_had_not_agreed_is_put_through_unasked_and_unrecorded(database, keys, tenant):
    moved = OnTheWay(database, keys, tenant, has_agreed=False)
    step = moved.next()
    assert (step.act, step.is_recorded) == (Act.CONNECT, False)


def test_each_transfer_is_a_round_of_its_own_with_one_new_person(database, keys, tenant):
    moved = OnTheWay(database, keys, tenant)
    moved.announced()
    with database.transaction(tenant.id) as tx:
        moved.move(tx, CHICAGO)
        state = moved.state(tx)
    assert state.call.round == 3
    assert [(leg.role, leg.ordinal) for leg in state.people] == [(LegRole.CALLEE, 2), (LegRole.CALLER, 1)]
