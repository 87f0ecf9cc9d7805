from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.intake.choose_next import Act, ask_again, choose_next, fail_closed, may_record, unrecorded
from pipeline.model.call import LegRole
from pipeline.model.consent import RECORDING_PURPOSES, Method, Outcome, Purpose
from pipeline.model.tenant import OnDecline, Topology
from pipeline.policies.loader import load_law
from tests.pipeline.intake.conftest import AT, MODES, TRANSCRIPT_ALONE, a_state, an_answer, an_owner

PEOPLE = (LegRole.CALLER, LegRole.CALLEE)
REFUSALS = tuple(outcome for outcome in Outcome if outcome is not Outcome.GRANTED)


RECORDING, TRAINING = RECORDING_PURPOSES, (Purpose.TRAIN,)


@st.composite
def answers(draw):
    purposes = draw(st.sampled_from([RECORDING, TRAINING]))
    method = draw(st.sampled_from([Method.IMPLIED, Method.DTMF]))
    return an_answer(draw(st.sampled_from(Outcome)), purposes, role=draw(st.sampled_from(PEOPLE)), method=method)


@st.composite
def refusals(draw):
    """Anything but a yes. A clear no to training alone is an answer to training, and closes its gate."""
    purposes = draw(st.sampled_from([RECORDING, TRAINING]))
    outcome = draw(st.sampled_from([o for o in REFUSALS if purposes is RECORDING or o is not Outcome.DECLINED]))
    return an_answer(outcome, purposes, role=draw(st.sampled_from(PEOPLE)))


calls = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(MODES),
        "has_training_gate": st.booleans(),
        "owner": st.sampled_from(
            [
                an_owner(topology=t, on_decline=d, is_recording_on=r, is_transcription_on=w)
                for t in Topology
                for d in OnDecline
                for r in (True, False)
                for w in (True, False)
            ]
        ),
    }
)


@settings(max_examples=500)
@given(call=calls, noted=st.lists(answers(), max_size=6), refusal=refusals(), data=st.data())
def test_adding_a_refusal_never_makes_a_recorder_start(call, noted, refusal, data):
    at = data.draw(st.integers(0, len(noted)))
    without = a_state([e for answer in noted for e in answer], **call)
    refused = a_state([e for answer in [*noted[:at], refusal, *noted[at:]] for e in answer], **call)
    assert may_record(refused) <= may_record(without)
    assert choose_next(refused).is_recorded <= choose_next(without).is_recorded


@given(call=calls, noted=st.lists(answers(), max_size=6))
def test_a_recorder_may_run_only_where_every_person_stands_at_yes(call, noted):
    state = a_state([e for answer in noted for e in answer], **call)
    if may_record(state):
        assert state.is_recordable
        assert {state.outcome(leg.role) for leg in state.people} == {Outcome.GRANTED}
        assert not state.is_gate_open
    step = choose_next(state)
    if step.is_recorded:
        assert state.outcome(LegRole.CALLER, Purpose.RECORD) is Outcome.GRANTED
    if step.is_recorded or step.is_kept:
        assert state.outcome(LegRole.CALLER, Purpose.TRANSCRIBE) is Outcome.GRANTED
        assert step.act in (Act.CONNECT, Act.TAKE_MESSAGE)


@given(call=calls, noted=st.lists(answers(), max_size=6), role=st.sampled_from(PEOPLE), number=st.integers(2, 5))
def test_another_person_on_the_call_never_loosens_and_must_agree_too(call, noted, role, number):
    state = a_state([e for answer in noted for e in answer], **call)
    more = replace(state, legs=(*state.legs, replace(state.legs[0], role=role, ordinal=number)))
    assert not may_record(more)
    assert choose_next(more).is_recorded <= choose_next(state).is_recorded
    gone = replace(state, legs=(*state.legs, replace(state.legs[0], role=role, ordinal=number, left_at=AT)))
    assert may_record(gone) == may_record(state)


@given(call=calls, noted=st.lists(answers(), max_size=6))
def test_a_new_round_begins_without_a_recorder(call, noted):
    state = a_state([e for answer in noted for e in answer], round=2, **call)
    assert not may_record(state)
    assert not choose_next(state).is_recorded
    assert not choose_next(state).is_kept


@given(call=calls, noted=st.lists(answers(), max_size=6))
def test_an_answer_told_twice_is_one_answer(call, noted):
    events = [e for answer in noted for e in answer]
    assert choose_next(a_state(events, **call)) == choose_next(a_state([*events, *events], **call))


@given(call=calls, noted=st.lists(answers(), max_size=6))
def test_the_last_word_of_a_caller_who_refuses_is_kept(call, noted):
    for outcome in REFUSALS:
        events = [e for answer in [*noted, an_answer(outcome)] for e in answer]
        state = a_state(events, **call)
        assert not may_record(state)
        assert not choose_next(state).is_recorded


