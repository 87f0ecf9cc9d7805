from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.decision import TrainingScope
from pipeline.model.decision_terms import ReasonCode
from pipeline.policies.facts import (
    ChildSign,
    ChildSignal,
    Facts,
    LaterPolicy,
    ProcessorUse,
    RedactionStatus,
    Residue,
)
from tests.pipeline.policies.cases import (
    AGREED,
    CAPTURED,
    LONG_AFTER,
    a_leg,
    answering,
    codes,
    facts,
    judge,
    with_artifact,
    with_events,
    with_legs,
    with_tenant,
)

GOOD_USE = ProcessorUse(name="deepgram", purpose="speech_to_text", region="us", is_training_off=True)
TIGHTENED = LaterPolicy(
    version="9",
    notified_on=LONG_AFTER.date(),
    effective_on=date(2030, 1, 1),
    training_scope=TrainingScope.NONE,
)


def table() -> list[tuple[str, Facts, set[ReasonCode]]]:
    """One thing wrong at a time, and everything it must be refused for."""
    ok = facts()
    child = ChildSignal(sign=ChildSign.STATED_AGE, age=17, on=LONG_AFTER.date())
    return [
        ("declined", with_legs(ok, answering(Purpose.TRAIN, Outcome.DECLINED)),
         {ReasonCode.CONSENT_DECLINED, ReasonCode.NO_TRAINING_CONSENT}),
        ("silent", with_legs(ok, answering(Purpose.TRAIN, Outcome.NO_ANSWER)),
         {ReasonCode.CONSENT_NO_ANSWER, ReasonCode.NO_TRAINING_CONSENT}),
        ("withdrawn", with_legs(ok, answering(Purpose.TRAIN, Outcome.WITHDRAWN, was_granted=True)),
         {ReasonCode.WITHDRAWN, ReasonCode.NO_TRAINING_CONSENT}),
        ("one of two people", with_legs(ok, a_leg(), answering(Purpose.TRAIN, Outcome.UNCLEAR)),
         {ReasonCode.CONSENT_UNCLEAR, ReasonCode.NO_TRAINING_CONSENT}),
        ("unproved leg", with_legs(ok, a_leg(is_satisfied=False)),
         {ReasonCode.LEG_UNSATISFIED, ReasonCode.NOT_STORABLE}),
        ("redaction not run", with_artifact(ok, redaction=RedactionStatus.NOT_RUN), {ReasonCode.REDACTION}),
        ("redaction failed", with_artifact(ok, redaction=RedactionStatus.FAILED), {ReasonCode.REDACTION}),
        ("old redactor", with_artifact(ok, redaction_version=0), {ReasonCode.REDACTION}),
        ("unknown language", with_artifact(ok, is_language_supported=False), {ReasonCode.REDACTION}),
        ("card left", with_artifact(ok, residue=(Residue.CARD_NUMBER,)), {ReasonCode.SENSITIVE}),
        ("health left", with_artifact(ok, residue=(Residue.SPECIAL_CATEGORY,)), {ReasonCode.SENSITIVE}),
        ("bystander", with_artifact(ok, residue=(Residue.BYSTANDER,)), {ReasonCode.SPEAKERS}),
        ("channels unknown", with_artifact(ok, is_speaker_map_known=False), {ReasonCode.SPEAKERS}),
        ("others heard", with_artifact(ok, has_only_consented_speakers=False), {ReasonCode.SPEAKERS}),
        ("child", with_events(ok, child_signals=(child,)), {ReasonCode.CHILD}),
        ("hold", with_events(ok, holds=("m1",)), {ReasonCode.RIGHTS_PENDING}),
        ("request", with_events(ok, is_request_open=True), {ReasonCode.RIGHTS_PENDING}),
        ("objection", with_events(ok, has_objection=True), {ReasonCode.RIGHTS_PENDING}),
        ("deletion", with_events(ok, deletion_requested_on=LONG_AFTER.date()), {ReasonCode.ENDED}),
        ("closure", with_events(ok, closed_on=LONG_AFTER.date()), {ReasonCode.ENDED}),
        ("too early", replace(ok, as_of=CAPTURED + timedelta(days=29)), {ReasonCode.COOL_OFF}),
        ("vendor trains", with_artifact(ok, processors=(replace(GOOD_USE, is_training_off=False),)),
         {ReasonCode.PROCESSOR_TAINT}),
        ("unlisted vendor", with_artifact(ok, processors=(replace(GOOD_USE, name="whoever"),)),
         {ReasonCode.PROCESSOR_TAINT}),
        ("other purpose", with_artifact(ok, processors=(replace(GOOD_USE, purpose="inference"),)),
         {ReasonCode.PROCESSOR_TAINT}),
        ("other region", with_artifact(ok, processors=(replace(GOOD_USE, region="cn-north-1"),)),
         {ReasonCode.PROCESSOR_TAINT}),
        ("EU words in the US", with_artifact(with_legs(ok, a_leg("DE")), region="us-east-1"), {ReasonCode.REGION}),
        ("tenant stop", with_tenant(ok, is_training_stopped=True), {ReasonCode.TENANT_OFF}),
        ("tenant off", with_tenant(ok, train=False), {ReasonCode.TENANT_OFF}),
        ("not kept", with_tenant(ok, store=False), {ReasonCode.NOT_STORABLE}),
        ("no parents", replace(ok, parents=()), {ReasonCode.NO_LINEAGE}),
        ("parent", replace(ok, parents=(AGREED, replace(AGREED, training_failed=(ReasonCode.SPEAKERS,)))),
         {ReasonCode.SPEAKERS}),
        ("tightening announced", replace(ok, later_policies=(TIGHTENED,)),
         {ReasonCode.POLICY_SCOPE, ReasonCode.POLICY_TIGHTENED}),
        ("before the policy", with_artifact(ok, captured_at=datetime(2026, 2, 9, tzinfo=UTC)),
         {ReasonCode.POLICY_NOT_IN_FORCE, ReasonCode.NO_TRAINING_CONSENT, ReasonCode.CONSENT_UNCLEAR}),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "expected"), table(), ids=[row[0] for row in table()])
