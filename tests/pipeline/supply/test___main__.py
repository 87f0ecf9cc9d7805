from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.supply.__main__ import main


def test_a_bill_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    assert main(["sbom", str(tmp_path / "new" / "bill.json")]) == 0
    assert (tmp_path / "new" / "bill.json").stat().st_size > 100_000


def test_bad_input_and_an_audit_that_cannot_be_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["other"]) == 2
    assert main(["audit", "/no/such/pip-audit"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 2
