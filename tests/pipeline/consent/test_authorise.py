from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.consent.authorise import Authorisation, Silence
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.recorder import RecorderAct as Act
from tests.pipeline.consent.basis import (
    AGENT,
    CALLEE,
    CALLER,
    SID,
    START,
    a_leg,
    a_recording,
    all_purposes,
    answered,
    judge,
    told,
    when,
)

YES = answered()
TWO = [a_leg(), a_leg(CALLEE)]
BOTH = (YES, answered(role=CALLEE))
REFUSALS = [o for o in Outcome if o is not Outcome.GRANTED]
TWIML, REST = "StartCallRecordingTwiML", "StartCallRecordingAPI"
OTHERS = [
    "DialVerb",
    "Conference",
    "OutboundAPI",
    "Trunking",
    "RecordVerb",
    "StartConferenceRecordingAPI",
    "",
    "SomethingNew",
]


def refused(reason: str) -> Authorisation:
    return Authorisation(is_authorised=False, reason=reason)


def test_a_yes_before_the_recorder_started_authorises_all_of_it():
    assert judge(YES) == Authorisation(is_authorised=True, reason="granted")


@pytest.mark.parametrize("outcome", REFUSALS)
def test_any_other_answer_refuses_by_its_name(outcome):
    assert judge(answered(outcome)) == refused(f"caller_{outcome.value}")


@pytest.mark.parametrize(
    ("events", "changes", "reason"),
    [
        ((YES,), {"is_recording_on": False}, "recording_off"),
        ((YES,), {"call": False}, "call_unknown"),
        ((YES,), {"legs": []}, "no_legs"),
        ((YES,), {"legs": [a_leg(AGENT)]}, "no_legs"),
        ((YES,), {"legs": [a_leg(left=-10), a_leg(AGENT)]}, "nobody_there"),
        ((YES,), {"recording": a_recording(started_at=None)}, "start_unknown"),
        ((YES,), {"recording": a_recording(channels=3)}, "too_many_channels"),
        ((YES,), {"recording": a_recording(duration_s=-1)}, "end_before_start"),
        ((YES,), {"recording": a_recording(duration_s=24 * 3600 + 1)}, "too_long"),
        ((YES,), {"began": 2.001}, "before_call"),
        ((YES,), {"recording": replace(a_recording(), tenant="other")}, "other_tenant"),
        ((), {}, "caller_not_asked"),
        ((YES,), {"legs": TWO}, "callee_not_asked"),
        ((YES, answered(Outcome.DECLINED, role=CALLEE)), {"legs": TWO}, "callee_declined"),
        (BOTH, {"legs": [*TWO, a_leg(CALLEE, ordinal=2)]}, "callee2_not_asked"),
        ((answered(purpose=Purpose.TRAIN),), {}, "caller_not_asked"),
        ((answered(purpose=Purpose.STORE),), {}, "caller_not_asked"),
        ((answered(role=CALLEE),), {}, "caller_not_asked"),
        ((answered(ordinal=2),), {}, "caller_not_asked"),
        ((answered(at=0.001),), {}, "caller_not_asked"),
        ((YES, answered(Outcome.DECLINED, at=-1)), {}, "caller_declined"),
        ((answered(Outcome.WITHDRAWN, at=-3), answered(at=-1)), {}, "caller_withdrawn"),
        ((YES,), {"is_transcription_on": True}, "caller_transcribe_not_asked"),
    ],
)
def test_what_is_missing_is_named_and_refuses(events, changes, reason):
    assert judge(*events, **changes) == refused(reason)


@pytest.mark.clause("nejix", "1", "consent to any recording or transcription")
def test_where_words_are_made_of_it_everybody_must_have_agreed_to_that_too():
    assert judge(*all_purposes(), is_transcription_on=True).is_authorised
    no = answered(Outcome.DECLINED, purpose=Purpose.TRANSCRIBE, at=-1)
    assert judge(*all_purposes(), no, is_transcription_on=True) == refused("caller_transcribe_declined")
    assert judge(*all_purposes(), no).is_authorised


def test_a_yes_after_a_no_counts_when_both_came_before():
    assert judge(answered(Outcome.DECLINED, at=-9), YES).is_authorised


