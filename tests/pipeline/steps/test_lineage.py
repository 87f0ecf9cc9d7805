from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pytest

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.decision import TrainingScope
from pipeline.model.decision_terms import ReasonCode
from pipeline.model.ids import ArtifactId, TenantId
from pipeline.policies.decide import parent_terms
from pipeline.steps.lineage import parents_first, terms_of_parents, with_descendants
from tests.pipeline.policies.cases import facts, judge, with_artifact


def made(name: str, *parents: str) -> Artifact:
    return Artifact(
        id=ArtifactId(name),
        tenant=TenantId("acme"),
        recording=None,
        call=None,
        kind=ArtifactKind.TRANSCRIPT_REDACTED,
        name=name,
        object_key=name,
        sealed_sha256="0" * 64,
        size_bytes=1,
        parents=tuple(map(ArtifactId, parents)),
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


LINE = (made("a"), made("b", "a"), made("c", "b", "a"), made("d"))


@pytest.mark.parametrize("given", list(permutations(LINE)), ids=lambda g: "".join(a.id for a in g))
def test_parents_come_first_whatever_the_order_they_are_given_in(given):
    order = [a.id for a in parents_first(given)]
    assert order.index("a") < order.index("b") < order.index("c")
    assert sorted(order) == ["a", "b", "c", "d"]


def test_a_parent_that_is_not_there_is_not_waited_for_and_a_circle_ends():
    assert [a.id for a in parents_first([made("b", "gone")])] == ["b"]
    assert {a.id for a in parents_first([made("a", "b"), made("b", "a")])} == {"a", "b"}


@pytest.mark.parametrize(("chosen", "found"), [("a", "abc"), ("b", "bc"), ("c", "c"), ("d", "d"), ("", "")])
def test_what_was_made_from_the_chosen_comes_along(chosen, found):
    assert [a.id for a in with_descendants(LINE, [ArtifactId(c) for c in chosen])] == list(found)


def test_terms_are_those_just_decided_and_where_nothing_was_nothing_is_allowed(database, tenant):
    record = judge(with_artifact(facts(), id="a"))
    with database.transaction(tenant.id) as tx:
        just, never = terms_of_parents(tx, made("x", "a", "never"), {ArtifactId("a"): record})
    assert just == parent_terms(record)
    assert (never.scope, never.training_failed) == (TrainingScope.NONE, (ReasonCode.NOT_STORABLE,))
