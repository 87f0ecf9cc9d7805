from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.tree import ROOT, parse

NO_VENDOR = {"embedded_postgres.py": "the database of this machine", "system_clock.py": "the clock of this machine"}
PARTS = {
    "files_tree.py": "files.py",
    "object_rules.py": "files.py",
    "s3_connect.py": "s3.py",
    "s3_errors.py": "s3.py",
    "twilio_decrypt.py": "twilio.py",
    "twilio_http.py": "twilio.py",
    "twilio_line.py": "twilio.py",
    "twilio_pace.py": "twilio.py",
}
"""Files that belong to an adapter, and fill no port themselves."""

FIELDS = {"processor", "data_kind", "purpose", "region", "policy_url", "log_safe_fields"}


def adapters() -> list[Path]:
    found = (ROOT / "pipeline" / "vendors").glob("*.py")
    return sorted(p.relative_to(ROOT) for p in found if p.name not in {"__init__.py", *NO_VENDOR, *PARTS})


@pytest.mark.parametrize("path", adapters(), ids=lambda path: path.stem)
def test_every_adapter_says_what_it_sends_to_whom(path: Path) -> None:
    stated = [
        {keyword.arg for keyword in node.keywords}
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AuditMeta"
    ]
    assert len(stated) == 1
    assert stated[0] >= FIELDS - {"log_safe_fields"}


def test_every_file_that_is_no_adapter_is_there_and_belongs_to_one() -> None:
    names = {path.name for path in (ROOT / "pipeline" / "vendors").glob("*.py")}
    assert {*NO_VENDOR, *PARTS, *PARTS.values()} <= names
