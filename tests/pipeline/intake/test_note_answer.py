from __future__ import annotations

import pytest

from pipeline.intake.call_state import CallState
from pipeline.intake.choose_next import Act
from pipeline.intake.note_answer import close_gate, note_announced, note_record_answer, note_training_answer, reread
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome, Purpose
from pipeline.policies.loader import load_law
from pipeline.store.consents import list_consents
from tests.conftest import make_tenant
from tests.pipeline.intake.test_begin_call import begin

LAW = load_law()
WITHHELD = "+266696687"


@pytest.fixture
def trainer(database, keys):
    return make_tenant(database, keys, "trainer", policy_id="connekz", asks_for_training=True)


def acting(database, state: CallState, act):
    with database.transaction(state.owner.id) as tx:
        result = act(tx, reread(tx, state, law=LAW))
        return result, reread(tx, state, law=LAW)


def test_staying_agrees_to_recording_and_to_nothing_else(database, keys, trainer):
    state = begin(database, keys, trainer)
    step, after = acting(database, state, lambda tx, s: note_announced(tx, s, law=LAW))
    assert step.act is Act.ASK_TRAINING
    assert after.outcome(LegRole.CALLER) is Outcome.GRANTED
    assert after.outcome(LegRole.CALLER, Purpose.TRAIN) is None


def test_staying_is_not_agreeing_where_a_key_is_asked_for(database, keys, trainer):
    state = begin(database, keys, trainer, from_number=WITHHELD)
    step, after = acting(database, state, lambda tx, s: note_announced(tx, s, law=LAW))
    assert step.act is Act.ASK_RECORD
    assert after.outcome(LegRole.CALLER) is None


def test_the_first_answer_closes_the_question(database, keys, trainer):
    state = begin(database, keys, trainer, from_number=WITHHELD)
    for digits in ("2", "1", "", "9"):
        _, after = acting(
            database, state, lambda tx, s, d=digits: note_record_answer(tx, s, digits=d, attempt=2, law=LAW)
        )
        assert after.outcome(LegRole.CALLER) is Outcome.DECLINED


def test_an_answer_to_a_training_question_that_was_never_asked_is_nothing(database, keys, trainer):
    state = begin(database, keys, trainer, from_number=WITHHELD)
    step, after = acting(database, state, lambda tx, s: note_training_answer(tx, s, digits="1", law=LAW))
    assert step.act is Act.ASK_RECORD
    assert after.standings == ()


@pytest.mark.parametrize("outcome", [Outcome.HUNG_UP, Outcome.NO_ANSWER])
def test_closing_an_open_question_refuses_recording_once_and_for_all(database, keys, trainer, outcome):
    state = begin(database, keys, trainer)
    acting(database, state, lambda tx, s: note_announced(tx, s, law=LAW))
    for _ in range(2):
        _, after = acting(database, state, lambda tx, s: close_gate(tx, s, outcome, cause="call:ended"))
    assert {s.outcome for s in after.standings} == {outcome}
    assert {s.purpose for s in after.standings} == set(Purpose)
    with database.transaction(trainer.id) as tx:
        scripts = [e.script.id for e in list_consents(tx, state.call.id) if e.outcome is outcome]
    assert scripts == ["ask_training"] * 5


def test_closing_a_question_that_was_answered_changes_nothing(database, keys, trainer):
    state = begin(database, keys, trainer, from_number=WITHHELD)
    acting(database, state, lambda tx, s: note_record_answer(tx, s, digits="2", attempt=1, law=LAW))
    _, after = acting(database, state, lambda tx, s: close_gate(tx, s, Outcome.HUNG_UP, cause="call:ended"))
    assert after.outcome(LegRole.CALLER) is Outcome.DECLINED
