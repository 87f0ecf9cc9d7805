from __future__ import annotations

import pytest

from pipeline.intake.call_state import find_state
from pipeline.intake.law_of_call import UNRECORDED
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.tenant import Topology
from pipeline.policies.loader import load_law
from tests.pipeline.intake.conftest import MODES, a_state, an_answer, an_owner


@pytest.mark.parametrize("mode", MODES[:4])
def test_a_gate_is_open_until_the_first_answer(mode):
    assert a_state(mode=mode).is_gate_open
    for outcome in Outcome:
        assert not a_state(an_answer(outcome), mode=mode).is_gate_open


def test_the_training_gate_opens_only_after_a_yes_to_recording():
    assert a_state(an_answer(Outcome.GRANTED), has_training_gate=True).is_gate_open
    assert not a_state(an_answer(Outcome.DECLINED), has_training_gate=True).is_gate_open
    answered = an_answer(Outcome.GRANTED) + an_answer(Outcome.DECLINED, [Purpose.TRAIN])
    assert not a_state(answered, has_training_gate=True).is_gate_open


def test_a_call_that_is_not_recorded_has_no_gate():
    assert not a_state(mode=UNRECORDED).is_gate_open
    assert not a_state(owner=an_owner(is_recording_on=False)).is_gate_open


def test_people_are_asked_and_software_is_not():
    forwarded = a_state(owner=an_owner(topology=Topology.FORWARD))
    assert [leg.role for leg in a_state().people] == [LegRole.CALLER]
    assert [leg.role for leg in forwarded.people] == [LegRole.CALLER, LegRole.CALLEE]


def test_a_call_of_another_tenant_is_not_found(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        assert find_state(tx, "CA" + "0" * 32, owner=tenant, law=load_law()) is None
