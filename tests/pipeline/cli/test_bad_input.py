"""The command as people run it, a process of its own, when its surroundings fail."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import soundfile

from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from samples.scenario import CALLS
from tests.house.tree import ROOT
from tests.pipeline.cli.conftest import told_in_one_line, write_wav
from tests.roles import variables

EARMARK = [sys.executable, "-m", "pipeline.cli"]
RESULTS = {"transcript.redacted.json", "redacted.wav", "manifest.json", "decisions.json"}


def start(*arguments: str | Path, **settings: str | Path) -> subprocess.Popen[str]:
    """Start the command with settings given the way a user gives them, and no other."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EARMARK_")}
    given = {f"EARMARK_{name}": str(value) for name, value in settings.items()}
    return subprocess.Popen(
        [*EARMARK, *map(str, arguments)],
        cwd=ROOT,
        env=environment | given,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate()
    return process.returncode, out, err


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        (["frobnicate"], {}),
        (["tenant", "frobnicate"], {}),
        (["hold", "list", "--nonsense"], {}),
        (["process"], {}),
        (["hold", "list", "--tenant", "acme"], {"WORKER__CONCURRENCY": "hunter2"}),
        (["hold", "list", "--tenant", "acme"], {"LOG_LEVEL": "hunter2"}),
        (["hold", "list", "--tenant", "acme"], {"DATABASE": "hunter2"}),
        (["hold", "list", "--tenant", "acme"], {"DATABASE__HUNTER2": "x"}),
        (["hold", "list", "--tenant", "acme"], {"DATABASE__URL": "mysql://earmark:hunter2@db/earmark"}),
        (["serve"], {"WEB__PORT": "hunter2"}),
        (["worker"], {"WORKER__CONCURRENCY": "0"}),
        (["doctor"], {"DATABASE__OWNER_URL": "hunter2"}),
        (["tenant", "show", "acme"], {"ARTIFACTS__STORE": "s3"}),
    ],
    ids=lambda value: " ".join(value),
)
def test_what_cannot_be_understood_is_one_line_that_quotes_no_setting(
    arguments: list[str], settings: Mapping[str, str], tmp_path: Path
) -> None:
    answer = end(start(*arguments, **{"DATA_DIR": str(tmp_path / "data")} | dict(settings)))
    assert answer[0] == 2
    assert "hunter2" not in told_in_one_line(*answer).replace("HUNTER2", "")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("host", ["127.0.0.1:1", "nowhere.invalid"])
def test_a_database_that_is_not_there_is_one_line_without_its_password(host: str, tmp_path: Path) -> None:
    url = f"postgresql+psycopg://earmark_app:hunter2@{host}/earmark?sslmode=require"
    given = {name.removeprefix("EARMARK_"): value for name, value in variables(url).items()}
    answer = end(start("hold", "list", "--tenant", "acme", DATA_DIR=tmp_path / "data", **given))
    assert answer[0] == 1
    assert "hunter2" not in told_in_one_line(*answer)


def test_a_data_directory_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    answer = end(start("hold", "list", "--tenant", "acme", DATA_DIR=tmp_path / "data"))
    assert answer[0] in (1, 2)
    told_in_one_line(*answer)
    assert (tmp_path / "data").read_text() == "mine"


def test_an_interruption_is_one_line() -> None:
    waiting = """
import sys, time
class Waiting:
    def read(self, size):
        print("waiting", flush=True)
        time.sleep(60)
sys.stdin = Waiting()
sys.argv = ["earmark", "decide", "-", "--policy", "nejix"]
from pipeline.cli import main
main()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", waiting],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A run in the background of a shell ignores the signal, and what it starts would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(signal.SIGINT)
    assert end(process) == (130, "", "\nearmark: interrupted\n")


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """An installation of its own with a tenant. For root its database is another user's: not in pytest's folder."""
    folder = Path(tempfile.mkdtemp(prefix="earmark-cli-"))
    added = start("tenant", "add", "acme", "--policy", "nejix", "--display-name", "Acme", "--record", "--transcribe",
                  DATA_DIR=folder / "data")  # fmt: skip
    assert end(added)[0] == 0
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds in which a name is given and spelled."""
    samples, rate = soundfile.read(CALLS / "spelled-name-email-postcode" / "conversation.ogg", frames=8 * 8000)
    path = tmp_path_factory.mktemp("speech") / "call.wav"
    soundfile.write(path, samples, rate, subtype="PCM_16")
    return path


def objects(data: Path) -> list[Path]:
    return sorted(p for p in (data / "artifacts" / "tenants").rglob("*") if p.is_file())


def kill_database(data: Path) -> None:
    """End the embedded server of this installation as a power cut would."""
    os.kill(int((data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0]), signal.SIGKILL)


def test_when_the_database_goes_mid_way_it_is_told_and_the_next_run_finishes(
    data: Path, speech: Path, tmp_path: Path
) -> None:
    arguments = ("process", speech, "--tenant", "acme", "--out", tmp_path / "out", "--json")
    first = start(*arguments, DATA_DIR=data)
    while not objects(data) and first.poll() is None:
        time.sleep(0.02)
    kill_database(data)
    answer = end(first)
    assert answer[0] == 1
    told_in_one_line(*answer)
    assert not (tmp_path / "out").exists()

    code, out, err = end(start(*arguments, DATA_DIR=data))
    assert (code, err) == (0, "")
    shown = json.loads(out)
    assert shown["state"] == "published"
    assert "PERSON" in shown["entity_types"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == RESULTS
    assert "artwell" not in (tmp_path / "out" / "transcript.redacted.json").read_text().lower()
    manifest = (tmp_path / "out" / "manifest.json").read_text()
    assert manifest.count("\n") > 50
    assert all(e["why"] for entry in json.loads(manifest)["entries"] for e in entry["evidence"])
    originals = [p for p in objects(data) if "recording.original" in str(p)]
    assert len({p.parent for p in originals}) == 1


def test_a_full_disk_is_told_and_nothing_half_written_is_left(data: Path, tmp_path: Path) -> None:
    server = EmbeddedPostgres(data / "postgres")
    server.start()  # beside the command, so that only the command has no room
    before = objects(data)
    audio = write_wav(tmp_path / "call.wav", seconds=10)
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
        "from pipeline.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EARMARK_")}
    done = subprocess.run(
        [sys.executable, "-c", limited, "process", audio, "--tenant", "acme", "--out", tmp_path / "out"],
        cwd=ROOT,
        env=environment | {"EARMARK_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    server.stop()
    assert done.returncode == 1
    told_in_one_line(done.returncode, done.stdout, done.stderr)
    assert objects(data) == before
    assert not (tmp_path / "out").exists()
