"""Every promise of a policy has a test that fails when it is not kept, or stands on a list with what it waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from pipeline.policies.loader import list_policies, load_bundle
from tests.journeys.acceptance import ACCEPTANCE
from tests.journeys.clauses import HELD_BY_TESTS, PAGE, collect, numbered, page, wanted
from tests.journeys.contradictions import CONTRADICTIONS
from tests.journeys.marks import TESTS, find_marks

NOT_YET: Final[Mapping[tuple[str, str, str], str]] = {
    ("connekz", "preamble", "New Zealand’s Privacy Act 2020"): (
        "only a leg that may be in New Zealand is under its rules, and only its own script names recipients and rights"
    ),
    ("connekz", "5", "Delete individual chats or all AI Assistant data"): (
        "no page offers to delete chats, so none can be taken for deleting calls; it comes with the console"
    ),
}
"""Clauses without a test, and what they wait for."""

CONTRADICTIONS_NOT_YET: Final[Mapping[int, str]] = {}
ACCEPTANCE_NOT_YET: Final[Mapping[int, str]] = {}


def _wanted() -> set[tuple[str, str, str]]:
    return {(policy, *clause) for policy in list_policies() for clause in wanted(load_bundle(policy))}


def _held() -> set[tuple[str, str, str]]:
    return {(p.policy, p.section, p.key) for p in collect()}


def _cited(document: Any) -> Iterator[tuple[str, str]]:
    """Give every clause that a policy file names, with any of its rules."""
    if isinstance(document, Mapping):
        if "clause" in document:
            yield document["clause"]["section"], document["clause"]["key"]
        document = list(document.values())
    if isinstance(document, list):
        for inner in document:
            yield from _cited(inner)


def test_every_mark_names_a_clause_that_its_policy_cites() -> None:
    documents = {policy: load_bundle(policy).model_dump(mode="json") for policy in list_policies()}
    cited = {(policy, *clause) for policy, document in documents.items() for clause in _cited(document)}

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
    assert kept - set(HELD_BY_TESTS) == {"people", "none"}


def test_the_page_is_what_the_marks_say() -> None:
    """Write it anew with `python -m tests.journeys.clauses`."""
    assert PAGE.read_text(encoding="utf-8") == page()


MARK = '@pytest.mark.clause("nejix", "4", "words")\n'


def test_a_mark_is_found_on_the_test_it_stands_on(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text(f"{MARK}def test_one():\n    pass\n")
    assert list(find_marks("clause", under=tmp_path)) == [
        (("nejix", "4", "words"), f"{tmp_path.name}/test_x.py::test_one")
    ]
    assert list(find_marks("acceptance", under=tmp_path)) == []
    assert TESTS.name == "tests"


@pytest.mark.parametrize(
    "source", [f"{MARK}def helper():\n    pass\n", f"{MARK}class TestMore:\n    pass\n", f"pytestmark = {MARK[1:]}"]
)
def test_a_mark_that_nobody_would_see_is_an_error(tmp_path: Path, source: str) -> None:
    (tmp_path / "test_x.py").write_text(source)
    with pytest.raises(ValueError, match="stands on something that is no test"):
        list(find_marks("clause", under=tmp_path))
