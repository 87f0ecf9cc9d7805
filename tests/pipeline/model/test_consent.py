from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.call import LegRole
from pipeline.model.consent import RECORDING_PURPOSES, ConsentEvent, Method, Outcome, Purpose, standings

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PEOPLE = (LegRole.CALLER, LegRole.CALLEE)


def an_event(
    outcome: Outcome, *, at: int = 0, role: LegRole = LegRole.CALLER, purpose: Purpose = Purpose.RECORD
) -> ConsentEvent:
    return ConsentEvent(
        leg_role=role,
        purpose=purpose,
        outcome=outcome,
        method=Method.DTMF,
        at=START + timedelta(seconds=at),
        script=None,
    )


def events(outcomes=tuple(Outcome)):
    return st.builds(
        an_event,
        st.sampled_from(outcomes),
        at=st.integers(0, 9),
        role=st.sampled_from(PEOPLE),
        purpose=st.sampled_from((Purpose.RECORD, Purpose.TRAIN)),
    )


def granted(noted) -> set[tuple[LegRole, Purpose]]:
    return {(s.leg_role, s.purpose) for s in standings(tuple(noted)) if s.is_granted}


REFUSALS = tuple(o for o in Outcome if o is not Outcome.GRANTED)


@given(st.lists(events(), max_size=8), events(REFUSALS))
def test_adding_a_refusal_never_makes_consent_looser(noted, refusal):
    assert granted([*noted, refusal]) <= granted(noted)


@given(st.lists(events(), max_size=8), st.lists(events(), max_size=4))
def test_a_withdrawal_is_final_whatever_is_said_later(noted, later):
    after = [an_event(e.outcome, at=20, role=e.leg_role, purpose=e.purpose) for e in later]
    withdrawn = an_event(Outcome.WITHDRAWN, at=10)
    standing = next(s for s in standings((*noted, withdrawn, *after)) if (s.leg_role, s.purpose) == KEY)
    assert standing.outcome is Outcome.WITHDRAWN
    assert standing.withdrawn_at is not None
    assert standing.withdrawn_at <= withdrawn.at


KEY = (LegRole.CALLER, Purpose.RECORD)


@given(st.lists(events(), max_size=8, unique_by=lambda e: e.at), st.randoms())
def test_events_may_be_noted_in_any_order(noted, random):
    shuffled = list(noted)
    random.shuffle(shuffled)
    assert standings(tuple(shuffled)) == standings(tuple(noted))


@given(st.lists(events(), max_size=8))
def test_each_leg_stands_once_on_each_purpose_in_order(noted):
    keys = [(s.leg_role.value, s.purpose.value) for s in standings(tuple(noted))]
    assert keys == sorted({(e.leg_role.value, e.purpose.value) for e in noted})


def test_the_last_answer_decides():
    assert granted([an_event(Outcome.DECLINED), an_event(Outcome.GRANTED, at=1)]) == {KEY}
    assert granted([an_event(Outcome.GRANTED), an_event(Outcome.DECLINED, at=1)]) == set()


def test_an_answer_for_one_purpose_or_leg_is_none_for_another():
    assert granted([an_event(Outcome.GRANTED, purpose=Purpose.TRAIN)]) == {(LegRole.CALLER, Purpose.TRAIN)}
    assert granted([an_event(Outcome.GRANTED), an_event(Outcome.WITHDRAWN, at=1, role=LegRole.CALLEE)]) == {KEY}


def test_only_a_withdrawal_has_a_moment_of_withdrawal():
    assert [s.withdrawn_at for s in standings((an_event(Outcome.DECLINED),))] == [None]


def test_the_recording_question_never_asks_for_training():
    assert set(RECORDING_PURPOSES) == set(Purpose) - {Purpose.TRAIN}