@pytest.mark.parametrize("mode", MODES[:3])
def test_a_call_without_a_question_is_announced(mode):
    step = choose_next(a_state(mode=mode))
    assert (step.act, step.is_recorded) == (Act.ANNOUNCE, False)


def test_a_call_that_needs_a_key_is_asked_twice_at_most_and_slower_the_second_time():
    first, second = choose_next(a_state()), ask_again(a_state())
    assert (first.act, first.attempt, second.act, second.attempt) == (Act.ASK_RECORD, 1, Act.ASK_RECORD, 2)
    assert not any(line.is_slow for line in first.lines)
    assert all(line.is_slow for line in second.lines)


def test_the_notice_inside_says_how_the_caller_agreed():
    pressed = choose_next(a_state(an_answer(Outcome.GRANTED)))
    stayed = choose_next(a_state(an_answer(Outcome.GRANTED, method=Method.IMPLIED), mode="notice_continue"))
    assert "with your consent" in pressed.lines[0].text
    assert "with your consent" not in stayed.lines[0].text


def test_a_no_to_training_alone_does_not_stop_the_recorder():
    events = an_answer(Outcome.GRANTED) + an_answer(Outcome.DECLINED, [Purpose.TRAIN])
    assert choose_next(a_state(events, has_training_gate=True)).is_recorded


@pytest.mark.parametrize(
    ("chosen", "act"),
    [
        ({"on_decline": OnDecline.CONTINUE}, Act.CONNECT),
        ({"on_decline": OnDecline.TRANSFER}, Act.TRANSFER),
        ({"on_decline": OnDecline.TRANSFER, "forward_to": ""}, Act.CONNECT),
        ({"on_decline": OnDecline.END}, Act.HANG_UP),
    ],
)
@pytest.mark.parametrize("outcome", REFUSALS)
def test_after_a_refusal_the_call_goes_on_as_the_tenant_chose(chosen, act, outcome):
    step = choose_next(a_state(an_answer(outcome), owner=an_owner(**chosen)))
    assert (step.act, step.is_recorded) == (act, False)


def test_nothing_is_recorded_for_a_tenant_that_switched_it_off_or_is_closed():
    events = an_answer(Outcome.GRANTED)
    for owner in (an_owner(is_recording_on=False), an_owner(is_active=False)):
        assert not choose_next(a_state(events, owner=owner)).is_recorded
        assert not may_record(a_state(events, owner=owner))


def test_a_call_that_nobody_answers_ends_instead_of_recording_an_empty_line():
    owner = an_owner(agent_url="")
    for step in (choose_next(a_state(an_answer(Outcome.GRANTED), owner=owner)), unrecorded(owner, ("en-US",))):
        assert (step.act, step.is_recorded) == (Act.HANG_UP, False)


def test_the_step_that_fails_closed_speaks_a_language_there_is():
    for locale in ("de-DE", "fr-CA", "xx-XX"):
        step = fail_closed(an_owner(locale=locale), law=load_law())
        assert (step.act, step.is_recorded) == (Act.CONNECT, False)
        assert {line.locale for line in step.lines} <= {"de-DE", "fr-FR", "en-US"}


def test_an_agent_that_only_transcribes_keeps_what_is_said_only_after_a_yes():
    owner = an_owner(**TRANSCRIPT_ALONE)
    purposes = a_state(owner=owner).asked
    for outcome in Outcome:
        step = choose_next(a_state(an_answer(outcome, purposes), owner=owner))
        assert (step.is_recorded, step.is_kept) == (False, outcome is Outcome.GRANTED)
    agreed = choose_next(a_state(an_answer(Outcome.GRANTED, purposes), owner=owner))
    assert [line.text for line in agreed.lines] == [
        "A written transcript of this call is now being made, with your consent."
    ]


def test_with_both_switches_off_nobody_is_asked_anything():
    step = choose_next(a_state(owner=an_owner(is_recording_on=False)))
    assert (step.act, step.is_kept, step.is_recorded) == (Act.CONNECT, False, False)


def test_a_message_is_taken_after_a_yes_and_refused_without_one():
    owner = an_owner(topology=Topology.VOICEMAIL, agent_url="", forward_to="")
    taken = choose_next(a_state(an_answer(Outcome.GRANTED), owner=owner))
    assert (taken.act, taken.is_recorded) == (Act.TAKE_MESSAGE, True)
    assert taken.lines[0].text == "This call is now being recorded and transcribed, with your consent."
    assert "press 2, and the recording stops" in taken.lines[1].text
    for outcome in REFUSALS:
        step = choose_next(a_state(an_answer(outcome), owner=owner))
        assert (step.act, step.is_recorded) == (Act.HANG_UP, False)
        assert "cannot take a message" in step.lines[-1].text


def test_a_question_takes_words_where_the_state_does():
    owner = an_owner(accepts_speech=True)
    assert choose_next(a_state(owner=owner)).takes_speech
    assert ask_again(a_state(owner=owner)).takes_speech
    assert not choose_next(a_state(owner=owner, tokens="NA")).takes_speech
