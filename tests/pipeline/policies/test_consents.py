from __future__ import annotations

from datetime import timedelta

from pipeline.model.call import LegRole
from pipeline.model.consent import ConsentEvent, Method, Outcome, Purpose, ScriptRef
from pipeline.policies.consents import consent_facts
from tests.pipeline.policies.cases import CAPTURED


def event(outcome: Outcome, seconds: int, *, role: LegRole = LegRole.CALLER, script: str | None = None) -> ConsentEvent:
    return ConsentEvent(
        leg_role=role,
        purpose=Purpose.RECORD,
        outcome=outcome,
        method=Method.DTMF,
        at=CAPTURED + timedelta(seconds=seconds),
        script=None if script is None else ScriptRef(id="ask_record", locale="en-US", sha256=script),
    )


def test_the_last_answer_of_the_leg_counts_with_the_words_that_were_played() -> None:
    events = [event(Outcome.GRANTED, 2, script="s2"), event(Outcome.NO_ANSWER, 1, script="s1")]
    (fact,) = consent_facts(events, LegRole.CALLER)

    assert (fact.outcome, fact.script_sha256, fact.was_granted) == (Outcome.GRANTED, "s2", False)


def test_another_legs_answer_is_not_this_ones() -> None:
    assert consent_facts([event(Outcome.GRANTED, 1, role=LegRole.CALLEE)], LegRole.CALLER) == ()


def test_a_withdrawal_remembers_the_yes_it_undid() -> None:
    (fact,) = consent_facts([event(Outcome.GRANTED, 1), event(Outcome.WITHDRAWN, 5)], LegRole.CALLER)

    assert (fact.outcome, fact.was_granted) == (Outcome.WITHDRAWN, True)


def test_a_yes_after_a_withdrawal_neither_undoes_it_nor_counts_as_before_it() -> None:
    (fact,) = consent_facts([event(Outcome.WITHDRAWN, 1), event(Outcome.GRANTED, 5)], LegRole.CALLER)

    assert (fact.outcome, fact.was_granted) == (Outcome.WITHDRAWN, False)


def test_a_no_between_the_yes_and_the_withdrawal_is_no_yes() -> None:
    events = [event(Outcome.GRANTED, 1), event(Outcome.DECLINED, 2), event(Outcome.WITHDRAWN, 5)]

    assert not consent_facts(events, LegRole.CALLER)[0].was_granted
