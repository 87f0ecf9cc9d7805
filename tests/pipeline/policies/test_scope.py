from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.decision import TrainingScope
from pipeline.policies.case import make_case
from pipeline.policies.facts import Facts, LaterPolicy
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.policies.scope import narrowest, widest_scope
from tests.pipeline.policies.cases import AGREED, LONG_AFTER, a_leg, facts, judge, with_legs, with_tenant

TODAY = LONG_AFTER.date()


def scope(given: Facts, policy: str = "connekz") -> tuple[TrainingScope, str | None, bool]:
    widest = widest_scope(make_case(given, load_bundle(policy), load_matrix()))
    return widest.scope, widest.scope_id, widest.is_tightened


def later(notified: date, effective: date, allowed: TrainingScope) -> LaterPolicy:
    return LaterPolicy(version="9", notified_on=notified, effective_on=effective, training_scope=allowed)


@pytest.mark.clause("connekz", "2", "memories, and API prompts/outputs to train")
@pytest.mark.clause("connekz", "2", "used for your own Connekz instance")
@pytest.mark.clause("connekz", "2", "used to train other connekz models")
@pytest.mark.contradiction(7)
def test_a_call_through_a_developer_instance_trains_that_instance_alone() -> None:
    given = with_legs(facts(), a_leg(), instance="inst-7")

    assert scope(given) == (TrainingScope.OWN_INSTANCE, "inst-7", False)
    assert judge(given).training.eligible


@pytest.mark.clause("connekz", "2", "used for your own Connekz instance")
@pytest.mark.clause("connekz", "2", "used to train other connekz models")
@pytest.mark.acceptance(14)
def test_what_came_of_two_instances_trains_neither() -> None:
    other = replace(AGREED, scope=TrainingScope.OWN_INSTANCE, scope_id="inst-8")

    assert scope(replace(with_legs(facts(), a_leg(), instance="inst-7"), parents=(other,)))[0] is TrainingScope.NONE


@pytest.mark.clause("connekz", "2", "used to train other connekz models")
@pytest.mark.acceptance(14)
def test_a_copy_of_something_limited_to_an_instance_cannot_reach_the_base_model() -> None:
    limited = replace(AGREED, scope=TrainingScope.OWN_INSTANCE, scope_id="inst-7")
    record = judge(facts(parents=(limited,)))

    assert not record.training.eligible
    assert record.training.scope is TrainingScope.NONE


@pytest.mark.clause("nejix", "2", "operating the features you have enabled")
def test_a_nejix_instance_gets_nothing_from_the_feature_exception() -> None:
    given = with_legs(with_tenant(facts(), feature="f"), a_leg(), instance="inst-7")

    assert scope(given, "nejix")[0] is TrainingScope.NONE


def test_a_feature_means_nothing_where_the_policy_has_no_exception() -> None:
    assert scope(with_tenant(facts(), feature="f")) == (TrainingScope.VENDOR_MODELS, None, False)


@pytest.mark.parametrize(
    ("notified", "allowed"),
    [(TODAY, False), (TODAY - timedelta(days=1), False), (TODAY + timedelta(days=1), True)],
)
@pytest.mark.acceptance(13)
def test_a_tightening_stops_exports_from_its_notice(notified: date, allowed: bool) -> None:
    tightening = later(notified, notified + timedelta(days=14), TrainingScope.NONE)

    assert judge(facts(later_policies=(tightening,))).training.eligible == allowed


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
@pytest.mark.acceptance(13)
def test_a_loosening_never_reaches_back() -> None:
    loosening = later(date(2027, 3, 2), date(2027, 3, 16), TrainingScope.VENDOR_MODELS)

    assert scope(facts(later_policies=(loosening,)), "nejix")[0] is TrainingScope.NONE


def test_a_tightening_to_the_own_instance_leaves_a_call_without_one_nothing() -> None:
    tightening = later(TODAY, TODAY, TrainingScope.OWN_INSTANCE)

    assert scope(facts(later_policies=(tightening,))) == (TrainingScope.NONE, None, True)


def test_the_narrowest_of_scopes_allows_least() -> None:
    assert narrowest(*TrainingScope) is TrainingScope.NONE
    assert narrowest(TrainingScope.VENDOR_MODELS, TrainingScope.OWN_INSTANCE) is TrainingScope.OWN_INSTANCE


def test_an_original_has_the_scope_its_copies_may_have_at_most() -> None:
    assert judge(facts(ArtifactKind.RECORDING_ORIGINAL)).training.scope is TrainingScope.VENDOR_MODELS