def test_of_a_yes_and_a_no_at_the_same_moment_the_no_counts():
    assert judge(YES, answered(Outcome.UNCLEAR)) == judge(answered(Outcome.UNCLEAR), YES) == refused("caller_unclear")


@pytest.mark.parametrize("source", [TWIML, REST, *OTHERS])
@pytest.mark.acceptance(5)
def test_any_source_known_or_not_is_judged_by_the_same_rule(source):
    made = a_recording(source=source)
    assert judge(YES, recording=made).is_authorised
    assert judge(recording=made) == refused("caller_not_asked")


@pytest.mark.parametrize("channels", [0, 1, 2])
def test_one_channel_with_several_people_on_it_may_be_kept(channels):
    assert judge(*BOTH, legs=TWO, recording=a_recording(channels=channels)).is_authorised


# The start: a vendor tells whole seconds of another clock


def test_an_answer_later_than_the_told_second_counts_only_where_we_asked_for_the_recorder_after_it():
    late = answered(at=0.7)
    assert judge(late, recording=a_recording(noted=0.9)) == refused("caller_not_asked")
    asked = told(Act.STARTED, 0.7)
    assert judge(late, acts=[asked], recording=a_recording(noted=0.9)).is_authorised


@pytest.mark.parametrize("source", OTHERS)
def test_what_somebody_else_started_in_the_second_of_the_answer_never_passes(source):
    made = a_recording(source=source, noted=0.9)
    assert judge(answered(at=0.7), acts=[told(Act.STARTED, 0.7)], recording=made) == refused("caller_not_asked")


def test_a_request_that_made_another_recording_says_nothing_of_this_one():
    asked, done = told(Act.STARTED, 0.7), told(Act.STARTED, 0.8, done=True, sid="RE" + "2" * 32)
    made = a_recording(source=REST, noted=0.9)
    assert judge(answered(at=0.7), acts=[asked, done], recording=made) == refused("caller_not_asked")
    assert judge(answered(at=0.7), acts=[asked, replace(done, recording_sid=SID)], recording=made).is_authorised


def test_a_recorder_that_began_before_we_asked_for_ours_is_not_ours():
    made = a_recording(noted=0.5)
    assert judge(answered(at=0.7), acts=[told(Act.STARTED, 0.7)], recording=made) == refused("caller_not_asked")
    assert not judge(answered(at=3), acts=[told(Act.STARTED, 3)], recording=a_recording(noted=4)).is_authorised


def test_where_our_clock_is_behind_what_was_heard_of_a_recording_before_the_answer_refuses_it():
    assert judge(answered(at=-3), recording=a_recording(noted=-4)) == refused("caller_not_asked")


# Cuts


def test_a_withdrawal_in_the_middle_cuts_there():
    cut = judge(YES, answered(Outcome.WITHDRAWN, at=7.5))
    assert (cut.cut_at_ms, cut.cut_reason, cut.cut_at) == (7500, "caller_withdrawn", when(7.5))


@pytest.mark.parametrize(("noted", "cut_at_ms"), [(0.4, 7100), (2, 5500), (3600, 5500), (-5, 6501)])
def test_what_is_not_known_of_the_start_is_cut_off_too(noted, cut_at_ms):
    said = (answered(at=-9), answered(Outcome.WITHDRAWN, at=7.5))
    assert judge(*said, recording=a_recording(noted=noted)).cut_at_ms == cut_at_ms


def test_a_recorder_that_was_seen_to_stop_tells_by_its_length_when_it_began():
    said = (YES, answered(Outcome.WITHDRAWN, at=7.5))
    stop = [told(Act.STOPPED, 7.5), told(Act.STOPPED, 7.6, done=True)]
    made = a_recording(noted=-5)
    assert judge(*said, acts=stop, recording=made, length_ms=7000).cut_at_ms == 6900
    assert judge(*said, acts=stop, recording=made, length_ms=60_000).cut_at_ms == 6501  # it outlasted the stop


def test_the_first_withdrawal_of_anybody_cuts():
    said = (*BOTH, answered(Outcome.WITHDRAWN, at=9), answered(Outcome.WITHDRAWN, at=4, role=CALLEE))
    cut = judge(*said, legs=TWO)
    assert (cut.cut_at_ms, cut.cut_reason) == (4000, "callee_withdrawn")


