"""Every promise of a policy has a test that fails when it is not kept, or stands on a list with what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from pipeline.policies.loader import list_policies, load_bundle
from tests.journeys.acceptance import ACCEPTANCE
from tests.journeys.clauses import HELD_BY_TESTS, PAGE, collect, numbered, page, wanted
from tests.journeys.contradictions import CONTRADICTIONS

NOT_YET: Final[Mapping[tuple[str, str, str], str]] = {}
"""Clauses without a test, and what they wait for."""

CONTRADICTIONS_NOT_YET: Final[Mapping[int, str]] = {}
ACCEPTANCE_NOT_YET: Final[Mapping[int, str]] = {}


def _wanted() -> set[tuple[str, str, str]]:
    return {(policy, *clause) for policy in list_policies() for clause in wanted(load_bundle(policy))}


def _held() -> set[tuple[str, str, str]]:
    return {(p.policy, p.section, p.key) for p in collect()}


def test_every_mark_names_a_clause_that_its_policy_cites() -> None:
    cited = {
        (policy, duty.clause.section, duty.clause.key)
        for policy in list_policies()
        for duty in load_bundle(policy).duties
    }
    assert sorted(_held() - cited) == []


def test_every_clause_that_asks_for_something_has_a_test_or_says_why_not() -> None:
    assert sorted(_wanted() - _held()) == sorted(NOT_YET)
    assert [clause for clause, why in NOT_YET.items() if len(why) < 20] == []


@pytest.mark.parametrize(
    ("name", "sentences", "not_yet"),
    [
        ("contradiction", CONTRADICTIONS, CONTRADICTIONS_NOT_YET),
        ("acceptance", ACCEPTANCE, ACCEPTANCE_NOT_YET),
    ],
)
def test_every_number_has_a_test_or_says_why_not(
    name: str, sentences: Mapping[int, str], not_yet: Mapping[int, str]
) -> None:
    held = set(numbered(name))

    assert sorted(sentences) == list(range(1, len(sentences) + 1))
    assert sorted(held - set(sentences)) == []
    assert sorted(set(sentences) - held) == sorted(not_yet)
    assert [number for number, why in not_yet.items() if len(why) < 20] == []


def test_what_people_keep_and_what_asks_for_nothing_is_the_rest() -> None:
    kept = {duty.kept_by for policy in list_policies() for duty in load_bundle(policy).duties}
    assert kept - set(HELD_BY_TESTS) <= {"people", "none"}


def test_the_page_is_what_the_marks_say() -> None:
    """Write it anew with `python -m tests.journeys.clauses`."""
    assert PAGE.read_text(encoding="utf-8") == page()
