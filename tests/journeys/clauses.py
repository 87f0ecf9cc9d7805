"""Which test holds which promise of a policy: collected from the marks of the tests, written to `clauses.md`.

    python -m tests.journeys.clauses

A mark is `@pytest.mark.clause(policy, section, key)` with the words that the policy file cites. Two further tables are
made in the same way: `contradictions` and `acceptance`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.policies.bundle import Bundle
from pipeline.policies.loader import list_policies, load_bundle
from tests.journeys.acceptance import ACCEPTANCE
from tests.journeys.contradictions import CONTRADICTIONS
from tests.journeys.marks import find_marks

PAGE = Path(__file__).with_name("clauses.md")
HELD_BY_TESTS = ("gate", "job", "config", "record")
"""What is kept by people, or asks for nothing, needs no test."""


@dataclass(frozen=True, slots=True, order=True)
class Promise:
    """One clause, and the test that holds it."""

    policy: str
    section: str
    key: str
    test: str


def collect() -> list[Promise]:
    """Find every mark under the tests."""
    return sorted(
        Promise(str(policy), str(section), str(key), test) for (policy, section, key), test in find_marks("clause")
    )


def numbered(name: str) -> dict[int, list[str]]:
    """Find the tests marked with a number, by that number."""
    found: dict[int, list[str]] = {}
    for (number,), test in find_marks(name):
        found.setdefault(int(str(number)), []).append(test)
    return {number: sorted(tests) for number, tests in found.items()}


def wanted(bundle: Bundle) -> dict[tuple[str, str], str]:
    """List the clauses that a test must hold, with what each demands, in the order of the policy."""
    return {(d.clause.section, d.clause.key): d.demand for d in bundle.duties if d.kept_by in HELD_BY_TESTS}


def page() -> str:
    """Write the page: the clauses of each policy, then the contradictions, then what must be seen to work."""
    lines = [
        "# Clauses and the tests that hold them",
        "",
        "Written by `python -m tests.journeys.clauses`; do not edit.",
    ]
    promises = collect()
    for policy in list_policies():
        lines += _clauses(load_bundle(policy), [p for p in promises if p.policy == policy])
    lines += _numbers("Contradictions, and how each is resolved", CONTRADICTIONS, numbered("contradiction"))
    lines += _numbers("What must be seen to work", ACCEPTANCE, numbered("acceptance"))
    return "\n".join(lines) + "\n"


def _clauses(bundle: Bundle, own: list[Promise]) -> list[str]:
    """Write a table: each clause that must be held with its tests, then the other clauses that tests name."""
    demands = wanted(bundle)
    others = {(d.clause.section, d.clause.key): d.demand for d in bundle.duties}
    named = {(p.section, p.key): others.get((p.section, p.key), "") for p in own}
    rows = []
    for (section, key), demand in {**demands, **named}.items():
        rows.append((section, key, demand, [p.test for p in own if (p.section, p.key) == (section, key)]))
    return ["", f"## {bundle.document.title}", "", "| § | words | demands | tests |", "|---|---|---|---|"] + [
        f"| {section} | {key} | {demand} | {_listed(tests)} |" for section, key, demand, tests in rows
    ]


def _numbers(title: str, sentences: Mapping[int, str], tests: Mapping[int, list[str]]) -> list[str]:
    rows = [f"| {number} | {said} | {_listed(tests.get(number, []))} |" for number, said in sentences.items()]
    return ["", f"## {title}", "", "| | what holds | tests |", "|---|---|---|", *rows]


def _listed(tests: list[str]) -> str:
    return "<br>".join(f"`{test}`" for test in tests)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
