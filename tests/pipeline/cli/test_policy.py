from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.cli import run
from pipeline.policies import loader
from pipeline.policies.loader import load_bundle

DATA = Path(loader.__file__).parent / "data"


@pytest.mark.parametrize("policy", ["nejix", "connekz"])
def test_both_packaged_policies_are_whole(policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "check", str(DATA / f"{policy}.yaml"), "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert (document["id"], document["digest"], document["valid"]) == (policy, load_bundle(policy).digest, True)
    assert document["clauses"] > 60


def test_people_get_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "check", str(DATA / "nejix.yaml")]) == 0
    assert "nejix.yaml: nejix" in capsys.readouterr().out


def test_a_leaf_without_a_clause_is_named_in_one_line_with_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(load_bundle("nejix").model_dump_json())
    del document["retention"]["recording.original"]["clause"]
    (tmp_path / "own.yaml").write_text(json.dumps(document), encoding="utf-8")

    assert run(["policy", "check", str(tmp_path / "own.yaml")]) == 2
    shown = capsys.readouterr()
    assert shown.err == "earmark: own.yaml: retention.recording.original has no clause\n"
    assert shown.out == ""


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "check", str(tmp_path / "none.yaml")]) == 2
    assert capsys.readouterr().err == "earmark: none.yaml: cannot be read as text\n"


def test_a_difference_is_told_by_its_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(load_bundle("nejix").model_dump_json())
    document["minors"]["below_age"] = 16
    (tmp_path / "own.json").write_text(json.dumps(document), encoding="utf-8")

    assert run(["policy", "diff", "nejix", str(tmp_path / "own.json"), "--json"]) == 0
    changes = json.loads(capsys.readouterr().out)["changes"]
    assert changes == [{"path": "minors.below_age", "before": 13, "after": 16, "effect": "tightening"}]


def test_a_company_taken_off_the_list_is_told_by_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(load_bundle("nejix").model_dump_json())
    listed = document["processors"]["listed"]
    document["processors"]["listed"] = [p for p in listed if p["name"] != "stripe"]
    (tmp_path / "own.json").write_text(json.dumps(document), encoding="utf-8")

    assert run(["policy", "diff", "nejix", str(tmp_path / "own.json")]) == 0
    shown = capsys.readouterr().out
    assert "processors.listed[stripe].purposes" in shown
    assert "twilio" not in shown


def test_a_policy_does_not_differ_from_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "diff", "nejix", "nejix", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"changes": []}
