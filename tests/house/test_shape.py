from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.tree import ROOT, is_only_a_docstring, parse, sources

LONGEST_FILE = 300
LONGEST_FUNCTION = 45

HELD_ELSEWHERE = {
    "pipeline/ports": "protocols have no behaviour: the contract suites and tests/house/test_ports.py hold them",
    "pipeline/store/tables.py": "tests/pipeline/store/test_session.py compares it with the migrated database",
    "pipeline/store/migrations": "every test of the store runs on a migrated database",
    "pipeline/cli/__main__.py": "tests/pipeline/cli/test_bad_input.py runs it as a process",
    "pipeline/cli/demo.py": "hands over to samples/demo.py; tests/pipeline/cli/test_cli.py names what it adds",
    "pipeline/cli/worker.py": "two lines over pipeline/worker.py, which has its own test",
    "samples/demo.py": "tests/journeys runs it",
    "samples/demo_report.py": "tests/journeys runs it",
    "samples/demo_tenants.py": "tests/journeys runs it",
}


@pytest.mark.parametrize("path", sources(), ids=str)
def test_no_source_file_and_no_function_passes_the_wall(path: Path) -> None:
    functions = [n for n in ast.walk(parse(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    too_long = [f.name for f in functions if (f.end_lineno or f.lineno) - f.lineno >= LONGEST_FUNCTION]
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert too_long == []


def test_every_source_file_has_its_test_file() -> None:
    untested = [str(path) for path in sources() if not _is_held_elsewhere(path) and not _has_test(path)]
    assert untested == []


def test_every_exception_is_still_needed() -> None:
    assert [name for name in HELD_ELSEWHERE if not (ROOT / name).exists()] == []


def test_no_file_is_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "service", "services", "base"}
    assert [str(path) for path in sources() if drawers & {path.stem, path.parent.name}] == []


def _is_held_elsewhere(path: Path) -> bool:
    return is_only_a_docstring(path) or any(path.is_relative_to(held) for held in HELD_ELSEWHERE)


def _has_test(path: Path) -> bool:
    """A package's own file is tested by the name of the package, beside or above the tests of its members."""
    folder = ROOT / "tests" / path.parent
    if path.name == "__init__.py":
        name = f"test_{path.parent.name}.py"
        return (folder / name).is_file() or (folder.parent / name).is_file()
    return (folder / f"test_{path.name}").is_file()
