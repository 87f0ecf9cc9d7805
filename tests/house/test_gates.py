"""The gates that other tools keep, run with the tests so that none is passed by forgetting it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

TOOLS = Path(sys.executable).parent

GATES = {
    "imports": ["lint-imports", "--no-cache"],
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
}


@pytest.mark.parametrize("gate", GATES.values(), ids=GATES.keys())
def test_the_gate_is_clean(gate: list[str]) -> None:
    done = subprocess.run([TOOLS / gate[0], *gate[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