@pytest.mark.clause("connekz", "2", "Train and improve our AI models")
@pytest.mark.clause("connekz", "2", "strongly recommend you do not include sensitive")
@pytest.mark.contradiction(11)
@pytest.mark.contradiction(15)
def test_each_thing_that_is_wrong_is_refused_for_exactly_that(
    name: str, given: Facts, expected: set[ReasonCode]
) -> None:
    record = judge(given)

    assert codes(record) == expected
    assert not record.training.eligible


def test_everything_that_stands_against_training_is_kept_and_not_only_the_first() -> None:
    given = with_artifact(
        with_tenant(facts(), train=False), redaction=RedactionStatus.FAILED, is_speaker_map_known=False
    )

    assert codes(judge(given)) == {ReasonCode.TENANT_OFF, ReasonCode.REDACTION, ReasonCode.SPEAKERS}


@pytest.mark.parametrize(
    "kind",
    [
        ArtifactKind.CONSENT_RECEIPT,
        ArtifactKind.CALL_METADATA,
        ArtifactKind.REDACTION_MANIFEST,
        ArtifactKind.EXPORT,
        ArtifactKind.DATASET_MANIFEST,
    ],
)
def test_some_kinds_are_never_training_material(kind: ArtifactKind) -> None:
    assert codes(judge(facts(kind))) == {ReasonCode.NOT_TRAINING_MATERIAL}


@pytest.mark.parametrize("kind", [ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.TRANSCRIPT_ORIGINAL])
def test_an_original_is_not_redacted_whatever_the_facts_say(kind: ArtifactKind) -> None:
    assert codes(judge(facts(kind))) == {ReasonCode.REDACTION}


def test_a_vendor_that_is_listed_and_does_not_train_taints_nothing() -> None:
    assert judge(with_artifact(facts(), processors=(GOOD_USE,))).training.eligible


def test_what_a_parent_was_refused_for_its_redaction_is_judged_anew_on_the_copy() -> None:
    parent = replace(AGREED, training_failed=(ReasonCode.REDACTION, ReasonCode.SENSITIVE))

    assert judge(facts(parents=(parent,))).training.eligible


def test_the_day_the_waiting_time_ends_is_named() -> None:
    early = judge(replace(facts(), as_of=CAPTURED))

    assert early.training.eligible_on == CAPTURED.date() + timedelta(days=30)
    assert judge(facts(), "nejix").training.eligible_on is None


def test_words_of_people_in_the_eu_may_be_trained_on_where_they_live() -> None:
    assert judge(with_artifact(with_legs(facts(), a_leg("DE")), region="eu-central-1")).training.eligible


def test_a_recorded_basis_for_transfer_lifts_the_region_and_nothing_else() -> None:
    abroad = with_artifact(with_legs(facts(), a_leg("DE")), region="us-east-1")

    assert judge(with_events(abroad, has_transfer_basis=True)).training.eligible


@pytest.mark.clause("nejix", "2", "operating the features you have enabled")
def test_a_nejix_feature_lets_its_tenant_alone_learn() -> None:
    training = judge(with_tenant(facts(), feature="call-summaries"), "nejix").training

    assert training.eligible
    assert (training.scope, training.scope_id) == (TrainingScope.TENANT_FEATURE, "call-summaries")


@pytest.mark.clause("nejix", "2", "operating the features you have enabled")
def test_a_nejix_feature_still_needs_the_persons_own_yes() -> None:
    given = with_legs(with_tenant(facts(), feature="f"), answering(Purpose.TRAIN, Outcome.NO_ANSWER))

    assert ReasonCode.NO_TRAINING_CONSENT in codes(judge(given, "nejix"))


def test_a_call_on_the_day_the_policy_took_effect_is_under_it() -> None:
    first = datetime(2026, 2, 10, tzinfo=UTC)
    given = with_artifact(facts(), captured_at=first)

    assert ReasonCode.POLICY_NOT_IN_FORCE not in codes(judge(given))


def test_who_withdrew_the_recording_is_never_trained_on_though_training_was_agreed_to() -> None:
    given = with_legs(facts(), answering(Purpose.RECORD, Outcome.WITHDRAWN, was_granted=True))
    record = judge(with_artifact(given, is_before_withdrawal=True))

    assert record.permits(Purpose.TRAIN)
    assert codes(record) == {ReasonCode.WITHDRAWN}
