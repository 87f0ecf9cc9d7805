from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import TenantId
from pipeline.policies.facts import Facts
from pipeline.policies.tags import object_tags, training_tags
from tests.pipeline.policies.cases import CAPTURED, a_leg, facts, judge, with_events, with_legs

ACME = TenantId("acme")


def test_an_object_carries_the_ten_tags_of_its_decision() -> None:
    tags = object_tags(judge(facts(ArtifactKind.RECORDING_REDACTED), "nejix"), ACME)

    assert tags == {
        "tenant": "acme",
        "kind": "recording.redacted",
        "policy": "nejix:2026-11-21.1",
        "retain-until": (CAPTURED.date() + timedelta(days=90)).isoformat(),
        "training-eligible": "false",
        "training-scope": "none",
        "legal-hold": "false",
        "disposition": "retain",
        "region": "local",
        "replicate": "false",
    }


@pytest.mark.parametrize(
    ("given", "tag", "value"),
    [
        (facts(), "training-eligible", "true"),
        (facts(), "retain-until", "none"),
        (with_events(facts(), holds=("m1",)), "legal-hold", "true"),
        (with_events(facts(), holds=("m1",)), "training-eligible", "false"),
        (with_legs(facts(), a_leg(), instance="inst-7"), "training-scope", "own_instance:inst-7"),
        (with_legs(facts(), a_leg(), instance="i&#<7>"), "training-scope", "own_instance:i___7_"),
        (with_events(facts(), deletion_requested_on=CAPTURED.date()), "disposition", "due"),
    ],
)
def test_each_tag_says_what_the_record_says(given: Facts, tag: str, value: str) -> None:
    assert object_tags(judge(given), ACME)[tag] == value


def test_no_tag_is_longer_than_a_store_takes() -> None:
    given = with_legs(facts(), a_leg(), instance="x" * 900)

    assert max(len(v) for v in object_tags(judge(given), ACME).values()) == 256


@pytest.mark.parametrize(
    "given", [facts(), with_legs(facts(), a_leg(), instance="i&#<7>"), facts(ArtifactKind.SUMMARY)]
)
def test_what_a_record_says_of_training_is_written_alone_as_it_is_among_the_ten(given: Facts) -> None:
    training, whole = judge(given).training, object_tags(judge(given), ACME)
    alone = training_tags(eligible=training.eligible, scope=training.scope, scope_id=training.scope_id)

    assert alone == {name: whole[name] for name in ("training-eligible", "training-scope")}
