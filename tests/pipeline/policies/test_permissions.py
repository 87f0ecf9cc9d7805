from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.decision_terms import ReasonCode
from pipeline.policies.bundle import Bundle
from pipeline.policies.case import make_case
from pipeline.policies.decide import decide
from pipeline.policies.facts import ChildSign, ChildSignal
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.policies.permissions import decide_permissions, is_storable, purposes_to_keep
from tests.pipeline.policies.cases import (
    CAPTURED,
    LONG_AFTER,
    a_leg,
    answering,
    facts,
    judge,
    refusals,
    with_events,
    with_legs,
    with_tenant,
    yes,
)

FOUR = [p for p in Purpose if p is not Purpose.TRAIN]
BOTH = pytest.mark.parametrize("policy", ["nejix", "connekz"])


def test_the_five_permissions_are_decided_apart() -> None:
    record = judge(with_legs(facts(), answering(Purpose.TRANSCRIBE, Outcome.DECLINED)))

    assert [p.purpose for p in record.permissions] == list(Purpose)
    assert [p.allowed for p in record.permissions] == [True, False, True, True, True]


@pytest.mark.parametrize("purpose", FOUR)
@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.DECLINED, ReasonCode.CONSENT_DECLINED),
        (Outcome.NO_ANSWER, ReasonCode.CONSENT_NO_ANSWER),
        (Outcome.HUNG_UP, ReasonCode.CONSENT_HUNG_UP),
        (Outcome.UNCLEAR, ReasonCode.CONSENT_UNCLEAR),
        (Outcome.WRONG_KEY, ReasonCode.CONSENT_UNCLEAR),
        (Outcome.WITHDRAWN, ReasonCode.WITHDRAWN),
    ],
)
def test_every_answer_but_yes_refuses_with_its_own_code(purpose: Purpose, outcome: Outcome, code: ReasonCode) -> None:
    record = judge(with_legs(facts(), answering(purpose, outcome)))

    assert not record.permits(purpose)
    assert code in refusals(record, purpose)


@BOTH
@pytest.mark.clause("nejix", "preamble", "By accessing or using the Services you agree")
@pytest.mark.clause("connekz", "preamble", "By using Connekz Assistant, Call Assistant")
@pytest.mark.clause("nejix", "11", "constitutes your acceptance of the updated policy")
@pytest.mark.contradiction(8)
def test_one_person_who_was_not_asked_refuses_for_all(policy: str) -> None:
    record = judge(with_legs(facts(), a_leg(), a_leg(label="callee", consents=())), policy)

    for purpose in Purpose:
        assert ReasonCode.CONSENT_MISSING in refusals(record, purpose)


def test_the_reason_names_the_leg_and_the_answer() -> None:
    refusing = replace(answering(Purpose.RECORD, Outcome.HUNG_UP), label="callee")
    decision = judge(with_legs(facts(), a_leg(), refusing)).permissions[0]

    assert [(r.clause.section, r.clause.key) for r in decision.reasons] == [("callee", "record: hung_up")]


def test_a_call_with_nobody_on_it_permits_nothing() -> None:
    record = judge(with_legs(facts()))

    assert all(ReasonCode.NO_LEG in refusals(record, purpose) for purpose in Purpose)


@pytest.mark.contradiction(8)
def test_a_leg_whose_law_was_not_met_permits_nothing() -> None:
    record = judge(with_legs(facts(), a_leg(is_satisfied=False)))

    assert all(ReasonCode.LEG_UNSATISFIED in refusals(record, purpose) for purpose in Purpose)


@BOTH
@pytest.mark.parametrize("switch", ["record", "transcribe", "store", "vendor_process", "train"])
@pytest.mark.clause("nejix", "1", "depending on your account configuration")
@pytest.mark.clause("connekz", "1", "(when you use the feature)")
def test_a_switch_that_is_off_refuses_its_own_purpose_only(switch: str, policy: str) -> None:
    record = judge(with_tenant(facts(), **{switch: False}), policy)

    off = {p.purpose.value for p in record.permissions if ReasonCode.TENANT_OFF in {r.code for r in p.reasons}}
    assert off == {switch}


@pytest.mark.parametrize("place", ["DE", "unknown", "IN", "TH"])
@pytest.mark.parametrize("method", [Method.IMPLIED, Method.SPEECH, Method.AGENT_API])
def test_where_the_law_asks_for_a_key_press_nothing_less_counts(place: str, method: Method) -> None:
    consents = tuple(yes(purpose, method=method) for purpose in Purpose)
    record = judge(with_legs(facts(), a_leg(place, consents=consents)))

    for purpose in Purpose:
        assert ReasonCode.CONSENT_NOT_AFFIRMATIVE in refusals(record, purpose)


@pytest.mark.parametrize("method", [Method.DTMF, Method.PRIOR_WRITTEN, Method.OPERATOR_ATTESTED])
def test_a_key_press_writing_or_an_operators_word_counts_as_affirmative(method: Method) -> None:
    consents = tuple(yes(purpose, method=method) for purpose in FOUR)
    record = judge(with_legs(facts(), a_leg("DE", consents=consents)))

    assert all(record.permits(purpose) for purpose in FOUR)


