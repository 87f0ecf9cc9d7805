from __future__ import annotations

import pytest

from pipeline.policies.clause_list import anchor_of, list_clauses
from pipeline.policies.loader import list_policies, load_bundle
from tests.pipeline.policies.cases import facts, judge


@pytest.mark.parametrize("policy", list_policies())
def test_every_clause_that_a_decision_quotes_of_a_policy_stands_in_its_list_once(policy):
    listed = list_clauses(load_bundle(policy))
    anchors = [clause.anchor for clause in listed]
    assert len(set(anchors)) == len(anchors) > 20
    record = judge(facts(), policy)
    quoted = [p.clause for p in record.permissions] + [p.clause for p in record.processors]
    quoted += [record.retention.clause, record.training.clause, record.download.clause, record.region.clause]
    quoted += [reason.clause for p in record.processors for reason in p.reasons]
    mine = {anchor_of(one.section, one.key) for one in quoted if one.document == policy}
    assert mine
    assert mine <= set(anchors)


def test_a_rule_tells_what_it_sets_and_whose_choice_it_is():
    (effective,) = (c for c in list_clauses(load_bundle("nejix")) if c.key == 'revise the "Effective date" at the top')
    rules = {rule.path: rule for rule in effective.rules}
    assert rules["effective"].values == (("day", "2026-11-21"),)
    assert rules["effective"].is_own_choice
    assert "handed to us" in rules["effective"].reason
