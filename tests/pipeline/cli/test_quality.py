from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.redaction.evaluation.labelled import read_labelled
from pipeline.steps.write_case import write_case
from tests.conftest import MovableClock
from tests.line import Line
from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.quality import ADA, published, read_as, sample_of, set_to


@pytest.fixture
def line(installation: Path, database, tenant, tmp_path, clock: MovableClock) -> Line:
    clock.at = datetime.now(UTC)
    line = Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)
    set_to(line, keeps_cases=True)
    recording = published(line)
    read_as(line, ADA)
    write_case(line.context, line.owner.id, sample_of(line, recording).id)
    installation.mkdir(exist_ok=True)
    shutil.copytree(tmp_path / "keys", installation / "keys", dirs_exist_ok=True)
    shutil.copytree(tmp_path / "objects", installation / "artifacts", dirs_exist_ok=True)
    return line


def test_figures_are_told_and_cases_written_for_whoever_may_open_them(earmark: Earmark, line, tmp_path: Path) -> None:
    found = document(earmark("quality", "report", "--tenant", "acme", "--json"))
    assert (found["samples"]["read"], found["over_all"]["leak"]["whole"]) == (1, 2)
    code, told, _ = earmark("quality", "report", "--tenant", "acme")
    assert code == 0
    assert "not enough" in told

    out = tmp_path / "cases.jsonl"
    code, told, _ = earmark("quality", "export", out, "--tenant", "acme", "--reason", "measuring")
    assert (code, told.strip()) == (0, "1 evaluation cases")
    assert out.stat().st_mode & 0o077 == 0
    assert len(read_labelled(out)) == 1


def test_a_tenant_that_does_not_allow_it_has_nothing_written(earmark: Earmark, line, tmp_path: Path) -> None:
    set_to(line, keeps_cases=False)
    out = tmp_path / "cases.jsonl"
    told = told_in_one_line(*earmark("quality", "export", out, "--tenant", "acme", "--reason", "measuring"))
    assert "does not allow" in told
    assert list(tmp_path.glob("*.jsonl")) + list(tmp_path.glob(".earmark-*")) == []
