from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import run
from pipeline.consent.jws import write_jwks
from tests.conftest import MovableClock
from tests.datasets import PUBLIC, recall_list, write
from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line
from tests.training import COOL_OFF, a_line, agreed

EXPORT = ("training", "export", "--tenant", "acme")


@pytest.fixture
def exported(earmark: Earmark, installation: Path, database, keys, tmp_path, clock: MovableClock):
    """An installation whose tenant recorded a call a month ago; gives the recording."""
    from datetime import UTC, datetime, timedelta

    clock.at = datetime.now(UTC) - timedelta(days=COOL_OFF)
    line = a_line(database, keys, tmp_path)
    recording = agreed(line)
    installation.mkdir(exist_ok=True)
    shutil.copytree(tmp_path / "keys", installation / "keys", dirs_exist_ok=True)
    shutil.copytree(tmp_path / "objects", installation / "artifacts", dirs_exist_ok=True)
    return recording


def test_a_dataset_is_exported_verified_recalled_and_then_refused(earmark: Earmark, exported, tmp_path: Path) -> None:
    out, listed, keyset = tmp_path / "ds", tmp_path / "recalls.jws", tmp_path / "keys.json"
    made = document(earmark(*EXPORT, "--scope", "vendor_models", "--json", out))
    assert (made["rows"], made["refused"], made["scope"]) == (2, {}, "vendor_models")
    keyset.write_text(earmark("receipt", "keys", "--tenant", "acme")[1])
    assert document(earmark("training", "recalls", "--tenant", "acme", "--json", listed))["rows"] == 0
    verify = ("training", "verify", out, "--recalls", listed, "--key", keyset)
    code, told, _ = earmark(*verify)
    assert (code, told.splitlines()) == (
        0,
        [f"{made['dataset']} of acme for vendor_models: 2 rows, every one as signed"],
    )

    for _ in range(2):
        recalled = document(earmark("training", "recall", "--tenant", "acme", "--recording", exported.id, "--json"))
        assert [d["dataset"] for d in recalled["datasets"]] == [made["dataset"]]
        assert recalled["causes"] == ["operator"]
    assert earmark("training", "recalls", "--tenant", "acme", listed)[0] == 0
    code, told, _ = earmark(*verify)
    assert (code, told.splitlines()) == (1, ["row 000000000.json: recalled", "row 000000000.wav: recalled"])
    assert "RECALLED 2" in told_in_one_line(*earmark(*EXPORT, "--scope", "vendor_models", tmp_path / "next"))
    assert not (tmp_path / "next").exists()


def test_a_recording_in_no_dataset_is_told_to_be_in_none(earmark: Earmark, exported) -> None:
    code, told, _ = earmark(
        "training", "recall", "--tenant", "acme", "--recording", exported.id, "--cause", "objection"
    )
    assert (code, told.splitlines()) == (0, [f"{exported.id} is recalled: objection", "no dataset contains it"])


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--scope", "none"], "nejix §2"),
        (["--scope", "vendor_models"], "there is nothing"),
        (["--scope", "vendor_models", "--controller", "Holdings"], "no notice of this transfer"),
        (["--scope", "own_instance"], "needs the instance"),
        (["--scope", "tenant_feature", "--feature", "greeting"], "not switched on"),
        (["--scope", "vendor_models", "--instance", "a"], "not limited to any instance"),
        (["--scope", "everything"], "'everything' is not one of"),
        (["--scope", "vendor_models", "--shard-mb", "0"], "--shard-mb"),
        ([], "--scope"),
    ],
)
def test_what_cannot_be_exported_is_told_in_one_line_and_writes_nothing(earmark, tmp_path, given, told) -> None:
    out = tmp_path / "new" / "ds"
    answer = earmark(*EXPORT, *given, out)
    assert answer[0] == 2
    assert told in told_in_one_line(*answer)
    assert not out.exists()
    assert not list(tmp_path.glob("**/.earmark-part-*"))


@pytest.mark.usefixtures("acme")
def test_a_feature_is_switched_on_and_off(earmark: Earmark) -> None:
    given = ("--tenant", "acme", "--feature", "greeting", "--reason", "contract")
    assert earmark("training", "enable", *given)[0] == 0
    assert earmark("training", "enable", *given)[0] == 2
    assert earmark("training", "disable", *given)[0] == 0
    assert earmark("training", "disable", *given)[0] == 2


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    "given",
    [
        ["recall", "--tenant", "acme", "--recording", "rec_none"],
        ["recalls", "--tenant", "nobody", "x"],
        ["recalls", "--tenant", "acme", "no/such/folder/x"],
        ["recall", "--tenant", "acme", "--recording", "rec_none", "--cause", "whim"],
    ],
)
def test_bad_input_is_told_in_one_line(earmark: Earmark, tmp_path, monkeypatch, given: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    answer = earmark("training", *given)
    assert answer[0] == 2
    told_in_one_line(*answer)


def verify(capsys, *arguments: object) -> tuple[int, str, str]:
    """Run the trainer's command, which needs no installation."""
    code = run(["training", "verify", *(str(argument) for argument in arguments)])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_a_trainer_without_key_and_recall_list_is_told_what_was_not_checked(capsys, tmp_path: Path) -> None:
    code, out, _ = verify(capsys, write(tmp_path / "ds").folder)
    assert (code, len(out.splitlines())) == (0, 3)
    assert "not pinned" in out
    assert "no recall list" in out


def test_every_wrong_row_has_a_line_of_its_own_and_the_exit_code_is_1(capsys, tmp_path: Path) -> None:
    made = write(tmp_path / "ds")
    (tmp_path / "keys").write_text(json.dumps(write_jwks([PUBLIC], tenant="acme")))
    (tmp_path / "recalls").write_bytes(recall_list(made.rows[:1]))
    arguments = (made.folder, "--recalls", tmp_path / "recalls", "--key", tmp_path / "keys")
    assert verify(capsys, *arguments) == (1, "row 000000000.json: recalled\nrow 000000000.wav: recalled\n", "")
    code, out, _ = verify(capsys, *arguments, "--json")
    assert (code, json.loads(out)["is_whole"], len(json.loads(out)["faults"])) == (1, False, 2)


@pytest.mark.parametrize(
    "given", [["nowhere"], ["ds", "--recalls", "nowhere"], ["ds", "--key", "no"], ["ds", "--key", "x"]]
)
def test_a_file_that_is_not_there_or_no_key_set_is_bad_input(capsys, tmp_path, monkeypatch, given) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "ds")
    (tmp_path / "x").write_text("{}")
    answer = verify(capsys, *given)
    assert answer[0] == 2
    told_in_one_line(*answer)


def test_verifying_loads_nothing_that_needs_a_server(tmp_path: Path) -> None:
    folder = write(tmp_path / "ds").folder
    code = (
        "import sys; from pipeline.cli import run; done = run(['training', 'verify', sys.argv[1]]); "
        "names = ('sqlalchemy', 'psycopg', 'dbos', 'boto3', 'httpx', 'fastapi', 'twilio', 'pipeline.store'); "
        "print(done, [n for n in names if n in sys.modules])"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EARMARK")}
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", code, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root, env=environment)
    assert done.stdout.splitlines()[-1] == "0 []"
