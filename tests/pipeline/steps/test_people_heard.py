from __future__ import annotations

from pipeline.model.consent import Outcome, Purpose
from pipeline.steps.people_heard import cut_of, people_heard, said_of
from tests.pipeline.consent.basis import AGENT, CALLEE, a_leg, a_recording, answered, when

CUT = {"cut_at": when(10).isoformat()}
FIRST, SECOND = a_leg(CALLEE, left=20), a_leg(CALLEE, ordinal=2, joined=20)


def test_software_is_nobody_and_who_was_gone_or_not_let_in_is_not_heard():
    legs = [a_leg(), a_leg(AGENT), a_leg(CALLEE, left=-10), a_leg(CALLEE, ordinal=2, joined=5, left=5)]
    assert people_heard(legs, a_recording(), {}) == (a_leg(),)


def test_who_joins_at_or_after_the_cut_is_not_heard():
    legs = [a_leg(), FIRST, SECOND, a_leg(CALLEE, ordinal=3, joined=10)]
    assert people_heard(legs, a_recording(), CUT) == (a_leg(), FIRST)
    assert people_heard(legs, a_recording(), {"cut_at": None}) == (a_leg(), FIRST, SECOND, legs[3])


def test_where_nobody_would_be_left_or_the_start_is_unknown_everybody_counts():
    gone = [a_leg(left=-10), a_leg(CALLEE, left=-10)]
    assert people_heard(gone, a_recording(), {}) == tuple(gone)
    assert people_heard(gone, a_recording(started_at=None), {}) == tuple(gone)


def test_what_was_said_after_the_cut_is_not_of_this_recording_but_for_training_and_withdrawals():
    before, no = answered(), answered(Outcome.DECLINED, at=10)
    training, back = answered(Outcome.DECLINED, at=11, purpose=Purpose.TRAIN), answered(Outcome.WITHDRAWN, at=12)
    others = answered(ordinal=2)
    said = (before, no, training, back, others)
    assert said_of(a_leg(), said, CUT) == (before, training, back)
    assert said_of(a_leg(), said, {}) == (before, no, training, back)


def test_a_cut_is_read_as_it_was_noted():
    assert cut_of(CUT) == when(10)
    assert cut_of({}) is None
