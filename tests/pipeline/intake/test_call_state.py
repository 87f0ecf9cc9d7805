from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.call_state import find_state
from pipeline.intake.law_of_call import UNRECORDED
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.tenant import Topology
from pipeline.policies.jurisdictions import Token
from pipeline.policies.loader import load_law
from tests.pipeline.intake.conftest import AT, MODES, TRANSCRIPT_ALONE, a_state, an_answer, an_owner


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


def test_who_has_left_is_not_asked_and_every_callee_counts():
    state = a_state(owner=an_owner(topology=Topology.FORWARD))
    second = replace(state.legs[-1], ordinal=2)
    here = replace(state, legs=(*state.legs, second))
    assert [(leg.role, leg.ordinal) for leg in here.people][1:] == [(LegRole.CALLEE, 1), (LegRole.CALLEE, 2)]
    gone = replace(state, legs=(*state.legs, replace(second, left_at=AT)))
    assert [leg.ordinal for leg in gone.people] == [1, 1]


def test_the_answer_of_one_callee_is_not_that_of_another():
    events = an_answer(Outcome.GRANTED, role=LegRole.CALLEE)
    state = a_state(events, owner=an_owner(topology=Topology.FORWARD))
    assert state.outcome(LegRole.CALLEE) is Outcome.GRANTED
    assert state.outcome(LegRole.CALLEE, ordinal=2) is None


def test_a_round_counts_its_own_answers_and_every_withdrawal():
    events = an_answer(Outcome.GRANTED)
    assert a_state(events).outcome(LegRole.CALLER) is Outcome.GRANTED
    assert a_state(events, round=2).outcome(LegRole.CALLER) is None
    taken_back = an_answer(Outcome.WITHDRAWN, role=LegRole.CALLER)
    again = [replace(e, round=2) for e in events]
    assert a_state([*events, *taken_back, *again], round=2).outcome(LegRole.CALLER) is Outcome.WITHDRAWN


@given(
    tokens=st.sets(st.sampled_from(list(Token))),
    locales=st.sets(st.sampled_from(["en-US", "de-DE", "fr-FR"]), min_size=1),
    topology=st.sampled_from(Topology),
    direction=st.sampled_from(["inbound", "outbound-api", "outbound-dial"]),
    wanted=st.booleans(),
)
def test_words_are_taken_only_where_no_key_is_asked_for_one_language_is_spoken_and_the_caller_called(
    tokens, locales, topology, direction, wanted
):
    owner = an_owner(topology=topology, accepts_speech=wanted)
    state = replace(a_state(owner=owner, direction=direction, tokens="".join(tokens)), locales=tuple(sorted(locales)))
    if state.accepts_speech:
        assert wanted
        assert Token.AFFIRMATIVE not in tokens
        assert len(locales) == 1
        assert direction == "inbound"
    assert state.accepts_speech >= replace(state, tokens=frozenset(Token)).accepts_speech


def test_a_transcript_alone_has_its_own_question():
    state = a_state(owner=an_owner(**TRANSCRIPT_ALONE))
    assert state.is_recordable
    assert not state.is_recording_asked
    assert Purpose.RECORD not in state.asked
    events = an_answer(Outcome.GRANTED, state.asked)
    assert a_state(events, owner=state.owner).outcome(LegRole.CALLER) is Outcome.GRANTED
    assert a_state(events, owner=state.owner).outcome(LegRole.CALLER, Purpose.RECORD) is None


def test_a_call_on_a_number_that_is_not_armed_asks_nobody():
    state = a_state()
    assert not replace(state, owner=replace(state.owner, armed=frozenset())).is_recordable
    assert not replace(state, legs=tuple(replace(leg, number_ref=None) for leg in state.legs)).is_recordable
