"""Finds the marks of one name on all tests, by reading them; no test is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]


def find_marks(name: str, *, under: Path = TESTS) -> Iterator[tuple[tuple[object, ...], str]]:
    """Give the arguments of each `@pytest.mark.<name>(...)` with the test it stands on, file by file.

    Raises:
        ValueError: such a mark stands where it would be overlooked, that is on anything but a test itself.
    """
    for path in sorted(under.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if f"pytest.mark.{name}" in source:
            yield from _marks(ast.parse(source), f"pytest.mark.{name}", str(path.relative_to(under.parent)))


def _marks(tree: ast.Module, wanted: str, shown: str) -> Iterator[tuple[tuple[object, ...], str]]:
    tests = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]
    seen = 0
    for test in tests:
        for mark in test.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == wanted:
                seen += 1
                yield tuple(ast.literal_eval(argument) for argument in mark.args), f"{shown}::{test.name}"
    if seen != sum(isinstance(node, ast.Attribute) and ast.unparse(node) == wanted for node in ast.walk(tree)):
        raise ValueError(f"{shown}: a {wanted} stands on something that is no test")
