from __future__ import annotations

import pytest

from pipeline.intake.note_callee import CalleeAct, choose_for_callee
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome
from pipeline.model.tenant import Topology
from tests.pipeline.intake.conftest import a_state, an_answer, an_owner

DESK = an_owner(topology=Topology.FORWARD)


@pytest.mark.parametrize(
    ("outcome", "act"),
    [
        (None, CalleeAct.ASK),
        (Outcome.GRANTED, CalleeAct.BRIDGE),
        (Outcome.DECLINED, CalleeAct.BRIDGE),
        (Outcome.WITHDRAWN, CalleeAct.BRIDGE),
        (Outcome.NO_ANSWER, CalleeAct.HANG_UP),
        (Outcome.UNCLEAR, CalleeAct.HANG_UP),
        (Outcome.HUNG_UP, CalleeAct.HANG_UP),
    ],
)
def test_only_a_person_who_pressed_a_key_is_bridged(outcome, act):
    events = an_answer(Outcome.GRANTED) + (an_answer(outcome, role=LegRole.CALLEE) if outcome else [])
    step = choose_for_callee(a_state(events, owner=DESK))
    assert (step.act, step.starts_recorder) == (act, False)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.GRANTED])
def test_a_callee_is_not_asked_about_a_call_that_is_not_recorded(outcome):
    assert choose_for_callee(a_state(an_answer(outcome), owner=DESK)).act is CalleeAct.BRIDGE
