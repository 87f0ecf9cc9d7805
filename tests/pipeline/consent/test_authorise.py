from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.consent.authorise import CLOCK_TOLERANCE, Authorisation, authorise
from pipeline.model.call import LegRole
from pipeline.model.consent import ConsentEvent, Method, Outcome, Purpose

START = datetime(2026, 11, 21, 9, 0, 30, tzinfo=UTC)
CALLER, CALLEE, AGENT = LegRole.CALLER, LegRole.CALLEE, LegRole.AGENT


def answered(
    outcome: Outcome, *, at: float = -5, role: LegRole = CALLER, purpose: Purpose = Purpose.RECORD
) -> ConsentEvent:
    return ConsentEvent(
        leg_role=role,
        purpose=purpose,
        outcome=outcome,
        method=Method.DTMF,
        at=START + timedelta(seconds=at),
        script=None,
    )


YES = answered(Outcome.GRANTED)


def ask(*events: ConsentEvent, legs=(CALLER, AGENT), started_at=START, is_recording_on=True) -> Authorisation:
    return authorise(started_at=started_at, legs=legs, events=events, is_recording_on=is_recording_on)


def test_a_yes_before_the_recorder_started_authorises_all_of_it():
    assert ask(YES) == Authorisation(is_authorised=True, reason="granted", cut_at_ms=None)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.GRANTED])
def test_any_other_answer_refuses_by_its_name(outcome):
    assert ask(answered(outcome)) == Authorisation(is_authorised=False, reason=f"caller_{outcome.value}")


@pytest.mark.parametrize(
    ("events", "changes", "reason"),
    [
        ((YES,), {"is_recording_on": False}, "recording_off"),
        ((YES,), {"legs": ()}, "no_legs"),
        ((YES,), {"legs": (AGENT,)}, "no_legs"),
        ((YES,), {"started_at": None}, "start_unknown"),
        ((), {}, "caller_not_asked"),
        ((YES,), {"legs": (CALLER, CALLEE)}, "callee_not_asked"),
        ((YES, answered(Outcome.DECLINED, role=CALLEE)), {"legs": (CALLER, CALLEE)}, "callee_declined"),
        ((answered(Outcome.GRANTED, purpose=Purpose.TRAIN),), {}, "caller_not_asked"),
        ((answered(Outcome.GRANTED, purpose=Purpose.STORE),), {}, "caller_not_asked"),
        ((answered(Outcome.GRANTED, role=CALLEE),), {}, "caller_not_asked"),
        ((answered(Outcome.GRANTED, at=3),), {}, "caller_not_asked"),
        ((YES, answered(Outcome.DECLINED, at=-1)), {}, "caller_declined"),
        ((YES, answered(Outcome.WITHDRAWN, at=-3), answered(Outcome.GRANTED, at=-1)), {}, "caller_withdrawn"),
    ],
)
def test_what_is_missing_is_named_and_refuses(events, changes, reason):
    assert ask(*events, **changes) == Authorisation(is_authorised=False, reason=reason, cut_at_ms=None)


def test_a_yes_after_a_no_counts_when_both_came_before():
    assert ask(answered(Outcome.DECLINED, at=-9), YES).is_authorised


def test_the_order_in_which_events_were_noted_does_not_matter():
    assert not ask(answered(Outcome.DECLINED, at=-1), YES).is_authorised


def test_a_vendors_clock_may_be_two_seconds_behind():
    assert ask(answered(Outcome.GRANTED, at=CLOCK_TOLERANCE.total_seconds())).is_authorised
    assert not ask(answered(Outcome.GRANTED, at=CLOCK_TOLERANCE.total_seconds() + 0.001)).is_authorised


def test_a_withdrawal_in_the_middle_cuts_there():
    assert ask(YES, answered(Outcome.WITHDRAWN, at=7.5)).cut_at_ms == 7500


def test_the_first_withdrawal_of_anybody_cuts():
    noted = (YES, answered(Outcome.GRANTED, role=CALLEE), answered(Outcome.WITHDRAWN, at=9))
    other = answered(Outcome.WITHDRAWN, at=4, role=CALLEE)
    assert ask(*noted, other, legs=(CALLER, CALLEE)).cut_at_ms == 4000


def test_a_withdrawal_from_training_alone_cuts_nothing():
    assert ask(YES, answered(Outcome.WITHDRAWN, at=7, purpose=Purpose.TRAIN)).cut_at_ms is None


events = st.builds(
    answered,
    st.sampled_from(Outcome),
    at=st.integers(-9, 9),
    role=st.sampled_from(LegRole),
    purpose=st.sampled_from((Purpose.RECORD, Purpose.TRAIN)),
)
refusals = st.builds(
    answered,
    st.sampled_from([o for o in Outcome if o is not Outcome.GRANTED]),
    at=st.integers(-9, 9),
    role=st.sampled_from(LegRole),
)
calls = st.lists(events, max_size=6)
legs = st.lists(st.sampled_from(LegRole), max_size=3)


def kept_ms(answer: Authorisation) -> float:
    """How much may be kept at most."""
    if not answer.is_authorised:
        return 0
    return float("inf") if answer.cut_at_ms is None else answer.cut_at_ms


@given(calls, legs, refusals)
def test_adding_a_refusal_never_authorises_more(noted, people, refusal):
    assert kept_ms(ask(*noted, refusal, legs=people)) <= kept_ms(ask(*noted, legs=people))


@given(calls, legs.filter(lambda p: set(p) - {AGENT}), st.sampled_from(LegRole))
def test_adding_a_leg_never_authorises_more(noted, people, role):
    assert kept_ms(ask(*noted, legs=[*people, role])) <= kept_ms(ask(*noted, legs=people))


@given(calls, legs)
def test_switching_recording_off_refuses_everything(noted, people):
    assert kept_ms(ask(*noted, legs=people, is_recording_on=False)) == 0


@given(calls, legs)
def test_a_refusal_never_says_where_to_cut(noted, people):
    answer = ask(*noted, legs=people)
    assert answer.is_authorised == (answer.reason == "granted")
    assert answer.is_authorised or answer.cut_at_ms is None