def test_going_on_after_an_announcement_is_enough_where_no_key_press_is_asked_for() -> None:
    consents = tuple(yes(purpose, method=Method.IMPLIED) for purpose in FOUR)
    record = judge(with_legs(facts(), a_leg("US-CA", consents=consents)))

    assert all(record.permits(purpose) for purpose in FOUR)


@BOTH
@pytest.mark.parametrize("method", [Method.IMPLIED, Method.OPERATOR_ATTESTED, Method.AGENT_API])
@pytest.mark.clause("nejix", "11", "constitutes your acceptance of the updated policy")
@pytest.mark.clause("connekz", "2", "Train and improve our AI models")
def test_training_is_never_implied_nor_attested(method: Method, policy: str) -> None:
    leg = a_leg("US-NY", consents=(*(yes(p) for p in FOUR), yes(Purpose.TRAIN, method=method)))
    record = judge(with_legs(facts(), leg), policy)

    assert ReasonCode.NO_TRAINING_CONSENT in refusals(record, Purpose.TRAIN)
    assert all(record.permits(purpose) for purpose in FOUR)


def test_a_spoken_yes_to_training_counts_only_without_a_place_that_asks_for_a_key() -> None:
    consents = (*(yes(p) for p in FOUR), yes(Purpose.TRAIN, method=Method.SPEECH))

    assert judge(with_legs(facts(), a_leg("US-NY", consents=consents))).permits(Purpose.TRAIN)
    assert not judge(with_legs(facts(), a_leg("DE", consents=consents))).permits(Purpose.TRAIN)


@pytest.mark.parametrize("changes", [{"script_sha256": None}, {"at": LONG_AFTER}])
def test_a_yes_to_unknown_words_or_after_the_recording_began_is_no_yes_to_training(changes: dict[str, object]) -> None:
    leg = a_leg(consents=(*(yes(p) for p in FOUR), yes(Purpose.TRAIN, **changes)))

    assert ReasonCode.NO_TRAINING_CONSENT in refusals(judge(with_legs(facts(), leg)), Purpose.TRAIN)


def test_a_yes_in_the_second_in_which_the_recorder_started_counts() -> None:
    whole_second = CAPTURED.replace(microsecond=0)
    leg = a_leg(consents=(*(yes(p) for p in FOUR), yes(Purpose.TRAIN, at=CAPTURED)))
    given = with_legs(facts(), leg)

    assert judge(replace(given, artifact=replace(given.artifact, captured_at=whole_second))).permits(Purpose.TRAIN)


def test_a_yes_and_a_no_for_the_same_purpose_is_a_no() -> None:
    both = a_leg(consents=(*(yes(p) for p in Purpose), yes(Purpose.RECORD, outcome=Outcome.DECLINED)))

    assert not judge(with_legs(facts(), both)).permits(Purpose.RECORD)


def test_a_sign_of_a_child_stops_work_on_the_words_at_once() -> None:
    signal = ChildSignal(sign=ChildSign.AGENT_FLAG, on=LONG_AFTER.date())
    record = judge(with_events(facts(), child_signals=(signal,)))

    assert not record.permits(Purpose.TRANSCRIBE)
    assert not record.permits(Purpose.VENDOR_PROCESS)
    assert ReasonCode.CHILD in refusals(record, Purpose.TRAIN)


@pytest.mark.parametrize("event", ["deletion_requested_on", "closed_on"])
def test_nothing_more_is_sent_anywhere_after_a_deletion_request_or_closure(event: str) -> None:
    record = judge(with_events(facts(), **{event: LONG_AFTER.date()}))

    assert refusals(record, Purpose.VENDOR_PROCESS) == {ReasonCode.ENDED}


def test_a_person_who_withdrew_is_sent_to_no_vendor_though_the_earlier_part_is_kept() -> None:
    consents = tuple(yes(p, outcome=Outcome.WITHDRAWN, was_granted=True) for p in Purpose)
    given = with_legs(facts(), a_leg(consents=consents))
    record = judge(replace(given, artifact=replace(given.artifact, is_before_withdrawal=True)))

    assert record.permits(Purpose.STORE)
    assert not record.permits(Purpose.VENDOR_PROCESS)
    assert not record.permits(Purpose.TRAIN)


@pytest.mark.parametrize("kind", list(ArtifactKind))
def test_evidence_may_exist_without_permission_and_nothing_else_may(kind: ArtifactKind) -> None:
    case = make_case(with_legs(facts(kind)), load_bundle("nejix"), load_matrix())

    assert is_storable(case, decide_permissions(case)) == (purposes_to_keep(kind) == ())


@pytest.mark.parametrize("purpose", FOUR)
@pytest.mark.contradiction(8)
def test_a_policy_that_forbids_one_purpose_refuses_that_one_only(purpose: Purpose) -> None:
    document = json.loads(load_bundle("nejix").model_dump_json())
    document[purpose.value]["allowed"] = False
    record = decide(facts(), Bundle.model_validate(document), load_matrix())

    forbidden = {p.purpose for p in record.permissions if ReasonCode.POLICY_FORBIDS in {r.code for r in p.reasons}}
    assert forbidden == {purpose}
