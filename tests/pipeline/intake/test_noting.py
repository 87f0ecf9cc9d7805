from __future__ import annotations

import pytest

from pipeline.intake.noting import Answer, note, outcome_of
from pipeline.model.consent import RECORDING_PURPOSES, Outcome
from pipeline.store.consents import list_consents
from tests.pipeline.intake.conftest import a_state


@pytest.mark.parametrize(
    ("digits", "outcome"),
    [("1", "granted"), ("2", "declined"), ("", "no_answer")]
    + [(d, "wrong_key") for d in ("0", "3", "*", "11", "12", "１")],
)
def test_only_a_one_agrees(digits, outcome):
    assert outcome_of(digits) == outcome


def test_an_answer_is_noted_for_each_purpose_and_once(database, tenant):
    call = a_state().call
    with database.transaction(tenant.id) as tx:
        answer = Answer(outcome=Outcome.GRANTED, script=None, digits="1")
        assert note(tx, call, answer, RECORDING_PURPOSES, cause="ask_record:1")
        assert not note(tx, call, answer, RECORDING_PURPOSES, cause="ask_record:1")
        assert [e.purpose for e in list_consents(tx, call.id)] == list(RECORDING_PURPOSES)


@pytest.mark.parametrize("digits", ["1234", "call me", "+12125550142"])
def test_nothing_but_a_single_key_is_kept_of_what_was_pressed(database, tenant, digits):
    call = a_state().call
    with database.transaction(tenant.id) as tx:
        note(tx, call, Answer(outcome=Outcome.UNCLEAR, script=None, digits=digits), RECORDING_PURPOSES, cause="c")
        assert {e.digit for e in list_consents(tx, call.id)} == {None}
