from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.consent.authorise import Authorisation
from pipeline.consent.standing_at import People, gap_at, gaps_after, is_audible_between, name_of
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.recorder import RecorderAct
from tests.pipeline.consent.basis import AGENT, CALLEE, CALLER, a_leg, a_recording, answered, judge, told, when


def people(*events, legs=None, needed=(Purpose.RECORD,)) -> People:
    return People(legs=legs or [a_leg()], events=events, needed=needed)


def test_a_leg_is_named_by_its_role_and_from_the_second_on_by_its_number():
    assert [name_of(CALLEE, n) for n in (1, 2, 3)] == ["callee", "callee2", "callee3"]


def test_who_is_there_may_be_heard_from_joining_until_leaving():
    leg = a_leg(joined=3, left=7)
    heard = [is_audible_between(leg, when(n), when(n)) for n in range(10)]
    assert heard == [n in range(3, 8) for n in range(10)]
    assert is_audible_between(leg, when(0), when(3))
    assert is_audible_between(leg, when(7), when(9))


def test_a_gap_is_named_by_what_is_missing_first():
    both = (Purpose.RECORD, Purpose.TRANSCRIBE)
    assert gap_at(people(), a_leg(), when(0)) == "not_asked"
    assert gap_at(people(answered()), a_leg(), when(0)) is None
    assert gap_at(people(answered(), needed=both), a_leg(), when(0)) == "transcribe_not_asked"
    assert gap_at(people(answered(Outcome.WRONG_KEY)), a_leg(), when(0)) == "wrong_key"


def test_after_the_start_the_first_gap_and_every_withdrawal_are_listed():
    said = (answered(), answered(Outcome.DECLINED, at=4), answered(Outcome.WITHDRAWN, at=9))
    assert sorted(gaps_after(people(*said), when(0))) == [
        (when(4), "caller_declined"),
        (when(9), "caller_withdrawn"),
    ]
    assert gaps_after(people(*said), when(9)) == []


# What holds of every judgement

moments = st.integers(-9, 9)
rounds = st.integers(1, 2)
events = st.builds(
    answered,
    st.sampled_from([Outcome.GRANTED, *Outcome]),
    at=moments,
    role=st.sampled_from([CALLER, CALLEE]),
    purpose=st.sampled_from([Purpose.RECORD, Purpose.RECORD, Purpose.TRANSCRIBE, Purpose.TRAIN]),
    ordinal=st.integers(1, 2),
    round=rounds,
)
refusals = st.builds(
    answered,
    st.sampled_from([o for o in Outcome if o is not Outcome.GRANTED]),
    at=moments,
    role=st.sampled_from([CALLER, CALLEE]),
    ordinal=st.integers(1, 2),
    round=rounds,
)
times = st.none() | moments
legs = st.builds(a_leg, st.sampled_from([CALLER, CALLEE, AGENT]), ordinal=st.integers(1, 2), joined=times, left=times)
acts = st.builds(
    told, st.sampled_from(RecorderAct), moments, done=st.booleans(), reason=st.sampled_from(["card", "joining-2"])
)
situations = st.fixed_dictionaries(
    {
        "legs": st.lists(legs, min_size=1, max_size=3).filter(lambda p: any(x.role is not AGENT for x in p)),
        "acts": st.lists(acts, max_size=3),
        "recording": st.builds(
            a_recording,
            source=st.sampled_from(["StartCallRecordingTwiML", "StartCallRecordingAPI", "Trunking", "?"]),
            channels=st.integers(0, 3),
            duration_s=st.none() | st.integers(-1, 90_000),
            noted=st.sampled_from([-30, 0, 0.5, 1.9, 5]),
        ),
        "tokens": st.sampled_from(["N", "NR"]),
        "is_transcription_on": st.booleans(),
        "length_ms": st.none() | st.integers(0, 9000),
    }
)
calls = st.lists(events, max_size=6)


def agreeing(situation, at=-9):
    """Everybody agrees at first, so that what follows has something to take away."""
    people = {(leg.role, leg.ordinal) for leg in situation["legs"] if leg.role is not AGENT}
    return [
        answered(role=role, ordinal=ordinal, purpose=purpose, at=at)
        for role, ordinal in people
        for purpose in (Purpose.RECORD, Purpose.TRANSCRIBE)
    ]


def kept_ms(answer: Authorisation) -> float:
    """How much may be kept at most."""
    if not answer.is_authorised:
        return 0
    return float("inf") if answer.cut_at_ms is None else answer.cut_at_ms


@given(situations, calls, refusals, st.booleans())
def test_adding_a_refusal_or_a_withdrawal_never_permits_more(situation, noted, refusal, is_agreed):
    said = [*(agreeing(situation) if is_agreed else ()), *noted]
    assert kept_ms(judge(*said, refusal, **situation)) <= kept_ms(judge(*said, **situation))


@given(situations, calls, legs, st.booleans())
def test_adding_a_leg_or_a_later_joiner_never_permits_more(situation, noted, leg, is_agreed):
    more = {**situation, "legs": [*situation["legs"], leg]}
    said = [*(agreeing(more) if is_agreed else ()), *noted]
    assume(judge(*said, **situation).reason != "nobody_there")
    assert kept_ms(judge(*said, **more)) <= kept_ms(judge(*said, **situation))


@given(situations, calls, moments)
def test_a_stop_never_permits_more(situation, noted, at):
    said = [*agreeing(situation), *noted]
    stopped = {**situation, "acts": [*situation["acts"], told(RecorderAct.STOPPED, at)]}
    assert kept_ms(judge(*said, **stopped)) <= kept_ms(judge(*said, **situation))


@given(situations, calls, st.randoms(use_true_random=False))
def test_order_and_repetition_of_what_was_noted_do_not_matter(situation, noted, random):
    said = [*agreeing(situation), *noted]
    again = [*said, *random.sample(said, k=len(said) // 2)]
    random.shuffle(again)
    assert judge(*again, **situation) == judge(*said, **situation)


@given(situations, calls)
def test_a_judgement_is_one_of_three_and_a_refusal_never_says_where_to_cut(situation, noted):
    answer = judge(*agreeing(situation), *noted, **situation)
    assert answer.is_authorised == (answer.reason == "granted")
    if not answer.is_authorised:
        assert (answer.cut_at_ms, answer.cut_at, answer.cut_reason, answer.silences) == (None, None, None, ())
    elif answer.cut_at_ms is not None:
        assert answer.cut_at_ms > 0
        assert answer.cut_reason


@given(situations, calls)
def test_nobody_who_never_agreed_is_ever_heard(situation, noted):
    answer = judge(*noted, **situation)
    agreed = {(e.leg_role, e.ordinal) for e in noted if e.outcome is Outcome.GRANTED and e.purpose is Purpose.RECORD}
    for leg in situation["legs"]:
        is_there = leg.role is not AGENT and is_audible_between(leg, when(0), when(0))
        if is_there and (leg.role, leg.ordinal) not in agreed:
            assert not answer.is_authorised


@given(situations, calls)
def test_switching_recording_off_refuses_everything(situation, noted):
    assert kept_ms(judge(*agreeing(situation), *noted, **situation, is_recording_on=False)) == 0