def test_a_withdrawal_from_training_alone_cuts_nothing():
    assert judge(YES, answered(Outcome.WITHDRAWN, at=7, purpose=Purpose.TRAIN)).cut_at_ms is None


@pytest.mark.parametrize("outcome", REFUSALS)
def test_who_refuses_after_the_start_is_not_heard_from_there(outcome):
    cut = judge(YES, answered(outcome, at=7))
    assert (cut.cut_at_ms, cut.cut_reason) == (7000, f"caller_{outcome.value}")


def test_who_joins_later_without_having_agreed_is_never_heard():
    late = a_leg(CALLEE, joined=6)
    assert judge(YES, legs=[a_leg(), late]).cut_at_ms == 6000
    agreed_after = answered(role=CALLEE, at=6.2)
    assert judge(YES, agreed_after, legs=[a_leg(), late]).cut_at_ms == 6000
    agreed_before = answered(role=CALLEE, at=5.8)
    assert judge(YES, agreed_before, legs=[a_leg(), late]).cut_at_ms is None


def test_a_second_person_of_a_role_is_asked_by_themselves():
    legs = [a_leg(), a_leg(CALLEE), a_leg(CALLEE, ordinal=2, joined=20)]
    cut = judge(*BOTH, legs=legs)
    assert (cut.cut_at_ms, cut.cut_reason) == (20_000, "callee2_not_asked")
    assert judge(*BOTH, answered(role=CALLEE, ordinal=2, at=19), legs=legs).cut_at_ms is None


def test_who_was_called_and_not_let_in_changes_nothing_and_who_may_have_been_in_cuts():
    gone = a_leg(CALLEE, ordinal=2, joined=15, left=15)
    silent = answered(Outcome.NO_ANSWER, role=CALLEE, ordinal=2, at=19)
    assert judge(*BOTH, silent, legs=[*TWO, gone]).cut_at_ms is None
    assert judge(*BOTH, silent, legs=[*TWO, replace(gone, left_at=None)]).cut_at_ms == 15_000
    assert judge(*BOTH, silent, legs=[*TWO, replace(gone, left_at=when(20))]).cut_at_ms == 15_000
    assert judge(*BOTH, silent, legs=[*TWO, replace(gone, joined_at=None)]) == refused("callee2_not_asked")


def test_a_file_that_was_handed_in_may_have_any_number_of_channels():
    assert judge(YES, recording=a_recording(source="OperatorUpload", channels=5)).is_authorised


def test_who_left_before_the_start_need_not_have_agreed():
    legs = [a_leg(), a_leg(CALLEE, left=-1)]
    assert judge(YES, legs=legs).is_authorised
    assert judge(YES, legs=[a_leg(), a_leg(CALLEE, left=0)]) == refused("callee_not_asked")
    assert judge(YES, legs=[a_leg(), a_leg(CALLEE, joined=-1, left=-2)]) == refused("callee_not_asked")


def test_who_joined_while_the_recorder_was_starting_must_have_agreed_by_then():
    legs = [a_leg(), a_leg(CALLEE, joined=0.4)]
    made = a_recording(noted=1)
    assert judge(YES, legs=legs, recording=made) == refused("callee_not_asked")
    assert judge(YES, answered(role=CALLEE, at=0.3), legs=legs, recording=made).is_authorised


def test_a_cut_at_the_very_start_leaves_nothing():
    assert judge(YES, answered(Outcome.WITHDRAWN, at=0.5), recording=a_recording(noted=1)) == refused(
        "caller_withdrawn"
    )


# Rounds and stops


def test_a_recorder_that_kept_running_into_a_transfer_is_cut_where_the_next_round_began():
    again = answered(at=30, round=2)
    legs = [a_leg(), a_leg(CALLEE, left=29), a_leg(CALLEE, ordinal=2, joined=40)]
    cut = judge(*BOTH, again, legs=legs)
    assert (cut.cut_at_ms, cut.cut_reason) == (40_000, "callee2_not_asked")
    both_stay = judge(*BOTH, again, legs=TWO)
    assert (both_stay.cut_at_ms, both_stay.cut_reason) == (30_000, "callee_not_asked")


