"""Which test holds which promise of a policy: collected from the marks of the tests, written to `clauses.md`.

    python -m tests.journeys.clauses

A mark is `@pytest.mark.clause(policy, section, key)` with the words that the policy file cites.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.policies.bundle import Bundle
from pipeline.policies.loader import list_policies, load_bundle

TESTS = Path(__file__).parents[1]
PAGE = Path(__file__).with_name("clauses.md")
HELD_BY_TESTS = ("gate", "job", "config", "record")
"""What is kept by people, or asks for nothing, has no test."""


@dataclass(frozen=True, slots=True, order=True)
class Promise:
    """One clause, and the test that holds it."""

    policy: str
    section: str
    key: str
    test: str


def collect() -> list[Promise]:
    """Find every mark under the tests."""
    return sorted(promise for path in sorted(TESTS.rglob("test_*.py")) for promise in _marks(path))


def wanted(bundle: Bundle) -> dict[tuple[str, str], str]:
    """List the clauses that a test must hold, with what each demands, in the order of the policy."""
    return {(d.clause.section, d.clause.key): d.demand for d in bundle.duties if d.kept_by in HELD_BY_TESTS}


def page(promises: list[Promise]) -> str:
    """Write the page: each clause that must be held with its tests, then the other clauses that tests name."""
    lines = [
        "# Clauses and the tests that hold them",
        "",
        "Written by `python -m tests.journeys.clauses`; do not edit.",
    ]
    for policy in list_policies():
        bundle = load_bundle(policy)
        own = [p for p in promises if p.policy == policy]
        lines += ["", f"## {bundle.document.title}", "", "| § | words | demands | tests |", "|---|---|---|---|"]
        demands = wanted(bundle)
        named = {(p.section, p.key): demands.get((p.section, p.key), "") for p in own}
        for (section, key), demand in {**demands, **named}.items():
            tests = "<br>".join(f"`{p.test}`" for p in own if (p.section, p.key) == (section, key))
            lines.append(f"| {section} | {key} | {demand} | {tests} |")
    return "\n".join(lines) + "\n"


def _marks(path: Path) -> Iterator[Promise]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.clause":
                    policy, section, key = (ast.literal_eval(argument) for argument in mark.args)
                    yield Promise(policy, section, key, f"{path.relative_to(TESTS.parent)}::{node.name}")


if __name__ == "__main__":
    PAGE.write_text(page(collect()), encoding="utf-8")
