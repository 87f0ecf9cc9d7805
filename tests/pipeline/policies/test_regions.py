from __future__ import annotations

import pytest

from pipeline.model.decision_terms import ReasonCode
from pipeline.policies.case import make_case
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.policies.regions import broken_rules, family
from tests.pipeline.policies.cases import a_leg, facts, judge, with_legs


@pytest.mark.parametrize(
    ("place", "replicate"),
    [("NZ", True), ("US-CA", True), ("CA-ON", True), ("DE", False), ("LI", False), ("GB", False), ("CA-QC", False),
     ("unknown", False), ("TH", False)],
)  # fmt: skip
@pytest.mark.clause("connekz", "6", "multi-region replication (including outside New Zealand)")
def test_connekz_copies_to_other_regions_only_calls_that_may_go_there(place: str, replicate: bool) -> None:
    region = judge(with_legs(facts(), a_leg(place))).region

    assert region.replicate == replicate
    assert [r.code for r in region.reasons] == ([] if replicate else [ReasonCode.REGION])


@pytest.mark.clause("connekz", "6", "multi-region replication (including outside New Zealand)")
def test_one_excluded_person_keeps_the_whole_call_in_its_region() -> None:
    assert not judge(with_legs(facts(), a_leg("NZ"), a_leg("FR"))).region.replicate


@pytest.mark.clause("connekz", "6", "multi-region replication (including outside New Zealand)")
def test_a_tenant_established_in_the_eu_keeps_its_calls_there() -> None:
    assert not judge(with_legs(facts(), a_leg("NZ"), added_places=("IE",))).region.replicate


def test_nejix_promises_no_copies_so_none_are_made() -> None:
    assert [r.code for r in judge(facts(), "nejix").region.reasons] == [ReasonCode.POLICY_FORBIDS]


def test_a_region_that_is_not_named_is_outside_of_every_rule_that_applies() -> None:
    case = make_case(with_legs(facts(), a_leg("DE")), load_bundle("connekz"), load_matrix())

    assert len(list(broken_rules(case, None, purpose="speech_to_text"))) == 1
    assert list(broken_rules(case, "local", purpose="speech_to_text")) == []
    assert list(broken_rules(case, None, purpose="telephony")) == []


@pytest.mark.parametrize(("region", "expected"), [("eu-central-1", "eu"), ("US-east-1", "us"), ("local", "local")])
def test_a_region_belongs_to_a_family(region: str, expected: str) -> None:
    assert family(region) == expected