def test_only_answers_of_the_round_in_force_permit_a_new_recording():
    assert judge(answered(at=-20), answered(Outcome.DECLINED, at=-10, round=2)) == refused("caller_declined")
    assert judge(answered(Outcome.DECLINED, at=-20), answered(at=-10, round=2)).is_authorised
    late_news = answered(at=-5, round=1)
    assert judge(answered(Outcome.NO_ANSWER, at=-10, round=2), late_news) == refused("caller_no_answer")
    assert judge(answered(Outcome.WITHDRAWN, at=-20), answered(at=-10, round=2)) == refused("caller_withdrawn")


def test_a_stop_ends_what_may_be_kept_whether_the_vendor_did_it_or_not():
    for acts in ([told(Act.STOPPED, 12)], [told(Act.STOPPED, 12), told(Act.STOPPED, 13, done=True)]):
        cut = judge(YES, acts=acts)
        assert (cut.cut_at_ms, cut.cut_reason) == (12_000, "stopped")


def test_what_began_after_a_stop_is_kept_only_where_we_began_it_again():
    stop = told(Act.STOPPED, -3)
    assert judge(YES, acts=[stop]) == refused("started_after_stop")
    assert judge(YES, acts=[told(Act.STARTED, -4), stop]) == refused("started_after_stop")
    assert judge(YES, acts=[stop, told(Act.STARTED, -1)]).is_authorised


# The notice inside


@pytest.mark.parametrize("source", OTHERS)
def test_where_the_notice_must_be_inside_only_what_ran_when_ours_was_spoken_is_kept(source):
    made = a_recording(source=source)
    assert judge(YES, tokens="NR", recording=made) == refused("notice_not_inside")
    assert judge(YES, tokens="NR", recording=made, acts=[told(Act.STARTED, -1)]) == refused("notice_not_inside")
    assert judge(YES, tokens="NR", recording=made, acts=[told(Act.STARTED, 2)]).is_authorised
    assert judge(YES, tokens="NR", recording=a_recording(source=TWIML)).is_authorised


# Pauses


BEGUN = told(Act.STARTED, 0)


def test_a_pause_is_silenced_from_when_it_was_asked_for_until_it_ended():
    acts = [BEGUN, told(Act.PAUSED, 10), told(Act.RESUMED, 20)]
    wanted = Silence(from_ms=10_000, to_ms=20_000, is_done=False, sure_from_ms=12_000, sure_to_ms=20_000)
    assert judge(YES, acts=acts).silences == (wanted,)
    done = [*acts, told(Act.PAUSED, 10.3, done=True), told(Act.RESUMED, 20.2, done=True)]
    assert judge(YES, acts=done).silences == (replace(wanted, is_done=True),)


def test_a_pause_that_never_ended_lasts_to_the_end():
    (silence,) = judge(YES, acts=[told(Act.PAUSED, 10)]).silences
    assert (silence.from_ms, silence.to_ms, silence.sure_to_ms) == (10_000, None, None)


def test_what_is_not_known_of_the_start_widens_a_pause():
    acts = [told(Act.PAUSED, 10), told(Act.RESUMED, 20)]
    (silence,) = judge(YES, acts=acts, recording=a_recording(noted=1.5)).silences
    assert (silence.from_ms, silence.to_ms) == (8_500, 21_000)
    (behind,) = judge(answered(at=-9), acts=acts, recording=a_recording(noted=-5)).silences
    assert (behind.from_ms, behind.to_ms) == (9_001, 21_000)


def test_a_pause_that_was_over_before_the_start_is_none_of_this_recordings():
    acts = [told(Act.PAUSED, -10), told(Act.RESUMED, -4)]
    assert judge(YES, acts=acts).silences == ()


def test_two_recordings_of_a_call_are_judged_apart():
    said = (answered(at=10),)
    first, second = a_recording(), replace(a_recording(noted=20), started_at=when(20), recording_sid="RE" + "2" * 32)
    assert judge(*said, recording=first) == refused("caller_not_asked")
    assert judge(*said, recording=second).is_authorised
    assert first.started_at == START


def test_a_caller_is_named_caller_and_software_is_never_asked():
    assert judge(YES, legs=[a_leg(CALLER), a_leg(AGENT), a_leg(AGENT, ordinal=2)]).is_authorised
