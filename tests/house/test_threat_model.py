"""Each threat of `infra/threat-model.md` is held by tests that exist, and no boundary leaves a letter out."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.house.tree import ROOT

TEXT = (ROOT / "infra/threat-model.md").read_text(encoding="utf-8")
BOUNDARIES = dict(part.split("\n", 1) for part in TEXT.split("\n## ")[1:])
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))
WANTED = (
    *("Twilio", "console", "API", "outgoing webhooks", "Vendors", "database", "object store", "Keys", "hostile media"),
    *("supply chain", "command line", "Pages for callers", "Sign-in by a provider"),
)


@cache
def names_in(path: str) -> frozenset[str]:
    if not (ROOT / path).is_file():
        return frozenset()
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def rows(boundary: str) -> list[list[str]]:
    lines = [line for line in BOUNDARIES[boundary].splitlines() if re.match(r"\| [A-Z] \|", line)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@pytest.mark.parametrize("word", WANTED)
def test_every_boundary_is_there(word: str) -> None:
    assert [name for name in BOUNDARIES if word in name] != []


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_boundary_has_all_six_letters_and_each_threat_a_test_or_the_reason_why_not(boundary: str) -> None:
    found = rows(boundary)

    assert sorted({row[0] for row in found}) == sorted("STRIDE")
    assert [row for row in found if len(row) != 3 or not ("`tests/" in row[2] or row[2].startswith("not: "))] == []


def test_every_test_that_is_named_exists() -> None:
    assert [f"{path}::{name}" for path, name in NAMED if name not in names_in(path)] == []


def test_every_name_was_read() -> None:
    assert len(NAMED) == len(set(re.findall(r"`(tests/\S+::\S+)`", TEXT))) > 80
