from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.consent import Outcome
from pipeline.model.entity import EntityType as T
from pipeline.model.risk import (
    SENTENCES,
    ConsentSign,
    Mark,
    RiskCode,
    RiskFacts,
    consent_sign,
    explain_risk,
    marks_of,
    total,
)

CALM = RiskFacts(consent=ConsentSign.GRANTED, words=12)


def codes(facts: RiskFacts) -> list[RiskCode]:
    return [part.code for part in explain_risk(facts)]


def but(**more) -> RiskFacts:
    return RiskFacts(**({"consent": ConsentSign.GRANTED, "words": 12} | more))


def test_a_call_with_a_yes_and_nothing_odd_has_no_risk():
    assert explain_risk(CALM) == ()
    assert total(explain_risk(CALM)) == 0


def test_every_doubt_is_a_part_of_its_own_and_counts_what_it_names():
    facts = but(findings=((T.PERSON, 0.3), (T.CREDIT_CARD, 0.9), (T.CREDIT_CARD, 0.99)), unhidden=2, is_widened=True)
    found = {part.code: (part.points, part.count) for part in explain_risk(facts)}
    assert found == {
        RiskCode.UNSURE: (10, 1),
        RiskCode.HIGH_RISK: (12, 1),
        RiskCode.UNHIDDEN: (20, 2),
        RiskCode.WIDENED: (10, 1),
    }
    assert total(explain_risk(facts)) == 52


def test_missing_odd_and_attested_consent_weigh_differently():
    assert codes(but(consent=ConsentSign.MISSING)) == [RiskCode.CONSENT_MISSING]
    assert codes(but(consent=ConsentSign.WITHDRAWN)) == [RiskCode.CONSENT_ODD]
    assert total(explain_risk(but(consent=ConsentSign.ATTESTED))) == 5


def test_what_failed_or_is_withheld_stands_at_the_top_and_shows_nothing_of_itself():
    for facts in (but(is_failed=True), but(is_withheld=True), but(is_withheld=True, words=None)):
        assert total(explain_risk(facts)) == 100
        assert marks_of(facts) == (Mark.REDACTION_ERROR,)


def test_nothing_found_nothing_said_types_off_and_an_error_are_told_apart():
    assert marks_of(CALM) == (Mark.NONE_FOUND,)
    assert marks_of(but(findings=((T.PERSON, 1.0),))) == (Mark.HIDDEN,)
    assert marks_of(but(words=0)) == (Mark.EMPTY,)
    assert marks_of(but(types_off=2)) == (Mark.NONE_FOUND, Mark.TYPES_OFF)
    assert marks_of(but(words=None)) == (Mark.REDACTION_ERROR,)


def test_the_worst_answer_of_anybody_is_the_sign():
    assert consent_sign([Outcome.GRANTED, Outcome.WITHDRAWN], is_attested=False) is ConsentSign.WITHDRAWN
    assert consent_sign([Outcome.GRANTED], is_attested=False) is ConsentSign.GRANTED
    assert consent_sign([Outcome.GRANTED], is_attested=True) is ConsentSign.ATTESTED
    assert consent_sign([], is_attested=True) is ConsentSign.ATTESTED
    assert consent_sign([], is_attested=False) is ConsentSign.MISSING
    assert {ConsentSign(outcome.value) for outcome in Outcome} < set(ConsentSign)


def test_every_code_has_a_sentence():
    assert set(SENTENCES) == set(RiskCode)


@given(
    st.lists(st.tuples(st.sampled_from(T), st.floats(0, 1)), max_size=40),
    st.sampled_from(ConsentSign),
    st.integers(0, 5),
    st.booleans(),
)
def test_a_risk_is_within_0_and_100_and_one_doubt_more_never_lowers_it(findings, consent, refused, widened):
    facts = but(findings=tuple(findings), consent=consent, refused=refused, is_widened=widened)
    more = but(findings=(*findings, (T.PIN, 0.1)), consent=consent, refused=refused + 1, is_widened=True)
    assert 0 <= total(explain_risk(facts)) <= total(explain_risk(more)) <= 100
