from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.supply.audit import NotAudited, audit, verdict
from pipeline.supply.parts import Kind, Part

PINS = [
    Part(name=name, version="1", kind=Kind.PACKAGE, digests=("0",)) for name in ("good", "bad", "skipped", "silent")
]
ANSWERS: list[dict[str, object]] = [
    {"name": "Good", "version": "1", "vulns": []},
    {"name": "bad", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": []}]},
    {"name": "skipped", "skip_reason": "not found"},
]


def a_program(tmp_path: Path, said: str) -> Sequence[str]:
    """A program in pip-audit's place that prints what it is told to, once it was given pins."""
    path = tmp_path / "program.py"
    path.write_text(f"import sys; assert '==1' in open(sys.argv[-1]).read(); print({said!r})")
    return (sys.executable, str(path))


def test_an_advisory_and_a_package_without_an_answer_are_failures_alike(tmp_path: Path) -> None:
    found = audit(PINS, a_program(tmp_path, json.dumps({"dependencies": ANSWERS})))

    assert found == [
        "bad 1: PYSEC-1",
        "skipped 1: not audited: not found",
        "silent 1: not audited: nothing was answered about it",
    ]


def test_an_answer_about_another_version_is_none() -> None:
    assert verdict(PINS[:1], [{"name": "good", "version": "2", "vulns": []}]) != []


@pytest.mark.parametrize("said", ["", "Traceback", '{"other": 1}', json.dumps({"dependencies": []})])
def test_without_an_answer_one_clear_line_is_told(tmp_path: Path, said: str) -> None:
    with pytest.raises(NotAudited) as refusal:
        audit(PINS, a_program(tmp_path, said))

    assert "\n" not in str(refusal.value)


def test_a_program_that_is_not_there_is_told() -> None:
    with pytest.raises(NotAudited, match="cannot be run"):
        audit(PINS, ["/no/such/pip-audit"])
